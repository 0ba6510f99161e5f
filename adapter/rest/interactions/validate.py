"""The operation $validate: the verdict of ``ip-adapter validate``, asked over HTTP.

https://hl7.org/fhir/R4/resource-operation-validate.html. References are resolved among what the caller may
read; a hidden resource and an absent one give the same answer. With the mode create or update the write of a
valid resource is decided too, as for the caller that asks. Nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, Finding, Forbidden, Gone, IssueType, Message, NotFound
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.reference_literals import is_absolute
from adapter.fhir.search.subset import WHOLE
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.reports.documents import outcome_of_report
from adapter.fhir.validation.reports.run import Report, Run
from adapter.fhir.validation.verdict import judge, result
from adapter.http_refusals import ID_DIFFERS
from adapter.repository import Put
from adapter.rest.addresses import id_of
from adapter.rest.fhir_request import DOOR_PARAMETERS, UNKNOWN_PARAMETER, FhirResponse
from adapter.rest.outcome import operation_outcome
from adapter.rest.puts import OTHER_TYPE
from adapter.rest.routes import TYPES
from adapter.rest.splicing import resource_bytes
from adapter.rest.unoffered import method_unoffered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest
    from adapter.storage import Published

_SPEC = "https://hl7.org/fhir/R4/resource-operation-validate.html"
MODE = Message(
    "validate-mode",
    IssueType.VALUE,
    nb="Verdien av mode er ikke gyldig. Bruk create, update, delete eller profile.",
    en="The value of mode is not valid. Use create, update, delete or profile.",
    source=_SPEC,
)
NO_RESOURCE = Message(
    "validate-no-resource",
    IssueType.REQUIRED,
    nb="Parameteren resource mangler, eller er gjentatt. Send én ressurs, alene eller i Parameters.",
    en="The parameter resource is missing, or repeated. Send one resource, alone or in Parameters.",
    source=_SPEC,
)
PROFILE = Message(
    "validate-profile",
    IssueType.VALUE,
    nb="Verdien av profile er ikke én absolutt adresse. Send adressen til én profil.",
    en="The value of profile is not one absolute address. Send the address of one profile.",
    source=_SPEC,
)
_MODES = frozenset({"create", "update", "delete", "profile"})
_PARAMETERS = ("profile", "mode")
MOST_FOLLOWED = 500
"""Resources looked up for the references of one request; further references count as elsewhere."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question: the resource if one was sent, the profiles to judge by, and the mode."""

    resource: dict[str, Any] | None
    profiles: tuple[str, ...]
    mode: str | None


def validate(request: FhirRequest, repository: Repository) -> FhirResponse:
    """The verdict as an OperationOutcome with status 200, whether the resource is valid or not."""
    asked = _asked(request)
    seen = _Seen(request, repository)
    if asked.mode == "delete":
        refusal = method_unoffered("DELETE", f"/{request.type}/{request.id}", request.base)
        return _answer(operation_outcome([refusal] if refusal else []), seen)
    resource = _stored(request, seen) if asked.resource is None else asked.resource
    _refuse_other(request, resource)
    rules = Rules(profiles=asked.profiles, follow=seen.resource)
    judged = judge(resource, rules)
    if judged.is_valid and asked.mode in {"create", "update"}:
        refused = _refusal(request, repository, resource, asked.mode)
        judged = replace(result((*judged.findings, *refused)), not_checked=judged.not_checked)
    report = Report("", judged)
    versions = Run([report], rules.definitions.names).versions
    return _answer(outcome_of_report(report, versions), seen)


def _refusal(
    request: FhirRequest, repository: Repository, resource: dict[str, Any], mode: str
) -> tuple[Finding, ...]:
    """The findings that would refuse the create or update of a valid resource by the caller now."""
    new_id = repository.deployment.new_id
    is_new = mode == "create"
    id_ = new_id() if is_new else request.id or resource.get("id") or new_id()
    return repository.refusal(
        Put(request.type, {**resource, "id": id_}, is_new=is_new), caller=request.caller
    )


