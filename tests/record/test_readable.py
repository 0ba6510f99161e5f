"""An invalid record is judged by what of it can be read, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.record import schema
from adapter.record.readable import readable
from tests.record.given import SAK, bent

PLAN = {"id": "p1", "status": "aktiv", "maal": ["m1"]}
GOALS = [{"id": "m1", "status": "aktiv", "tekst": "Gå"}, {"id": "m2", "status": "aktiv", "tekst": "Stå"}]
STANDING = bent(SAK, planer=[PLAN], maal=GOALS)


@pytest.mark.parametrize(
    ("wrong", "read"),
    [
        ({"farge": "blå", "innbygger.farge": "blå"}, {}),
        ({"planer.0.tittel": 7}, {}),
        ({"maal.1.livsomrader": ["havet", "arbeid"]}, {}),
        ({"planer.0.status": "halvferdig"}, {"planer.0.status": "feilregistrert"}),
        ({"samtykker.0.tilstand": "kanskje"}, {"samtykker.0.tilstand": "feilregistrert"}),
        ({"tilstand": "rar"}, {"tilstand": "feilregistrert"}),
        ({"team.0.deltakere.1.rolle": "sjef"}, {"team.0.deltakere.1.rolle": None}),
        ({"innbygger.identer.0.gyldighet": {"fra": "i fjor"}}, {}),
    ],
)
def test_what_is_wrong_is_left_out(wrong: dict[str, Any], read: dict[str, Any]) -> None:
    """A field that cannot be read is not there; a part of unknown state counts as an error."""
    body = bent(STANDING, **wrong)
    found = schema.validate("sak", body)
    assert found
    assert readable("sak", body, found) == bent(STANDING, **read)


@pytest.mark.parametrize(
    "wrong",
    [
        {"maal": "ingen"},
        {"maal.0": "m1"},
        {"maal.0.id": None},
        {"maal.0.id": "ikke en id"},
        {"innbygger": None},
        {"samtykker.0.regler.0.virkning": "kanskje"},
    ],
)
def test_of_some_records_too_little_is_left(wrong: dict[str, Any]) -> None:
    """Where a part is gone, or has no id or no meaning, those who name it would seem to be wrong."""
    body = bent(STANDING, **wrong)
    assert readable("sak", body, schema.validate("sak", body)) is None
