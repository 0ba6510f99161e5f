"""The HTTP/1.1 parser: waitress's own, with limits on a request and without what it is lenient about.

A request that is ambiguous is refused, because a proxy in front may have read it in another way
(https://www.rfc-editor.org/rfc/rfc9112#section-11.2). A refusal quotes nothing of the request.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import Error, RequestEntityTooLarge

from adapter.security.verification import LONGEST_TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_LINE = 4094
"""The longest request line in bytes."""

MOST_FIELDS = 64
"""The largest number of header fields of a request."""

LONGEST_FIELD = LONGEST_TOKEN + len("Authorization: ")
"""The longest header field in bytes, with its name."""

LARGEST_HEAD = 32 * 1024
"""The largest head of a request in bytes: its line and all of its header fields."""

RETRY_SECONDS = 1
"""The seconds that a client waits after 503."""


class Refusal(Error):  # type: ignore[misc]  # waitress has no types
    """The answer to a request that the application never sees: a status and its standard text."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.description)
        self.code = int(status)
        self.reason = status.phrase

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:  # noqa: ARG002
        """The status, headers and body of the answer."""
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        if self.code == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", str(RETRY_SECONDS)))
        return f"{self.code} {self.reason}", headers, f"{self.reason}. {self.body}\n".encode()


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """One request under way; ``began`` is the monotonic time of its first byte, in seconds.

    ``is_cut`` says that the end of the request was not read, because it is refused before.
    """

    version = "1.1"  # of the answer to a request that cannot be read
    path = ""  # waitress asks for it when the client of such a request has gone
    error: Error | None
    is_cut = False

    def __init__(self, adjustments: Any) -> None:
        super().__init__(adjustments)
        self.began = time.monotonic()

    def received(self, data: bytes) -> int:
        """Take bytes of the request, and give the number of bytes taken."""
        taken: int = super().received(data)
        if self.completed:
            self.expect_continue = False  # waitress would ask for the body of a request that is refused
        self.is_cut = self.error is not None
        if isinstance(self.error, RequestEntityTooLarge):
            self._leave_to_application()
        elif self.error is not None and not isinstance(self.error, Refusal):
            self.error = Refusal(_status(self.error))
        return taken

    def _leave_to_application(self) -> None:
        """Pass a body that is too large on by its length alone: each door refuses it in its own format."""
        self.error = None
        self.headers.setdefault("CONTENT_LENGTH", str(self.body_bytes_received))
        self.headers["CONNECTION"] = "close"

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of the request.

        Raises:
            ParsingError: the head is malformed, ambiguous or too large; the argument may be the status.
        """
        line, *fields = header_plus.rstrip(b"\r\n").split(b"\r\n")
        _check_size(line, fields)
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # an address that urlsplit refuses, or a number with too many digits
            raise ParsingError(HTTPStatus.BAD_REQUEST) from error
        if self.version not in {"1.0", "1.1"}:
            raise ParsingError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
        if "," in self.headers.get("HOST", "") or not _has_one_length(self, fields):
            raise ParsingError(HTTPStatus.BAD_REQUEST)


def _check_size(line: bytes, fields: Sequence[bytes]) -> None:
    if len(line) > LONGEST_LINE:
        raise ParsingError(HTTPStatus.REQUEST_URI_TOO_LONG)
    if len(fields) > MOST_FIELDS or any(len(field) > LONGEST_FIELD for field in fields):
        raise ParsingError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    if any(field.startswith((b" ", b"\t")) for field in fields):  # a field folded over several lines
        raise ParsingError(HTTPStatus.BAD_REQUEST)


def _has_one_length(parser: Parser, fields: Sequence[bytes]) -> bool:
    """Tests whether the length of the body is stated in one way: by Content-Length or by one coding."""
    if not parser.chunked:
        return "TRANSFER_ENCODING" not in parser.headers  # HTTP/1.0 has no codings
    codings = [field for field in fields if field.lower().startswith(b"transfer-encoding:")]
    return "CONTENT_LENGTH" not in parser.headers and len(codings) == 1 and b"," not in codings[0]


def _status(error: Error) -> HTTPStatus:
    """The status of an error of waitress; its text, which may quote the request, is dropped."""
    return error.body if isinstance(error.body, HTTPStatus) else HTTPStatus(error.code)
