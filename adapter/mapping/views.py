"""Views: the part as its rows see it, where record and resource store a value at different places.

A samtykke names its recipient once; FHIR repeats it in every nested provision, since a provision without an
actor applies to everybody. The view copies the recipient into each regel before the rows write a resource,
and removes the copies after the rows have read one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message
from adapter.record.rules.consent import ABOUT_PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SEVERAL_RECIPIENTS = Message(
    "several-recipients",
    IssueType.BUSINESS_RULE,
    nb="Et samtykke kan bare ha én mottaker. Send ett samtykke for hver mottaker.",
    en="A Consent can have only one recipient. Send one Consent for each recipient.",
    source="https://lovdata.no/lov/1999-07-02-64/§22",
)


@dataclass(frozen=True, slots=True)
class View:
    """The part as its rows see it.

    Args:
        spread: prepares a part for its rows.
        gather: the inverse, with findings for values that cannot be gathered.
        adds: the added fields, which rows see and the record does not have.
    """

    spread: Callable[[dict[str, Any]], dict[str, Any]]
    gather: Callable[[dict[str, Any]], tuple[dict[str, Any], list[Finding]]]
    adds: tuple[str, ...] = ()


def _same(part: dict[str, Any]) -> dict[str, Any]:
    return part


def _as_it_is(part: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    return part, []


def _spread_mottaker(samtykke: dict[str, Any]) -> dict[str, Any]:
    if "mottaker" not in samtykke or "regler" not in samtykke:
        return samtykke
    mottaker = samtykke["mottaker"]
    return {**samtykke, "regler": [{**regel, "mottaker": mottaker} for regel in samtykke["regler"]]}


def _gather_mottaker(samtykke: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    regler = samtykke.get("regler", [])
    named = [regel["mottaker"] for regel in regler if "mottaker" in regel]
    if not named:
        return samtykke, []
    bare = [{key: value for key, value in regel.items() if key != "mottaker"} for regel in regler]
    mottaker = samtykke.get("mottaker", named[0])
    several = len(named) < len(regler) or any(one != mottaker for one in named)
    place = "Consent.provision.provision"
    return {**samtykke, "mottaker": mottaker, "regler": bare}, [
        SEVERAL_RECIPIENTS.at(place)
    ] if several else []


def _gather_samtykke(samtykke: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """The samtykke with its recipient once, and a finding for ``gjelderPlaner`` without type ``plan``."""
    gathered, ungathered = _gather_mottaker(samtykke)
    if "gjelderPlaner" in samtykke and samtykke.get("type") != "plan":
        ungathered = [*ungathered, ABOUT_PLAN.at("Consent.provision.data")]
    return gathered, ungathered


VIEWS: Mapping[str, View] = {
    "as it is": View(_same, _as_it_is),
    "samtykke": View(_spread_mottaker, _gather_samtykke, adds=("regler.mottaker",)),
}
