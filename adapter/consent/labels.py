"""Security labels of a sent resource: mapped to topics (emner) of the part, or refused; never residue.

A sender may add topics to a part, but removes none. https://hl7.org/fhir/R4/security-labels.html: a label
states how the resource must be handled, so a label the service cannot enforce is refused.
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
    nb="Tjenesten kan ikke håndheve denne sikkerhetsmerkingen. Bruk en kode fra ip-emne, eller fjern den.",
    en="The service cannot enforce this security label. Use a code of ip-emne, or remove the label.",
    source="https://hl7.org/fhir/R4/security-labels.html",
)

_TOPICS = f"{BASE}/CodeSystem/ip-emne"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_SENSITIVITY = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_NO_MORE_THAN_USUAL = frozenset({"U", "L", "M", "N"})
_OF_MENTAL_HEALTH = frozenset({"PSY", "BH", "SUD", "ETH", "ETHUD", "OPIOIDUD", "MH", "PSYTHPN", "EMOTDIS"})


def labelled(part: dict[str, Any], resource: Mapping[str, Any]) -> dict[str, Any]:
    """The part with the emner that the labels of the resource add.

    Raises:
        Unprocessable: the service cannot enforce a label.
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
    """Does a label restrict access? Labels of unknown systems do not, and are residue."""
    system, code = label.get("system"), label.get("code")
    if system == _CONFIDENTIALITY:
        return code not in _NO_MORE_THAN_USUAL
    return system in {_TOPICS, _SENSITIVITY}
