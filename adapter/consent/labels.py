"""What a sender's security labels ask for: heeded as topics of the part, or refused; never kept as a remark.

A sender may add topics to a part and takes none away. https://hl7.org/fhir/R4/security-labels.html: a label
says how what it stands on must be handled, so one that nobody will act on is not taken in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message, Unprocessable
from adapter.fhir.canonical import BASE
from adapter.record.schema import definitions

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_HEEDED = Message(
    "label-not-heeded",
    IssueType.BUSINESS_RULE,
    nb="Denne merkingen kan ikke følges her. Si hvilket emne det gjelder med koder i ip-emne, eller "
    "utelat den",
    en="This label cannot be followed here. Say which topic it is about, with codes of ip-emne, or "
    "leave it out",
    source="https://hl7.org/fhir/R4/security-labels.html",
)

_TOPICS = f"{BASE}/CodeSystem/ip-emne"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_SENSITIVITY = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_NO_MORE_THAN_USUAL = frozenset({"U", "L", "M", "N"})
_OF_MENTAL_HEALTH = frozenset({"PSY", "BH", "SUD", "ETH", "ETHUD", "OPIOIDUD", "MH", "PSYTHPN", "EMOTDIS"})


def labelled(part: dict[str, Any], resource: Mapping[str, Any]) -> dict[str, Any]:
    """The part with the emner that the resource's labels add to it.

    Raises:
        Unprocessable: a label asks for what nobody here does.
    """
    labels = (resource.get("meta") or {}).get("security", ())
    type_ = resource["resourceType"]
    unheeded = [index for index, label in enumerate(labels) if _asks(label) and not _topic(label)]
    if unheeded:
        raise Unprocessable(*(NOT_HEEDED.at(f"{type_}.meta.security[{index}]") for index in unheeded))
    topics = dict.fromkeys([*part.get("emner", ()), *filter(None, map(_topic, labels))])
    return {**part, "emner": list(topics)} if topics else part


def _topic(label: Mapping[str, Any]) -> str | None:
    system, code = label.get("system"), label.get("code")
    if system == _TOPICS and code in definitions()["emner"]["items"]["enum"]:
        return str(code)
    return "psykisk-helse-rus" if system == _SENSITIVITY and code in _OF_MENTAL_HEALTH else None


def _asks(label: Mapping[str, Any]) -> bool:
    """Is it of a system whose labels limit who may see? Labels of other systems are the sender's own."""
    system, code = label.get("system"), label.get("code")
    if system == _CONFIDENTIALITY:
        return code not in _NO_MORE_THAN_USUAL
    return system in {_TOPICS, _SENSITIVITY}