def _answer(outcome: dict[str, Any], seen: _Seen) -> FhirResponse:
    return FhirResponse(HTTPStatus.OK, render(outcome), told=tuple(seen.told))


def _asked(request: FhirRequest) -> _Asked:
    """The question in the address and the body.

    Raises:
        BadRequest: an unknown parameter, a wrong or repeated mode or profile, no resource where one is
            needed, or several.
    """
    sent: dict[str, list[str]] = {name: [] for name in _PARAMETERS}
    for name, value in (*request.query, *_of_body(request.resource)):
        if name not in sent:
            valid = ", ".join((*DOOR_PARAMETERS, *_PARAMETERS))
            raise BadRequest(UNKNOWN_PARAMETER.at(interaction=request.interaction, valid=valid))
        sent[name].append(value)
    if sent["mode"] and (len(sent["mode"]) > 1 or sent["mode"][0] not in _MODES):
        raise BadRequest(MODE.at("mode"))
    if sent["profile"] and (len(sent["profile"]) > 1 or not is_absolute(sent["profile"][0])):
        raise BadRequest(PROFILE.at("profile"))
    mode = next(iter(sent["mode"]), None)
    resource = _sent_resource(request.resource)
    if resource is None and (mode not in {"delete", "profile"} or not request.id):
        raise BadRequest(NO_RESOURCE.at("Parameters.parameter"))
    return _Asked(resource, tuple(sent["profile"]), mode)


def _of_body(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The names and values of Parameters, without the resource."""
    for one in _parameters(body):
        value = next((one[key] for key in one if key.startswith("value")), None)
        if one.get("name") != "resource":
            yield str(one.get("name")), value if isinstance(value, str) else ""


def _sent_resource(body: dict[str, Any]) -> dict[str, Any] | None:
    if body.get("resourceType") != "Parameters":
        return body
    found = [one.get("resource") for one in _parameters(body) if one.get("name") == "resource"]
    if len(found) > 1:
        raise BadRequest(NO_RESOURCE.at("Parameters.parameter"))
    return found[0] if found and isinstance(found[0], dict) else None


def _parameters(body: dict[str, Any]) -> list[dict[str, Any]]:
    if body.get("resourceType") != "Parameters":
        return []
    listed = body.get("parameter")
    return [one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict)]


def _refuse_other(request: FhirRequest, resource: dict[str, Any]) -> None:
    """Refuse a resource of another type or id than the address."""
    faults: list[Finding] = []
    if resource.get("resourceType") != request.type:
        faults.append(OTHER_TYPE.at(f"{request.type}.resourceType", type=request.type))
    if request.id and resource.get("id", request.id) != request.id:
        faults.append(ID_DIFFERS.at(f"{request.type}.id"))
    if faults:
        raise BadRequest(*faults)


def _stored(request: FhirRequest, seen: _Seen) -> dict[str, Any]:
    """The current version of the resource of the address, as the caller may read it."""
    return seen.read(request.type, id_of(request))


@dataclass(slots=True)
class _Seen:
    """The resources that were looked up for one request, among what the caller may read."""

    request: FhirRequest
    repository: Repository
    told: list[Published] = field(default_factory=list)
    found: dict[str, dict[str, Any] | None] = field(default_factory=dict)

    def read(self, type_: str, id_: str) -> dict[str, Any]:
        """A resource that the caller may read; NotFound or Forbidden for any other."""
        published = self.repository.read(type_, id_, caller=self.request.caller)
        self.told.append(published)
        resource: dict[str, Any] = read_stored(resource_bytes(published, WHOLE))
        return resource

    def resource(self, address: str) -> dict[str, Any] | None:
        """The resource that a relative reference names, or None if the caller may not read one."""
        if address not in self.found and len(self.found) < MOST_FOLLOWED:
            type_, _, id_ = address.partition("/")
            try:
                self.found[address] = self.read(type_, id_) if type_ in TYPES else None
            except (NotFound, Forbidden, Gone):
                self.found[address] = None
        return self.found.get(address)
