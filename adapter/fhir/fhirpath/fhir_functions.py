"""Functions that R4 adds to FHIRPath. Rules: https://hl7.org/fhir/R4/fhirpath.html#functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir import narrative
from adapter.fhir.fhirpath.calls import Functions, only_string
from adapter.fhir.fhirpath.fhirpath_error import FhirPathError
from adapter.fhir.fhirpath.nodes import EMPTY, Node, boolean, content_of, resource_node
from adapter.fhir.fhirpath.type_model import type_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items

_functions = Functions()
FUNCTIONS = _functions.by_name

_EXTENSION = type_of("Extension")


def _extensions(environment: Environment, items: Items, url: Items) -> Items:
    """The extensions with a url."""
    wanted = only_string(url)
    found: list[Node] = []
    environment.spend(len(items))
    for item in items:
        content = content_of(item)
        inner = content.get("extension") if content else None
        if wanted is not None and isinstance(inner, list):
            found += [
                Node(one, _EXTENSION) for one in inner if isinstance(one, dict) and one.get("url") == wanted
            ]
    return found


def _has_value(_: Environment, items: Items) -> Items:
    return boolean(len(items) == 1 and items[0].has_value)


def _value(_: Environment, items: Items) -> Items:
    return items if len(items) == 1 and items[0].has_value else EMPTY


_functions.with_values("extension", 1, _extensions)
_functions.with_values(
    "hasExtension", 1, lambda environment, items, url: boolean(bool(_extensions(environment, items, url)))
)
_functions.of_items("hasValue", _has_value)
_functions.of_items("getValue", _value)


def _resolved(environment: Environment, items: Items) -> Items:
    """The targets of references and addresses; one that is not at hand gives nothing."""
    found: list[Node] = []
    environment.spend(len(items))
    for item in items:
        reference = item.value.get("reference") if isinstance(item.value, dict) else item.value
        if isinstance(reference, str):
            target = _target(environment, reference)
            if target is not None:
                found.append(target)
    return found


def _target(environment: Environment, reference: str) -> Node | None:
    if reference.startswith("#"):
        if reference == "#":
            return environment.root_resource[0]
        inner = environment.memo.get("contained")
        if inner is None:
            inner = environment.memo["contained"] = _contained(environment.root_resource[0].value)
        target: Node | None = inner.get(reference[1:])
        return target
    return environment.resolve(reference) if environment.resolve else None


def _contained(root: Any) -> dict[str, Node]:
    """The contained resources by id; the first one of an id that occurs twice."""
    inner = root.get("contained") if isinstance(root, dict) else None
    found: dict[str, Node] = {}
    for one in inner if isinstance(inner, list) else ():
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            found.setdefault(one["id"], resource_node(one))
    return found


_functions.of_items("resolve", _resolved)


def _judged(
    judge: Callable[[Environment], Callable[[Node, str], bool | None] | None], what: str
) -> Callable[[Environment, Items, Items], Items]:
    """A test that the caller makes; without its answer the result is undecided."""

    def of(environment: Environment, items: Items, url: Items) -> Items:
        address, by_caller = only_string(url), judge(environment)
        if len(items) != 1 or address is None:
            return EMPTY
        answer = by_caller(items[0], address) if by_caller else None
        if answer is None:
            raise FhirPathError("undecided", f"The {what} is not at hand")
        return boolean(answer)

    return of


_functions.with_values("memberOf", 1, _judged(lambda environment: environment.member_of, "value set"))
_functions.with_values("conformsTo", 1, _judged(lambda environment: environment.conforms_to, "profile"))


def _html_checks(environment: Environment, items: Items) -> Items:
    text = only_string(items)
    if text is None:
        return EMPTY
    environment.text(len(text))
    return boolean(not narrative.faults(text))


_functions.of_items("htmlChecks", _html_checks)
