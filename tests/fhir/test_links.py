"""Links of a resource are found in the elements that hold them: https://hl7.org/fhir/R4/http.html#trules."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.definitions import resource_types
from adapter.fhir.links import Link, relinked
from tests.strategies.resources import resources

OLD, NEW = "urn:uuid:0e6b1a00-0000-4000-8000-000000000001", "Patient/1"


def changed(link: Link) -> str:
    """The new text of a link to OLD, or the text of any other link."""
    return NEW if link.text == OLD else link.text


def test_a_link_is_changed_in_every_element_that_can_hold_it() -> None:
    """References, addresses, extensions, companions, contained resources and the narrative hold links."""
    team: dict[str, Any] = {
        "resourceType": "CareTeam",
        "text": {"status": "additional", "div": f"<div><a href='{OLD}'>x</a><img src=\"{OLD}\"/>{OLD}</div>"},
        "contained": [{"resourceType": "Patient", "id": "p", "link": [{"other": {"reference": OLD}}]}],
        "extension": [{"url": "https://x.example", "valueUri": OLD}],
        "_name": {"extension": [{"url": "https://x.example", "valueReference": {"reference": OLD}}]},
        "participant": [{"member": {"reference": OLD}}, {"member": {"reference": "#p"}}],
    }
    places: list[tuple[str, bool]] = []

    def seen(link: Link) -> str:
        if link.text == OLD:
            places.append((link.place, link.is_reference))
        return changed(link)

    assert relinked(team, "CareTeam", seen) == {
        "resourceType": "CareTeam",
        "text": {"status": "additional", "div": f"<div><a href='{NEW}'>x</a><img src=\"{NEW}\"/>{OLD}</div>"},
        "contained": [{"resourceType": "Patient", "id": "p", "link": [{"other": {"reference": NEW}}]}],
        "extension": [{"url": "https://x.example", "valueUri": NEW}],
        "_name": {"extension": [{"url": "https://x.example", "valueReference": {"reference": NEW}}]},
        "participant": [{"member": {"reference": NEW}}, {"member": {"reference": "#p"}}],
    }
    assert places == [
        ("CareTeam.text.div", False),
        ("CareTeam.text.div", False),
        ("CareTeam.contained[0].link[0].other.reference", True),
        ("CareTeam.extension[0].value", False),
        ("CareTeam.name.extension[0].value.reference", True),
        ("CareTeam.participant[0].member.reference", True),
    ]


def test_identifiers_and_canonical_addresses_are_not_links() -> None:
    """Values of identifiers, canonical addresses and texts are not changed."""
    plan = {
        "resourceType": "CarePlan",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": OLD}],
        "instantiatesCanonical": [OLD],
        "instantiatesUri": [OLD],
        "title": OLD,
    }
    assert relinked(plan, "CarePlan", changed) == plan | {"instantiatesUri": [NEW]}


@given(st.sampled_from(sorted(resource_types())).flatmap(resources))
def test_a_resource_without_changed_links_is_unchanged(resource: dict[str, Any]) -> None:
    """A resource of any type without changed links is equal to the original, in the same order."""
    again = relinked(resource, resource["resourceType"], lambda link: link.text)
    assert again == resource
    assert list(again) == list(resource)
