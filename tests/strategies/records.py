"""Strategies of municipal records, made from the schema: every field, valid numbers, references that resolve.

What is made passes the schema and the rules of law on ``TODAY``. Parts are named after the record
(``sak-1-team-1``), so that two records of different names can stand in one database; lists are not empty,
which FHIR cannot tell from absent ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from adapter.fhir.dates import interval
from adapter.fhir.fhirpath import Environment, compiled, node
from adapter.record.competence import competence
from adapter.record.references import LISTS, NAMING, OF_AKTOR
from adapter.record.rules.consent import SHARING, is_given
from adapter.record.rules.planning import IN_FORCE, NESTED, individual, is_to_plan, named
from adapter.record.rules.violation import Case
from adapter.record.schema import definitions, resolved
from adapter.record.supply import supply
from adapter.record.windows import Window
from tests.strategies.numbers import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 3, 1)
ANSATT, ROLLE, ORGANISASJON = "ansatt-1", "ansatt-1-rolle-1", "organisasjon-1"

_DAYS = st.dates(date(1990, 1, 1), date(2035, 12, 31))
_FORMS = ("{0:%Y}", "{0:%Y-%m}", "{0:%Y-%m-%d}", "{0:%Y-%m-%d}T10:00:00+01:00", "{0:%Y-%m-%d}T08:59:59.250Z")
_TEXT = st.one_of(
    st.sampled_from(("Åse", "Ødegård-Čáhppes", "Ungárga", 'linje "én" <&>', "😀", "null")),
    st.text(
        st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Z"), codec="utf-8"),
        min_size=1,
        max_size=12,
    ),
)
_CODES = st.sampled_from(("nb", "se", "code-1", "to ord", "1.50"))
_LISTED: dict[str, dict[str, Any]] = {
    "sprak": {"kode": {"enum": ["nb", "nn", "se", "sma", "pl", "so", "zh-Hant"]}},
    "regel": {"formal": {"type": "array", "uniqueItems": True, "items": {"enum": ["TREAT", "HPAYMT"]}}},
}
"""Schemas of fields whose codes FHIR lists and the schema of the record does not: bcp:47 and v3-ActReason."""

_URIS = ("https://ehr.example.org/sid?a=b", "urn:oid:2.16.578.1.12.4.3.1", "http://x.example/å#f")


@dataclass(frozen=True)
class Known:
    """The ids a generated record may refer to."""

    innbygger: tuple[str, ...] = ()
    parorende: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    ansatt: tuple[str, ...] = (ANSATT,)
    rolle: tuple[str, ...] = (ROLLE,)
    organisasjon: tuple[str, ...] = (ORGANISASJON,)
    parts: tuple[tuple[str, str], ...] = ()
    """The parts of a sak that are no aktor, as (kind, id)."""

    def ids(self, kind: str) -> tuple[str, ...]:
        """The ids of one kind."""
        found: tuple[str, ...] = getattr(self, kind, ())
        return found + tuple(id_ for of, id_ in self.parts if of == kind)


def organisasjoner(name: str = ORGANISASJON) -> st.SearchStrategy[dict[str, Any]]:
    """Records of kind organisasjon with the id ``name``; none is under another."""
    records = _making(Known()).object("organisasjon").map(lambda body: {**body, "id": name})
    return records.map(lambda body: {k: v for k, v in body.items() if k != "overordnet"}).map(
        lambda body: _supplied("organisasjon", body)
    )


def ansatte(name: str = ANSATT, known: Known = Known()) -> st.SearchStrategy[dict[str, Any]]:
    """Records of kind ansatt with the id ``name``, holding at least the rolle ``<name>-rolle-1``."""
    making = _making(known)
    roles = st.lists(making.object("rolle"), min_size=1, max_size=2).map(
        lambda found: _named(name, "rolle", found)
    )
    return st.builds(
        lambda body, roller: _supplied("ansatt", {**body, "id": name, "roller": roller}),
        making.object("ansatt"),
        roles,
    )


@st.composite
def saker(
    draw: st.DrawFn, name: str = "sak-1", known: Known = Known(), today: date = TODAY
) -> dict[str, Any]:
    """Records of kind sak with the id ``name``, lawful on ``today``; ``known`` holds the ids outside it."""
    numbers = {kind: draw(st.integers(0, 2)) for kind in LISTS}
    named = {kind: tuple(f"{name}-{kind}-{i + 1}" for i in range(n)) for kind, n in numbers.items()}
    here = Known(
        (f"{name}-innbygger",),
        named.pop("parorende"),
        named.pop("team"),
        known.ansatt,
        known.rolle,
        known.organisasjon,
        tuple((kind, id_) for kind, ids in named.items() for id_ in ids),
    )
    making = _making(here)
    body = draw(making.object("sak"))
    body["id"], body["innbygger"]["id"] = name, here.innbygger[0]
    for kind, field in LISTS.items():
        body.pop(field, None)
        if numbers[kind]:
            parts = draw(st.lists(making.object(kind), min_size=numbers[kind], max_size=numbers[kind]))
            body[field] = _named(name, kind, parts)
    if "samtykker" in body:
        body["samtykker"] = _named(name, "samtykke", body["samtykker"])
    _make_lawful(body, today)
    return _supplied("sak", body)


def parts(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Parts of one kind as the schema allows them, lawful or not; their items have ids, as stored ones."""
    others = tuple((kind, f"{kind}-{n}") for kind in LISTS for n in (2, 3))
    known = Known(("innbygger-1",), ("parorende-1",), ("team-1",), parts=others)
    made = _making(known).object(name).map(lambda part: {"id": f"{name}-1", **part})
    drawn = made.filter(_is_of_a_type) if name == "samtykke" else made
    apart = {"roller", "ugjennomsiktig"}  # parts of their own, and what only a resource makes of a samtykke
    return drawn.map(
        lambda part: _with_ids(
            definitions()[name], {k: v for k, v in part.items() if k not in apart}, count(1)
        )
    )


