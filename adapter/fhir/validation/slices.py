"""Slices: which occurrence of an element falls into which slice, and what is wrong with the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.fhir.validation import profile_faults as faults
from adapter.fhir.validation.discriminators import Discrimination, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapter.errors import Finding
    from adapter.fhir.definitions.layers import Discriminator, Layer
    from adapter.fhir.validation.container import Container
    from adapter.fhir.validation.discriminators import Asked
    from adapter.fhir.validation.elements import Item


@dataclass(frozen=True, slots=True)
class SortedOut:
    """The occurrences of an element, each with the name of its slice or None, in order.

    ``failed`` gives, for the index of an occurrence and a slice, the discriminators that fail.
    """

    assigned: tuple[tuple[Item, str | None], ...]
    failed: Callable[[int, str], list[Discriminator]]


def are_told_apart(layer: Layer) -> bool:
    """Tests whether a layer has discriminators, and each has a path that can be read."""
    told = layer.slicing.discriminators if layer.slicing else ()
    return bool(told) and all(steps(one.path) is not None for one in told)


def sort_out(found: list[Item], layer: Layer, asked: Asked, container: Container) -> SortedOut:
    """The slice of each occurrence: the first of the layer whose discriminators all hold."""
    discrimination = Discrimination(asked, container, layer)

    def failed(index: int, name: str) -> list[Discriminator]:
        return discrimination.failed(found[index], name)

    chosen = (
        next((name for name in layer.slices if not failed(index, name)), None) for index in range(len(found))
    )
    return SortedOut(tuple(zip(found, chosen, strict=True)), failed)


def findings(sorted_out: SortedOut, layer: Layer, path: str) -> Iterator[Finding]:
    """The findings of the slices as a whole: their counts, their order, and occurrences without a slice."""
    counts = Counter(of for _, of in sorted_out.assigned)
    for name, sliced in layer.slices.items():
        count = counts[name]
        if count < sliced.min:
            yield faults.too_few_of_slice(path, sliced, count, _nearest(sorted_out, name))
        if sliced.max is not None and count > sliced.max:
            place = [item for item, of in sorted_out.assigned if of == name][sliced.max].path
            yield faults.SLICE_TOO_MANY.at(
                place, profile=sliced.profile, slice=sliced.id, limit=sliced.max, count=count
            )
    yield from _order(sorted_out, layer)


def _order(sorted_out: SortedOut, layer: Layer) -> Iterator[Finding]:
    """The findings of occurrences without a slice where none may stand, and of slices out of order."""
    slicing = layer.slicing
    if slicing is None:
        return
    places = {name: at for at, name in enumerate(layer.slices)}
    last = max((index for index, (_, of) in enumerate(sorted_out.assigned) if of), default=-1)
    furthest = -1
    for index, (item, name) in enumerate(sorted_out.assigned):
        if name is None:
            if slicing.rules == "closed" or (slicing.rules == "openAtEnd" and index < last):
                yield faults.outside_slices(item.path, layer, _nearest_slice(sorted_out, index, places))
        elif slicing.is_ordered and places[name] < furthest:
            yield faults.SLICE_ORDER.at(item.path, profile=layer.profile, slices=", ".join(places))
        else:
            furthest = places[name]


def _nearest(sorted_out: SortedOut, name: str) -> tuple[str, str] | None:
    """The occurrence without a slice for which the fewest discriminators of a slice failed, and the first."""
    near = [
        (len(failed), item.path, failed[0].path)
        for index, (item, of) in enumerate(sorted_out.assigned)
        if of is None and (failed := sorted_out.failed(index, name))
    ]
    return min(near)[1:] if near else None


def _nearest_slice(sorted_out: SortedOut, index: int, places: Mapping[str, int]) -> tuple[str, str] | None:
    """The slice of which the fewest discriminators failed for an occurrence, and the first of them."""
    near = [
        (len(failed), at, name, failed[0].path)
        for name, at in places.items()
        if (failed := sorted_out.failed(index, name))
    ]
    return min(near)[2:] if near else None
