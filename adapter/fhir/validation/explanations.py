"""Explanations of the codes of findings, made from the messages that the modules of FHIR declare.

No list of codes is kept: every :class:`adapter.errors.Message` registers itself when its module is imported,
and an explanation imports all modules below :mod:`adapter.fhir` first. The invariants of R4 without texts of
their own register when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import adapter.fhir
from adapter.errors import declared
from adapter.fhir import invariants

if TYPE_CHECKING:
    from adapter.errors import Message


class UnknownCode(KeyError):
    """No message has the code; ``nearest`` holds up to three similar codes, the most similar first."""

    def __init__(self, code: str, nearest: list[str]) -> None:
        super().__init__(code)
        self.nearest = nearest


def explained(code: str) -> str:
    """The severity, issue type, source and texts of a code, in a block for each variant of its texts.

    Raises:
        UnknownCode: no validation gives the code.
    """
    import pkgutil  # noqa: PLC0415 - a validation without a question about a code needs neither of these
    from difflib import get_close_matches  # noqa: PLC0415

    for module in pkgutil.walk_packages(adapter.fhir.__path__, "adapter.fhir."):
        import_module(module.name)
    invariants.declare_all()
    known = declared()
    if code not in known:
        raise UnknownCode(code, get_close_matches(code, known))
    return "\n\n".join(dict.fromkeys(_block(message) for message in known[code]))


def _block(message: Message) -> str:
    lines = {
        "severity": message.severity.value,
        "issue type": message.issue.value,
        "source": message.source,
        "nb": readable(message.nb),
        "en": readable(message.en),
    }
    return "\n".join([message.code, *(f"  {name}: {value}" for name, value in lines.items() if value)])


def readable(template: str) -> str:
    """The text of a template, with ``<name>`` for each field that a finding fills."""
    return template.format_map(_Fields())


class _Fields(dict[str, str]):
    """A mapping that gives ``<name>`` for every name."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"
