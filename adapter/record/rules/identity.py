"""Rules of every record: valid identifiers, periods that run forwards, unique ids, references that resolve.

A rule is a function from a case to its violations. These rules apply in every tilstand of the record.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message
from adapter.record.identifiers import (
    SYSTEMS,
    is_birth_number,
    is_d_number,
    is_hpr_number,
    is_organisation_number,
    is_synthetic,
)
from adapter.record.nodes import name_of
from adapter.record.parts import BY_NAME, PARTS, parts
from adapter.record.references import LISTS, references_at
from adapter.record.rules.violation import Violation
from adapter.record.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapter.record.nodes import Node
    from adapter.record.rules.violation import Case

_NUMBERS = "https://skatteetaten.github.io/folkeregisteret-api-dokumentasjon/"
BIRTH_NUMBER = Message(
    "birth-number",
    IssueType.VALUE,
    nb="Kontrollsifrene eller datoen i fødselsnummeret eller D-nummeret er feil. Rett nummeret.",
    en="The control digits or the date of the birth number or D-number are wrong. Correct the number.",
    source=_NUMBERS,
)
BIRTH_NUMBER_KIND = Message(
    "birth-number-kind",
    IssueType.VALUE,
    nb="Typen passer ikke til nummeret. Bruk dnr for et D-nummer og fnr for et fødselsnummer.",
    en="The type does not fit the number. Use dnr for a D-number and fnr for a birth number.",
    source=_NUMBERS,
)
REAL_PERSON = Message(
    "real-birth-number",
    IssueType.SECURITY,
    nb="Tjenesten tar her bare imot syntetiske personer. Bruk et fødselsnummer der måneden er økt med 80.",
    en="This installation accepts only synthetic people. Use a birth number with 80 added to the month.",
    source="https://skatteetaten.github.io/testnorge-tenor-dokumentasjon/",
)
ORGANISATION_NUMBER = Message(
    "organisation-number",
    IssueType.VALUE,
    nb="Organisasjonsnummeret er ugyldig. Bruk ni siffer, der det siste er kontrollsiffer.",
    en="The organisation number is invalid. Use nine digits, the last of them a control digit.",
    source="https://www.brreg.no/om-oss/registrene-vare/om-enhetsregisteret/organisasjonsnummeret/",
)
HPR_NUMBER = Message(
    "hpr-number",
    IssueType.VALUE,
    nb="HPR-nummeret er ugyldig. Bruk sju til ni siffer.",
    en="The HPR number is invalid. Use seven to nine digits.",
    source="http://hl7.no/fhir/StructureDefinition/no-basis-Practitioner",
)
SYSTEM_AND_TYPE = Message(
    "system-against-type",
    IssueType.VALUE,
    nb="Identifikatortypen {type} har et fast system, og type og system stemmer ikke overens. Rett en av "
    "dem.",
    en="The identifier type {type} has a fixed system, and type and system do not agree. Correct one of "
    "them.",
    source="http://hl7.no/fhir/StructureDefinition/no-basis-Patient",
)
PERIOD_BACKWARDS = Message(
    "period-ends-before-start",
    IssueType.INVARIANT,
    nb="Perioden slutter før den begynner. Rett en av datoene.",
    en="The period ends before it begins. Correct one of the dates.",
    source="https://hl7.org/fhir/R4/datatypes.html#Period",
)
ID_TWICE = Message(
    "duplicate-id",
    IssueType.DUPLICATE,
    nb="Et annet element i samme liste eller del har samme id. Gi hvert element sin egen id.",
    en="Another item of the same list or part has the same id. Give each item an id of its own.",
    source="https://hl7.org/fhir/R4/element.html#id",
)
NUMBER_AS_ID = Message(
    "birth-number-as-id",
    IssueType.BUSINESS_RULE,
    nb="Et fødselsnummer eller D-nummer kan ikke være id, for id-er står i adresser og logger. Bruk en id "
    "uten personopplysninger.",
    en="A birth number or D-number cannot be an id, because ids stand in addresses and logs. Use an id "
    "without personal data.",
    source="https://lovdata.no/lov/2018-06-15-38/§12",
)
ID_OF_ANOTHER = Message(
    "id-of-another-part",
    IssueType.DUPLICATE,
    nb="En annen del av saken ({kind}) har samme ressurstype og samme id. Bruk en annen id.",
    en="Another part of the sak ({kind}) has the same resource type and the same id. Use another id.",
    source="https://hl7.org/fhir/R4/resource.html#id",
)
NOT_HERE = Message(
    "not-in-record",
    IssueType.NOT_FOUND,
    nb="Referansen viser til en del ({kind}) som ikke finnes i saken. Send delen først, eller rett "
    "referansen.",
    en="The reference names a part ({kind}) that is not in the sak. Send the part first, or correct the "
    "reference.",
    source="https://hl7.org/fhir/R4/references.html",
)
OWN_PARENT = Message(
    "own-parent",
    IssueType.BUSINESS_RULE,
    nb="En organisasjon kan ikke være overordnet seg selv. Rett eller fjern overordnet organisasjon.",
    en="An organisation cannot be its own parent. Correct or remove the parent organisation.",
    source="https://hl7.org/fhir/R4/organization-definitions.html#Organization.partOf",
)
_PART_FIELDS = frozenset(kind.field for kind in PARTS if kind.record != "sak" and kind.listed)
_TYPES = {system: type_ for type_, system in SYSTEMS.items()}


def identifiers(case: Case) -> Iterator[Violation]:
    """Every identifier has valid digits, the right type and the right system, in idents and in aktorer."""
    for node in case.nodes:
        if node.definition == "ident":
            yield from _identifier(case, node, node.value["type"], node.value["verdi"])
            yield from _system(node, node.value["type"], node.value.get("system"))
        elif node.definition == "aktor" and "identifikator" in node.value:
            named = node.value["identifikator"]
            yield from _identifier(case, node, _TYPES.get(named["system"], ""), named["verdi"])


def periods(case: Case) -> Iterator[Violation]:
    """Every gyldighet runs forwards; it may begin and end on the same day."""
    for node in case.nodes:
        if node.definition == "gyldighet" and window_of(node.value).is_empty():
            yield Violation(PERIOD_BACKWARDS, node.path, node.place, node.value)


def duplicate_ids(case: Case) -> Iterator[Violation]:
    """The id of a part occurs once in its list, and the id of an item once in its part.

    An item's id is an element id in FHIR, which is unique within the resource. Each further occurrence is a
    violation.
    """
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for node in case.nodes:
        if not isinstance(node.value, list):
            continue
        known = seen[_scope_of_ids(case.kind, node.path)]
        for index, item in enumerate(node.value):
            if isinstance(item, dict) and "id" in item:
                known[item["id"]] += 1
                if known[item["id"]] > 1:
                    place = f"{node.place}{name_of(item, index)}"
                    yield Violation(ID_TWICE, f"{node.path}[{index}].id", place, known[item["id"]])


def _scope_of_ids(kind: str, path: str) -> str:
    """The path within which the ids of a list are unique: of a list of parts itself, else of its part."""
    field, _, inside = path.removeprefix(f"{kind}.").partition("[")
    if kind == "sak" or field in _PART_FIELDS:
        return f"{field}[{inside.partition(']')[0]}" if inside else field.partition(".")[0]
    return ""


def numbers_as_ids(case: Case) -> Iterator[Violation]:
    """No id is a birth number: ids appear in addresses and logs (personopplysningsloven § 12)."""
    for node in case.nodes:
        id_ = node.value.get("id") if isinstance(node.value, dict) else None
        if isinstance(id_, str) and is_birth_number(id_):
            yield Violation(NUMBER_AS_ID, f"{node.path}.id", node.place, id_)


def one_part_each(case: Case) -> Iterator[Violation]:
    """A resource is one part: two parts of different kinds and the same type have different ids."""
    seen: dict[tuple[str, str], str] = {}
    for part in parts(case.kind, case.body):
        first = seen.setdefault((part.type, part.id), part.kind)
        if first != part.kind:
            field = BY_NAME[part.kind].field
            index = next(n for n, item in enumerate(case.body[field]) if item["id"] == part.id)
            place = f"{case.kind}.{field}({part.id})"
            yield Violation(ID_OF_ANOTHER, f"{case.kind}.{field}[{index}].id", place, names={"kind": first})


def local_references(case: Case) -> Iterator[Violation]:
    """Every local reference of a sak names a part of the same sak."""
    if case.kind != "sak":
        return
    here = {("innbygger", case.body["innbygger"]["id"])}
    for kind, field in LISTS.items():
        here |= {(kind, item["id"]) for item in case.body.get(field, ())}
    for node in case.nodes:
        for reference in references_at(node):
            if reference.local and (reference.kind, reference.id) not in here:
                names = {"kind": reference.kind}
                yield Violation(NOT_HERE, reference.path, node.place, reference.id, names)


def own_parent(case: Case) -> Iterator[Violation]:
    """An organisasjon is not its own overordnet."""
    if case.kind == "organisasjon" and case.body.get("overordnet") == case.body["id"]:
        yield Violation(OWN_PARENT, "organisasjon.overordnet", "organisasjon.overordnet")


def _identifier(case: Case, node: Node, type_: str, number: str) -> Iterator[Violation]:
    field = "identifikator" if node.definition == "aktor" else "verdi"
    check, message = _CHECKS.get(type_, (None, None))
    if check and message and not check(number):
        yield _at(node, field, message, number)
    elif type_ in {"fnr", "dnr"}:
        if is_d_number(number) != (type_ == "dnr"):
            yield _at(node, field, BIRTH_NUMBER_KIND, number)
        if not case.production and not is_synthetic(number):
            yield _at(node, field, REAL_PERSON, number)


def _system(node: Node, type_: str, system: str | None) -> Iterator[Violation]:
    owner = type_ if type_ in SYSTEMS else _TYPES.get(system or "")
    if system is not None and owner is not None and (owner != type_ or SYSTEMS[owner] != system):
        yield _at(node, "system", SYSTEM_AND_TYPE, system, type=owner)


def _at(node: Node, field: str, message: Message, what: Any, **names: str) -> Violation:
    return Violation(message, f"{node.path}.{field}", f"{node.place}.{field}", what, names)


_CHECKS: dict[str, tuple[Callable[[str], bool], Message]] = {
    "fnr": (is_birth_number, BIRTH_NUMBER),
    "dnr": (is_birth_number, BIRTH_NUMBER),
    "orgnr": (is_organisation_number, ORGANISATION_NUMBER),
    "hpr": (is_hpr_number, HPR_NUMBER),
}
