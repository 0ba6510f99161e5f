"""A minimal Flask application: one view with prepared bytes, under the adapter's gunicorn settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask import Flask, Response

from adapter.cli.serve import Server
from adapter.settings import Settings


def main() -> None:
    """Serve the bytes of the file in the first argument."""
    app = Flask("bare", static_folder=None)
    body = Path(sys.argv[1]).read_bytes()

    @app.get("/")
    def view() -> Response:
        return Response(body, mimetype="application/fhir+json")

    Server(Settings.from_environment(os.environ), app).run()


main()
