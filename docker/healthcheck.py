"""Leaves with 0 when the adapter in this container says it is ready, with 1 otherwise."""

from __future__ import annotations

import http.client
import os
import sys

try:
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8080), timeout=2)
    connection.request("GET", "/readyz", headers={"Connection": "close"})
    ready = connection.getresponse().status == http.HTTPStatus.OK
except (OSError, http.client.HTTPException):
    ready = False
sys.exit(0 if ready else 1)
