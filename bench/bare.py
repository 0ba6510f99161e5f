"""A minimal Flask application: one view with prepared bytes, under the adapter's server."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask import Flask, Response

from adapter.server import serve
from adapter.settings import Settings


def main() -> None:
    """Serve the bytes of the file in the first argument."""
    app = Flask("bare", static_folder=None)
    body = Path(sys.argv[1]).read_bytes()
    settings = Settings.from_environment(os.environ)

    @app.get("/")
    def view() -> Response:
        return Response(body, mimetype="application/fhir+json")

    serve(app, settings.host, settings.port, settings.workers, say_ready=lambda: None)


main()
