"""Slices: which occurrence of an element falls into which slice, and what is wrong with the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.fhir.validation import profile_faults as faults
from adapter.fhir.validation.discriminators import Discrimination

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.errors import Finding
    from adapter.fhir.definitions.layers import Discriminator, Layer
    from adapter.fhir.validation.container import Container
    from adapter.fhir.validation.discriminators import Asked
    from adapter.fhir.validation.elements import Item


@dataclass(frozen=True, slots=True)
class SortedOut:
    """The occurrences of an element, each with the name of its slice or None, in order.

    ``failed`` holds, for each occurrence without a slice and each slice, the discriminators that failed.
    """

    assigned: tuple[tuple[Item, str | None], ...]
    failed: dict[tuple[int, str], list[Discriminator]]


def sort_out(found: list[Item], layer: Layer, asked: Asked, container: Container) -> SortedOut:
    """The slice of each occurrence: the first of the layer whose discriminators all hold."""
    assigned: list[tuple[Item, str | None]] = []
    failed: dict[tuple[int, str], list[Discriminator]] = {}
    discrimination = Discrimination(asked, container)
    discriminators = layer.slicing.discriminators if layer.slicing else ()
    for index, item in enumerate(found):
        chosen = None
        for name, sliced in layer.slices.items() if discriminators else ():
            failed[index, name] = discrimination.failed(item, sliced, discriminators)
            if not failed[index, name]:
                chosen = name
                break
        assigned.append((item, chosen))
    return SortedOut(tuple(assigned), failed)


def findings(sorted_out: SortedOut, layer: Layer, path: str) -> Iterator[Finding]:
    """The findings of the slices as a whole: their counts, their order, and occurrences without a slice."""
    if layer.slicing is None or not layer.slicing.discriminators:
        return
    for name, sliced in layer.slices.items():
        count = sum(of == name for _, of in sorted_out.assigned)
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
    names = list(layer.slices)
    furthest = -1
    for index, (item, name) in enumerate(sorted_out.assigned):
        if name is None:
            followed = any(of for _, of in sorted_out.assigned[index:])
            if slicing.rules == "closed" or (slicing.rules == "openAtEnd" and followed):
                yield faults.outside_slices(item.path, layer, _nearest_slice(sorted_out, index, names))
        elif slicing.is_ordered and names.index(name) < furthest:
            yield faults.SLICE_ORDER.at(item.path, profile=layer.profile, slices=", ".join(names))
        else:
            furthest = names.index(name)


def _nearest(sorted_out: SortedOut, name: str) -> tuple[str, str] | None:
    """The occurrence without a slice for which the fewest discriminators of a slice failed, and the first."""
    near = [
        (len(failed), item.path, failed[0].path)
        for index, (item, of) in enumerate(sorted_out.assigned)
        if of is None and (failed := sorted_out.failed.get((index, name)))
    ]
    return min(near)[1:] if near else None


def _nearest_slice(sorted_out: SortedOut, index: int, names: list[str]) -> tuple[str, str] | None:
    """The slice of which the fewest discriminators failed for an occurrence, and the first of them."""
    near = [
        (len(failed), at, name, failed[0].path)
        for at, name in enumerate(names)
        if (failed := sorted_out.failed.get((index, name)))
    ]
    return min(near)[2:] if near else None
