"""A minimal Flask application: one view with prepared bytes, under the adapter's server."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask import Flask, Response

from adapter.server import serve
from adapter.settings import Settings


def main() -> None:
    """Serve the files of the folder in the first argument; ``.xml`` as FHIR XML, others as FHIR JSON."""
    app = Flask("bare", static_folder=None)
    bodies = {path.name: path.read_bytes() for path in Path(sys.argv[1]).iterdir()}
    settings = Settings.from_environment(os.environ)

    @app.route("/<name>", methods=["GET", "POST"])
    def view(name: str) -> Response:
        form = "xml" if name.endswith(".xml") else "json"
        return Response(bodies[name], mimetype=f"application/fhir+{form}")

    serve(app, settings.host, settings.port, settings.workers, say_ready=lambda: None)


main()
