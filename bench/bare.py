"""The least Flask can do: one view that returns prepared bytes, under the adapter's own gunicorn settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask import Flask, Response

from adapter.cli.serve import Server
from adapter.settings import Settings


def main() -> None:
    """Serve the bytes of the file that is named."""
    app = Flask("bare", static_folder=None)
    body = Path(sys.argv[1]).read_bytes()

    @app.get("/")
    def view() -> Response:
        return Response(body, mimetype="application/fhir+json")

    Server(Settings.from_environment(os.environ), app).run()


main()