def _is_of_a_type(samtykke: dict[str, Any]) -> bool:
    """Does a samtykke have a type, and ``gjelderPlaner`` only with the type plan?"""
    return "type" in samtykke and (samtykke["type"] == "plan" or "gjelderPlaner" not in samtykke)


def _with_ids(schema: dict[str, Any], value: dict[str, Any], numbers: count[int]) -> dict[str, Any]:
    """The object with an id on every list item that has one by the schema, at any depth."""
    fields = resolved(schema).get("properties", {})
    return {
        name: _numbered(resolved(fields[name])["items"], one, numbers) if isinstance(one, list) else one
        for name, one in value.items()
    }


def _numbered(schema: dict[str, Any], items: list[Any], numbers: count[int]) -> list[Any]:
    if "id" not in resolved(schema).get("properties", {}):
        return items
    return [{**_with_ids(schema, item, numbers), "id": f"e{next(numbers)}"} for item in items]


@cache
def _making(known: Known) -> _Making:
    return _Making(known)


class _Making:
    """Strategies for values of the schema's definitions; ids are given afterwards."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._special: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
            "aktor": self._aktor,
            "ident": self._ident,
            "gyldighet": _gyldighet,
            "dato": lambda: st.builds(str.format, st.sampled_from(_FORMS[:3]), _DAYS),
            "tidspunkt": _tidspunkt,
            **{name: partial(self._listed, name) for name in _LISTED},
        }
        self._made: dict[str, st.SearchStrategy[Any]] = {}

    def object(self, name: str) -> st.SearchStrategy[dict[str, Any]]:
        """Objects of one definition, without their ids, and with at least one field where there is any."""
        return self._object(definitions()[name])

    def _listed(self, name: str) -> st.SearchStrategy[dict[str, Any]]:
        whole = definitions()[name]
        return self._object({**whole, "properties": {**whole["properties"], **_LISTED[name]}})

    def _value(self, schema: dict[str, Any], field: str) -> st.SearchStrategy[Any]:
        name = schema.get("$ref", "").removeprefix("#/$defs/")
        if field in NAMING and _is_id(schema):
            return self._naming(NAMING[field], schema)
        if field == "gittAv":
            return st.lists(self._aktor(("innbygger", "parorende")), min_size=1, max_size=2)
        if "propertyNames" in schema:
            return self._aktor(tuple(schema["propertyNames"]["enum"]))
        if "properties" in schema and name:
            whole = resolved(schema)
            return self._unnamed({**whole, "properties": {**whole["properties"], **schema["properties"]}})
        if not name:
            return self._unnamed(schema)
        if name not in self._made:
            special = self._special.get(name)
            self._made[name] = special() if special else self._unnamed(resolved(schema))
        return self._made[name]

    def _unnamed(self, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if schema["type"] == "array":
            unique = repr if schema.get("uniqueItems") else None
            return st.lists(self._value(schema["items"], ""), min_size=1, max_size=3, unique_by=unique)
        if schema["type"] == "object":
            return self._object(schema)
        return _scalar(schema)

    def _object(self, schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        fields = {
            field: self._value(inner, field)
            for field, inner in schema["properties"].items()
            if field != "id" and not self._names_nothing(field, inner)
        }
        together: dict[str, list[str]] = schema.get("dependentRequired", {})
        needed = [field for field in schema.get("required", ()) if field in fields]
        choices = [branch["required"] for branch in schema.get("anyOf", ())]
        if not needed and not choices:
            choices = [[field, *together.get(field, ())] for field in fields]
        made = st.one_of([_with(fields, [*needed, *choice]) for choice in choices or [[]]])
        excluded = [one.get("not", {}).get("required", []) for one in (schema, *schema.get("allOf", ()))]
        return made.map(lambda body: _agreeing(body, excluded, together))

    def _names_nothing(self, field: str, schema: dict[str, Any]) -> bool:
        """Tests whether a field holds ids of a kind without ids, or objects that require such an id."""
        if field in NAMING and _is_id(schema):
            return not self._known.ids(NAMING[field])
        whole = resolved(resolved(schema).get("items", schema))
        fields = whole.get("properties", {})
        return any(
            self._names_nothing(name, fields[name]) for name in whole.get("required", ()) if name in fields
        )

    def _naming(self, kind: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        one = st.sampled_from(self._known.ids(kind))
        return st.lists(one, min_size=1, max_size=3, unique=True) if "items" in schema else one

    def _aktor(self, kinds: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
        here: list[dict[str, Any]] = [
            {kind: id_} for kind in sorted(OF_AKTOR) for id_ in self._known.ids(kind)
        ]
        elsewhere = [
            {"adresse": "https://ehr.example.org/aktor?nr=7"},
            {"identifikator": {"system": "https://ehr.example.org/enheter", "verdi": "A-1"}},
        ]
        return st.sampled_from(
            [aktor for aktor in (*here, *elsewhere) if not kinds or set(aktor) <= set(kinds)]
        )

    def _ident(self) -> st.SearchStrategy[dict[str, Any]]:
        rest = {
            "bruk": st.sampled_from(definitions()["ident"]["properties"]["bruk"]["enum"]),
            "gyldighet": _gyldighet(),
        }
        return st.sampled_from(sorted(IDENTIFIERS)).flatmap(
            lambda type_: st.fixed_dictionaries(
                {
                    "type": st.just(type_),
                    "verdi": IDENTIFIERS[type_],
                    **({"system": st.just("urn:oid:2.999.1")} if type_ in {"hnr", "annen"} else {}),
                },
                optional=rest,
            )
        )


def _tidspunkt() -> st.SearchStrategy[str]:
    return st.builds(str.format, st.sampled_from(_FORMS), _DAYS)


def _agreeing(
    body: dict[str, Any], excluded: list[list[str]], together: dict[str, list[str]]
) -> dict[str, Any]:
    """The object without fields that exclude each other, and without fields that need another field."""
    left_out = {fields[0] for fields in excluded if fields and all(field in body for field in fields)}
    left_out |= {field for field, others in together.items() if not body.keys() >= set(others)}
    return {field: value for field, value in body.items() if field not in left_out}


def _with(fields: dict[str, st.SearchStrategy[Any]], needed: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    rest = {field: made for field, made in fields.items() if field not in needed}
    return st.fixed_dictionaries({field: fields[field] for field in needed}, optional=rest)


def _gyldighet() -> st.SearchStrategy[dict[str, str]]:
    begun = st.fixed_dictionaries({"fra": _tidspunkt()}, optional={"til": _tidspunkt()})
    return st.one_of(begun.map(_forwards), st.fixed_dictionaries({"til": _tidspunkt()}))


def _forwards(gyldighet: dict[str, str]) -> dict[str, str]:
    """The period running forwards; without its end where FHIR cannot order the two ends."""
    if "til" not in gyldighet or _is_in_order(gyldighet):
        return gyldighet
    turned = {"fra": gyldighet["til"], "til": gyldighet["fra"]}
    return turned if _is_in_order(turned) else {"fra": gyldighet["fra"]}


def _is_in_order(gyldighet: dict[str, str]) -> bool:
    """Tests whether the start of a period is certainly not after its end, as per-1 asks."""
    period = node({"start": gyldighet["fra"], "end": gyldighet["til"]}, "Period")
    return compiled("start <= end").holds(period, Environment(period)) is True


def _scalar(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if schema["type"] == "boolean":
        return st.booleans()
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    pattern = schema.get("pattern", r"\S")
    if pattern == r"\S":
        return _TEXT
    if re.fullmatch(pattern, "to ord"):
        return _CODES
    if re.fullmatch(pattern, _URIS[0]):
        return st.sampled_from(_URIS)
    return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)


def _named(record: str, kind: str, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": f"{record}-{kind}-{number}", **part} for number, part in enumerate(parts, 1)]


def _supplied(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    numbers = count(1)
    return supply(kind, body, None, lambda: f"{body['id']}-e{next(numbers)}")


def _make_lawful(sak: dict[str, Any], today: date) -> None:
    """Change the parts of a drawn sak that break a rule."""
    coordinators: set[str] = set()
    for team in sak.get("team", ()):
        of_hospital: set[str] = set()
        for deltaker in team.get("deltakere", ()):
            if team.get("status") in {"inaktiv", "feilregistrert"}:
                deltaker["gyldighet"] = {"fra": "2001", "til": "2002"}
            if deltaker.get("rolle") in {"koordinator", "barnekoordinator"}:
                _seat(deltaker, coordinators, sak)
            elif deltaker.get("rolle") == "koordinator-hf":
                _seat(deltaker, of_hospital, sak)
    for samtykke in sak.get("samtykker", ()):
        _make_consent_lawful(sak, samtykke, today)
    _make_goals_lawful(sak)
    _make_plans_lawful(sak, today)


def _seat(deltaker: dict[str, Any], taken: set[str], sak: dict[str, Any]) -> None:
    if deltaker["rolle"] == "barnekoordinator":
        sak["innbygger"].setdefault("venterBarn", {"ufodt": True})
    if taken:
        deltaker["rolle"] = "kontaktperson"
    taken.add(deltaker["rolle"])


def _is_id(schema: dict[str, Any]) -> bool:
    return bool(schema.get("items", schema).get("$ref") == "#/$defs/id")


def _make_plans_lawful(sak: dict[str, Any], today: date) -> None:
    for field, link in NESTED:
        for item in sak.get(field, ()):
            if any(id_ <= item["id"] for id_ in named(item, link)):
                del item[link]
    for _, plan in list(individual(sak, IN_FORCE))[1:]:
        plan["plantype"] = "delplan-annen"
    for _, plan in individual(sak):
        plan.pop("hensikt", None)
    case = Case("sak", sak, None, today, production=False)
    if not any(is_to_plan(item) and is_given(case, item) for item in sak.get("samtykker", ())):
        for _, plan in individual(sak, frozenset({"aktiv"})):
            plan["status"] = "pa-vent"


def _make_goals_lawful(sak: dict[str, Any]) -> None:
    for goal in sak.get("maal", ()):
        if "parorende" in goal.get("uttryktAv", {}):
            goal["uttryktAv"] = {"innbygger": sak["innbygger"]["id"]}
        if "frister" in goal:
            goal.pop("startdato", None)  # a deadline may be before it


def _make_consent_lawful(sak: dict[str, Any], samtykke: dict[str, Any], today: date) -> None:
    if "type" not in samtykke:
        samtykke["ugjennomsiktig"] = True
    if samtykke.get("ugjennomsiktig"):
        samtykke.pop("regler", None)
        return
    if "tilbaketrekking" in samtykke and samtykke["tilstand"] != "inaktiv":
        del samtykke["tilbaketrekking"]
    samtykke.pop("mottaker" if samtykke.get("type") == "plan" else "gjelderPlaner", None)
    if samtykke["tilstand"] != "aktiv":
        return
    given = samtykke.setdefault("gittDato", "2024-03-01")
    if interval(given).low.date() >= today:
        given = samtykke["gittDato"] = "2024-03-01"
    if samtykke.get("type") in SHARING:
        samtykke.setdefault("mottaker", {"organisasjon": ORGANISASJON})
        samtykke.setdefault("regler", [{"virkning": "tillat", "del": ["koordinator"]}])
        when = Window(*interval(given))
        if all(able.window.within(when).is_empty() for able in competence(sak, samtykke)):
            samtykke["gittAv"] = [{"innbygger": sak["innbygger"]["id"]}]
            sak["innbygger"].pop("fodselsdato", None)
