"""Findings, messages, and one error class for each HTTP status.

    AdapterError                      status, findings
    ├── BadRequest            400     the request is not valid: syntax, parameter, format
    ├── Unauthorized          401     the token is missing or not valid
    ├── Forbidden             403     the caller sees the resource but may not do this
    ├── NotFound              404     unknown, or hidden from this caller
    ├── MethodNotAllowed      405     the address does not support the method
    ├── NotAcceptable         406     the requested format is not supported
    ├── Conflict              409     would break a uniqueness rule
    ├── Gone                  410     the resource is deleted
    ├── PreconditionFailed    412     changed since the version in If-Match
    ├── TooLarge              413     the body is too large
    ├── UnsupportedMediaType  415     the media type of the body is not supported
    ├── Unprocessable         422     the request is valid but breaks a rule
    ├── PreconditionRequired  428     If-Match is missing
    ├── Unavailable           503     temporary; try again
    └── Fault                 500     an internal error of the service

A :class:`Message` is declared once, beside the rule it reports, with its stable code and its Norwegian and
English text; ``message.at(expression, name=value)`` makes the :class:`Finding`. Texts hold names, types and
places but never a value that the caller sent, so no birth number can reach an answer or a log.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from adapter.interaction import Interaction


class Severity(StrEnum):
    """https://hl7.org/fhir/R4/valueset-issue-severity.html."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class IssueType(StrEnum):
    """https://hl7.org/fhir/R4/valueset-issue-type.html, every code of it."""

    INVALID = "invalid"
    STRUCTURE = "structure"
    REQUIRED = "required"
    VALUE = "value"
    INVARIANT = "invariant"
    SECURITY = "security"
    LOGIN = "login"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    SUPPRESSED = "suppressed"
    PROCESSING = "processing"
    NOT_SUPPORTED = "not-supported"
    DUPLICATE = "duplicate"
    MULTIPLE_MATCHES = "multiple-matches"
    NOT_FOUND = "not-found"
    DELETED = "deleted"
    TOO_LONG = "too-long"
    CODE_INVALID = "code-invalid"
    EXTENSION = "extension"
    TOO_COSTLY = "too-costly"
    BUSINESS_RULE = "business-rule"
    CONFLICT = "conflict"
    TRANSIENT = "transient"
    LOCK_ERROR = "lock-error"
    NO_STORE = "no-store"
    EXCEPTION = "exception"
    TIMEOUT = "timeout"
    INCOMPLETE = "incomplete"
    THROTTLED = "throttled"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True)
class Finding:
    """An error, a warning or a piece of information, with its place.

    ``expression`` is a FHIRPath into the resource (``CareTeam.participant[0].role``) or, at the municipal
    door, a dotted path into the record (``sak.team[0].deltakere[1].rolle``). ``source`` is the address of
    the rule: a page of the specification or a paragraph of a law.
    """

    severity: Severity
    issue: IssueType
    code: str
    nb: str
    en: str
    expression: str | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None

    def within(self, prefix: str) -> Finding:
        """The finding with ``prefix`` put before its ``expression`` (no dot is added)."""
        return replace(self, expression=f"{prefix}{self.expression or ''}")

    def as_line(self, file: str = "") -> str:
        """``file:line:column: severity: text [code] at expression``, in English, the form of compilers."""
        place = ":".join(str(part) for part in (file or None, self.line, self.column) if part is not None)
        return f"{place}: {self.severity}: {self.text}" if place else f"{self.severity}: {self.text}"

    @property
    def text(self) -> str:
        """The English text with code and expression: ``text [code] at expression``."""
        where = f" at {self.expression}" if self.expression else ""
        return f"{self.en} [{self.code}]{where}"


@dataclass(frozen=True, slots=True)
class Message:
    """The texts of a finding, declared once for each stable code; ``replace`` makes variants of the texts.

    ``nb`` and ``en`` are templates: what is wrong, then what to do. ``source`` is the address of the rule.
    """

    code: str
    issue: IssueType
    _: KW_ONLY
    nb: str
    en: str
    source: str | None = None
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        """Register the message by its code, for :func:`declared`."""
        _declared.setdefault(self.code, {})[self] = None

    def at(
        self,
        expression: str | None = None,
        *,
        line: int | None = None,
        column: int | None = None,
        **names: object,
    ) -> Finding:
        """Make the finding; ``names`` fill the templates' ``{name}`` fields."""
        return Finding(
            self.severity,
            self.issue,
            self.code,
            self.nb.format(**names),
            self.en.format(**names),
            expression,
            line,
            column,
            self.source,
        )


_declared: dict[str, dict[Message, None]] = {}
"""Every different message of the process by its code; a code has several where its texts have variants."""


def declared() -> dict[str, tuple[Message, ...]]:
    """The messages of all imported modules by code, in the order of their declaration."""
    return {code: tuple(messages) for code, messages in _declared.items()}


class AdapterError(Exception):
    """A refusal with an HTTP status and at least one finding.

    ``interaction`` is the completed interaction of the refused request, if there is one.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, *findings: Finding) -> None:
        super().__init__(
            "; ".join(f"{f.code} at {f.expression}" if f.expression else f.code for f in findings)
        )
        self.findings = findings
        self.interaction: Interaction | None = None


class Fault(AdapterError):
    """An internal error; ``__cause__`` is the exception behind it."""


class BadRequest(AdapterError):
    """The request is not valid: syntax, parameter or format."""

    status = HTTPStatus.BAD_REQUEST


class Unauthorized(AdapterError):
    """The token is missing or not valid."""

    status = HTTPStatus.UNAUTHORIZED


class Forbidden(AdapterError):
    """The caller sees the resource but may not do this with it."""

    status = HTTPStatus.FORBIDDEN


class NotFound(AdapterError):
    """The resource is unknown or hidden from this caller; both get the same answer."""

    status = HTTPStatus.NOT_FOUND


class MethodNotAllowed(AdapterError):
    """The address does not support the method; ``allow`` holds the supported methods."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, *findings: Finding, allow: tuple[str, ...]) -> None:
        super().__init__(*findings)
        self.allow = allow


class NotAcceptable(AdapterError):
    """The service supports none of the requested formats."""

    status = HTTPStatus.NOT_ACCEPTABLE


class Conflict(AdapterError):
    """The write would break a rule of uniqueness."""

    status = HTTPStatus.CONFLICT


class Gone(AdapterError):
    """The resource is deleted."""

    status = HTTPStatus.GONE


class PreconditionFailed(AdapterError):
    """The resource or record has changed since the version in If-Match."""

    status = HTTPStatus.PRECONDITION_FAILED


class TooLarge(AdapterError):
    """The body is too large."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(AdapterError):
    """The media type of the body is not supported."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class Unprocessable(AdapterError):
    """The request is valid but breaks a rule."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PreconditionRequired(AdapterError):
    """A write to an existing resource or record lacks If-Match."""

    status = HTTPStatus.PRECONDITION_REQUIRED


class Unavailable(AdapterError):
    """A temporary failure; the same request may succeed later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
