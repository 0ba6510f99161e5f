"""Views: a part as its mapping file sees it, where record and resource hold a fact at different places.

A samtykke names its recipient once; FHIR repeats it in every nested provision, since a provision without an
actor would permit anybody. The view copies it into each regel on the way out and takes it back on the way in.
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
    nb="Et samtykke nevner én mottaker; send ett samtykke for hver",
    en="A consent names one recipient; send one for each",
    source="https://lovdata.no/lov/1999-07-02-64/§22",
)


@dataclass(frozen=True, slots=True)
class View:
    """How rows see a part.

    Args:
        spread: prepares a part for its rows.
        gather: takes back, with what cannot be gathered.
        adds: the fields it adds, that rows see and the record does not have.
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
    """The recipient once; and which plan it is about is for a consent to the plan to say, see the rule."""
    gathered, ungathered = _gather_mottaker(samtykke)
    if "gjelderPlaner" in samtykke and samtykke.get("type") != "plan":
        ungathered = [*ungathered, ABOUT_PLAN.at("Consent.provision.data")]
    return gathered, ungathered


VIEWS: Mapping[str, View] = {
    "as it is": View(_same, _as_it_is),
    "samtykke": View(_spread_mottaker, _gather_samtykke, adds=("regler.mottaker",)),
}
