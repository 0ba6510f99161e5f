"""The HTTP server: waitress reads requests and writes answers, in several processes over one socket.

``parsing`` holds the limits of a request, ``connections`` the time limits and the stop of one process, and
``processes`` the processes. Waitress is imported here alone.
"""

from adapter.server.processes import serve

__all__ = ["serve"]
