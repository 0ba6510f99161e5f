"""Rules every record keeps: identifiers that can be right, periods that run forwards, one id each.

A rule is a function from a case to what breaks it there. They hold whatever state the record is in.
"""

from __future__ import annotations

from collections import Counter
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
from adapter.record.parts import BY_NAME, parts
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
    nb="Kontrollsifrene eller datoen i fødselsnummeret eller D-nummeret stemmer ikke",
    en="The control digits or the date of the birth number or D-number are not right",
    source=_NUMBERS,
)
BIRTH_NUMBER_KIND = Message(
    "birth-number-kind",
    IssueType.VALUE,
    nb="Et D-nummer har typen dnr, et fødselsnummer typen fnr",
    en="A D-number has the type dnr, a birth number the type fnr",
    source=_NUMBERS,
)
REAL_PERSON = Message(
    "real-birth-number",
    IssueType.SECURITY,
    nb="Her er det bare syntetiske personer: måneden i fødselsnummeret må være økt med 80",
    en="Only synthetic people are kept here: 80 must have been added to the month of the birth number",
    source="https://skatteetaten.github.io/testnorge-tenor-dokumentasjon/",
)
ORGANISATION_NUMBER = Message(
    "organisation-number",
    IssueType.VALUE,
    nb="Et organisasjonsnummer har ni siffer, og det siste kontrollerer de andre",
    en="An organisation number has nine digits, and the last one checks the others",
    source="https://www.brreg.no/om-oss/registrene-vare/om-enhetsregisteret/organisasjonsnummeret/",
)
HPR_NUMBER = Message(
    "hpr-number",
    IssueType.VALUE,
    nb="Et HPR-nummer har sju til ni siffer",
    en="An HPR number has seven to nine digits",
    source="http://hl7.no/fhir/StructureDefinition/no-basis-Practitioner",
)
SYSTEM_AND_TYPE = Message(
    "system-against-type",
    IssueType.VALUE,
    nb="Typen {type} har sitt eget system; bare hnr og annen sier hvilket de er fra",
    en="The type {type} has a system of its own; only hnr and annen say which one they are of",
    source="http://hl7.no/fhir/StructureDefinition/no-basis-Patient",
)
PERIOD_BACKWARDS = Message(
    "period-ends-before-start",
    IssueType.INVARIANT,
    nb="Perioden slutter før den begynner",
    en="The period ends before it begins",
    source="https://hl7.org/fhir/R4/datatypes.html#Period",
)
ID_TWICE = Message(
    "duplicate-id",
    IssueType.DUPLICATE,
    nb="En annen i samme liste har denne id-en",
    en="Another in the same list has this id",
    source="https://hl7.org/fhir/R4/resource.html#id",
)
NUMBER_AS_ID = Message(
    "birth-number-as-id",
    IssueType.BUSINESS_RULE,
    nb="Et fødselsnummer eller D-nummer kan ikke være id: den står i adresser og logger. Bruk en id "
    "uten mening",
    en="A birth number or D-number cannot be an id, which stands in addresses and logs; use one "
    "without meaning",
    source="https://lovdata.no/lov/2018-06-15-38/§12",
)
ID_OF_ANOTHER = Message(
    "id-of-another-part",
    IssueType.DUPLICATE,
    nb="Noe annet i saken ({kind}) har denne id-en, og er samme type ressurs",
    en="Something else in the sak ({kind}) has this id, and is the same type of resource",
    source="https://hl7.org/fhir/R4/resource.html#id",
)
NOT_HERE = Message(
    "not-in-record",
    IssueType.NOT_FOUND,
    nb="Viser til noe ({kind}) som ikke finnes i saken",
    en="Refers to something ({kind}) that is not in the sak",
    source="https://hl7.org/fhir/R4/references.html",
)
OWN_PARENT = Message(
    "own-parent",
    IssueType.BUSINESS_RULE,
    nb="En organisasjon er ikke overordnet seg selv",
    en="An organisation is not above itself",
    source="https://hl7.org/fhir/R4/organization-definitions.html#Organization.partOf",
)
_TYPES = {system: type_ for type_, system in SYSTEMS.items()}


def identifiers(case: Case) -> Iterator[Violation]:
    """Every identifier of a type that can be checked, of people here and of those told by identifikator."""
    for node in case.nodes:
        if node.definition == "ident":
            yield from _identifier(case, node, node.value["type"], node.value["verdi"])
            yield from _system(node, node.value["type"], node.value.get("system"))
        elif node.definition == "aktor" and "identifikator" in node.value:
            named = node.value["identifikator"]
            yield from _identifier(case, node, _TYPES.get(named["system"], ""), named["verdi"])


def periods(case: Case) -> Iterator[Violation]:
    """Every gyldighet runs forwards; one that begins and ends on the same day does."""
    for node in case.nodes:
        if node.definition == "gyldighet" and window_of(node.value).is_empty():
            yield Violation(PERIOD_BACKWARDS, node.path, node.place, node.value)


def duplicate_ids(case: Case) -> Iterator[Violation]:
    """An id stands once in its list; what is told from the second on."""
    for node in case.nodes:
        if not isinstance(node.value, list):
            continue
        seen: Counter[str] = Counter()
        for index, item in enumerate(node.value):
            if isinstance(item, dict) and "id" in item:
                seen[item["id"]] += 1
                if seen[item["id"]] > 1:
                    place = f"{node.place}{name_of(item, index)}"
                    yield Violation(ID_TWICE, f"{node.path}[{index}].id", place, seen[item["id"]])


def numbers_as_ids(case: Case) -> Iterator[Violation]:
    """No id is a birth number: ids stand in addresses (personopplysningsloven § 12)."""
    for node in case.nodes:
        id_ = node.value.get("id") if isinstance(node.value, dict) else None
        if isinstance(id_, str) and is_birth_number(id_):
            yield Violation(NUMBER_AS_ID, f"{node.path}.id", node.place, id_)


def one_part_each(case: Case) -> Iterator[Violation]:
    """A resource is one part: no two kinds of part of one type have the same id."""
    seen: dict[tuple[str, str], str] = {}
    for part in parts(case.kind, case.body):
        first = seen.setdefault((part.type, part.id), part.kind)
        if first != part.kind:
            field = BY_NAME[part.kind].field
            index = next(n for n, item in enumerate(case.body[field]) if item["id"] == part.id)
            place = f"{case.kind}.{field}({part.id})"
            yield Violation(ID_OF_ANOTHER, f"{case.kind}.{field}[{index}].id", place, names={"kind": first})


def local_references(case: Case) -> Iterator[Violation]:
    """The parts of a sak that are named in it are its own."""
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
    """An organisasjon has another one above it, if any."""
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
