"""What can go wrong: findings, and one error class a cause.

    AdapterError                      status, findings
    ├── BadRequest            400     not understood: syntax, parameter, format
    ├── Unauthorized          401     no caller
    ├── Forbidden             403     seen, but not for this caller to do
    ├── NotFound              404     unknown, or not for this caller to know
    ├── MethodNotAllowed      405     the address exists, the method does not
    ├── NotAcceptable         406
    ├── Conflict              409     would break a uniqueness rule
    ├── Gone                  410     was here, deleted
    ├── PreconditionFailed    412     someone else has changed it since
    ├── TooLarge              413
    ├── UnsupportedMediaType  415
    ├── Unprocessable         422     understood, and against a rule
    ├── PreconditionRequired  428     If-Match is missing
    ├── Unavailable           503     try again
    └── Fault                 500     the service itself failed

A :class:`Message` is declared once, beside the rule it reports, with its stable code and its Norwegian and
English text; ``message.at(expression, name=value)`` makes the :class:`Finding`. Texts never quote what a
caller sent as a value, only names, types and places, so no birth number can reach an answer or a log.
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
    """One thing that is wrong (or worth knowing), and where.

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
        """The same finding seen from outside: ``expression`` prefixed with ``prefix`` (no dot added)."""
        return replace(self, expression=f"{prefix}{self.expression or ''}")

    def as_line(self, file: str = "") -> str:
        """``file:line:column: severity: text [code] at expression``, in English, as compilers write it."""
        place = ":".join(str(part) for part in (file or None, self.line, self.column) if part is not None)
        return f"{place}: {self.severity}: {self.text}" if place else f"{self.severity}: {self.text}"

    @property
    def text(self) -> str:
        """``text [code] at expression``: what a person reads where the file and line are told otherwise."""
        where = f" at {self.expression}" if self.expression else ""
        return f"{self.en} [{self.code}]{where}"


@dataclass(frozen=True, slots=True)
class Message:
    """A finding's wording, declared once for each stable code; other words for it are made with ``replace``.

    ``nb`` and ``en`` are templates: what is wrong, then what to do. ``source`` is the address of the rule.
    """

    code: str
    issue: IssueType
    _: KW_ONLY
    nb: str
    en: str
    source: str | None = None
    severity: Severity = Severity.ERROR

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


class AdapterError(Exception):
    """A refusal with an HTTP status and at least one finding.

    ``interaction`` is the one it ends, completed, where it came to one.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, *findings: Finding) -> None:
        super().__init__(
            "; ".join(f"{f.code} at {f.expression}" if f.expression else f.code for f in findings)
        )
        self.findings = findings
        self.interaction: Interaction | None = None


class Fault(AdapterError):
    """The service itself failed; the exception it was raised from is its cause."""


class BadRequest(AdapterError):
    """The request was not understood."""

    status = HTTPStatus.BAD_REQUEST


class Unauthorized(AdapterError):
    """There is no caller: the token is missing or not valid."""

    status = HTTPStatus.UNAUTHORIZED


class Forbidden(AdapterError):
    """The caller sees it, and may not do this with it."""

    status = HTTPStatus.FORBIDDEN


class NotFound(AdapterError):
    """Unknown, or not for this caller to know of; the two are the same answer."""

    status = HTTPStatus.NOT_FOUND


class MethodNotAllowed(AdapterError):
    """The address exists, the method does not; ``allow`` are those it takes."""

    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, *findings: Finding, allow: tuple[str, ...]) -> None:
        super().__init__(*findings)
        self.allow = allow


class NotAcceptable(AdapterError):
    """No format asked for can be given."""

    status = HTTPStatus.NOT_ACCEPTABLE


class Conflict(AdapterError):
    """It would break a rule of uniqueness."""

    status = HTTPStatus.CONFLICT


class Gone(AdapterError):
    """It was here and is deleted."""

    status = HTTPStatus.GONE


class PreconditionFailed(AdapterError):
    """Someone else has changed it since."""

    status = HTTPStatus.PRECONDITION_FAILED


class TooLarge(AdapterError):
    """The body is larger than is read."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(AdapterError):
    """The body's media type is not one that is read."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class Unprocessable(AdapterError):
    """Understood, and against a rule."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class PreconditionRequired(AdapterError):
    """A write to something that exists must say which version it has seen."""

    status = HTTPStatus.PRECONDITION_REQUIRED


class Unavailable(AdapterError):
    """Not now; the same request may succeed later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
