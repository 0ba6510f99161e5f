"""The content of a log line."""

from __future__ import annotations

import json

import pytest

from adapter.app.interaction_log import fault_fields, interaction_fields, make_logger, masked
from adapter.interaction import Interaction
from adapter.security.caller import Caller


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12856812055", "***********"),
        ("/fhir/Patient/12856812055/_history", "/fhir/Patient/***********/_history"),
        ("x_12856812055-3", "x_***********-3"),
        ("314159268", "314159268"),
        ("0e7a4c1d-5f1b-4c8e-9a55-012345678901", "0e7a4c1d-5f1b-4c8e-9a55-012345678901"),
        ("x" * 500, "x" * 200),
        ("x" * 195 + "12856812055", "x" * 195 + "*****"),
        ("/fhir/Patient/128568-12055", "/fhir/Patient/***********"),
        ("/fhir/Patient/128568 12055", "/fhir/Patient/***********"),
        ("a12856812055", "a***********"),
        ("12856812055f", "***********f"),
        ("0e7a4c1d5f1b4c8e9a55012345678901", "0e7a4c1d5f1b4c8e9a55012345678901"),
        ("128568120551", "128568120551"),
        ("a\nb\x1b[0m", "a\\nb\\x1b[0m"),
    ],
)
def test_a_birth_number_is_masked_in_a_line(text: str, shown: str) -> None:
    """Eleven digits are masked, a UUID that ends in digits stays readable, and the length is bounded."""
    assert masked(text) == shown


def test_a_line_has_the_caller_without_its_birth_number() -> None:
    """The line has client, person by id, organisation and purpose, never the caller's birth number."""
    caller = Caller("sykehus", organisation="314159268", person="Patient/p1", pid="12856812055")
    fields = interaction_fields(caller.on(Interaction("r1", "read", "Patient", "12856812055")))
    assert (fields["caller"], fields["person"], fields["interaction"]) == ("sykehus", "Patient/p1", "read")
    assert "12856812055" not in str(fields)
    assert interaction_fields(Interaction("r2"))["caller"] is None


def test_an_internal_error_is_logged_without_its_message() -> None:
    """The log has the type and place of an error, since its message may quote a value."""
    try:
        raise ValueError("12856812055")
    except ValueError as error:
        fields = fault_fields(error)
    assert fields["fault"] == "ValueError"
    assert "test_interaction_log.py" in fields["at"][0]
    assert "12856812055" not in str(fields)


def test_text_from_a_caller_cannot_begin_a_new_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Line breaks and escape sequences of a caller are escaped."""
    make_logger().info("interaction", caller="a\r\n{}\x1b[31m")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "\x1b" not in out
    assert json.loads(out)["event"] == "interaction"
