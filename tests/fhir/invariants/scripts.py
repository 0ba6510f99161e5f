"""TestScript and TestReport: a valid resource of each, and what breaks its invariants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fhir.invariants.clinical import Broken

READ: dict[str, Any] = {
    "operation": {
        "type": {
            "system": "http://terminology.hl7.org/CodeSystem/testscript-operation-codes",
            "code": "read",
        },
        "encodeRequestUrl": True,
        "targetId": "x",
    }
}
NOTHING: dict[str, Any] = {"operation": {"encodeRequestUrl": True}}
PASS: dict[str, Any] = {"result": "pass"}

SOUND: dict[str, dict[str, Any]] = {
    "TestReport": {
        "status": "completed",
        "testScript": {"reference": "TestScript/1"},
        "result": "pass",
        "setup": {"action": [{"operation": PASS}]},
        "test": [{"action": [{"assert": PASS}]}],
    },
    "TestScript": {
        "url": "https://epj.example/x",
        "name": "Navn",
        "status": "draft",
        "variable": [{"name": "x", "path": "x"}],
        "setup": {"action": [READ, {"assert": {"warningOnly": False, "response": "okay"}}]},
        "test": [{"action": [READ, {"assert": {"warningOnly": False, "direction": "response"}}]}],
        "teardown": {"action": [READ]},
    },
}


def _setup(**action: Any) -> dict[str, Any]:
    return {"setup": {"action": [action]}}


def _test(**action: Any) -> dict[str, Any]:
    return {"test": [{"action": [action]}]}


def _assert(**rule: Any) -> dict[str, Any]:
    return {"assert": {"warningOnly": False, **rule}}


_TWO = _assert(path="x", contentType="json")
_COMPARED = _assert(compareToSourceId="x")
_ASKED = _assert(direction="request", responseCode="200")
_SETUP, _TEST = ".setup.action[0]", ".test[0].action[0]"

BROKEN: list[Broken] = [
    ("TestReport", "inv-1", _SETUP, _setup(operation=PASS, **{"assert": PASS})),
    ("TestReport", "inv-2", _TEST, _test(operation=PASS, **{"assert": PASS})),
    ("TestScript", "tst-0", "", {"name": "1 navn"}),
    ("TestScript", "tst-1", _SETUP, _setup(**READ, **_assert(path="x"))),
    ("TestScript", "tst-2", _TEST, _test(**READ, **_assert(path="x"))),
    (
        "TestScript",
        "tst-3",
        ".variable[0]",
        {"variable": [{"name": "x", "expression": "x", "headerField": "x", "path": "x"}]},
    ),
    ("TestScript", "tst-5", f"{_SETUP}.assert", _setup(**_TWO)),
    ("TestScript", "tst-6", f"{_TEST}.assert", _test(**_TWO)),
    ("TestScript", "tst-7", f"{_SETUP}.operation", _setup(**NOTHING)),
    ("TestScript", "tst-8", f"{_TEST}.operation", _test(**NOTHING)),
    ("TestScript", "tst-9", ".teardown.action[0].operation", {"teardown": {"action": [NOTHING]}}),
    ("TestScript", "tst-10", f"{_SETUP}.assert", _setup(**_COMPARED)),
    ("TestScript", "tst-11", f"{_TEST}.assert", _test(**_COMPARED)),
    ("TestScript", "tst-12", f"{_SETUP}.assert", _setup(**_ASKED)),
    ("TestScript", "tst-13", f"{_TEST}.assert", _test(**_ASKED)),
]
