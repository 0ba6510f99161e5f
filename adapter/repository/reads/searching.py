"""Search: the matching publications to the caller's recipients, with _include and _revinclude.

https://hl7.org/fhir/R4/search.html#include. An included resource passes the same tests as a read: a
publication to the caller that holds now, and a scope for its type. Others are left out silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from adapter.errors import BadRequest
from adapter.fhir.codec.stored import read_stored
from adapter.fhir.search.index import references
from adapter.fhir.search.parameter_values import Target
from adapter.fhir.search.parameters import SERVED
from adapter.fhir.search.query import Criterion, SearchQuery, parse
from adapter.repository.reads.pages import PAGE_INVALID, Page, Pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from adapter.fhir.search.results import Include
    from adapter.security.caller import Caller
    from adapter.storage import Published, RecipientReader

INCLUDE_LIMIT = 1000
AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page: query, matches, included resources, the total if asked for, and the next page's token."""

    query: SearchQuery
    matches: list[Published]
    included: list[Published]
    total: int | None
    next: str | None


@dataclass(frozen=True, slots=True)
class Search:
    """One caller's search at one instant, over one snapshot of the database.

    ``given`` reads the publications to the caller; ``recipients`` are the owner of the page tokens. ``seq``
    is the last change, which all pages of a first page are as of.
    """

    given: RecipientReader
    caller: Caller
    recipients: tuple[str, ...]
    now: datetime
    seq: int
    pages: Pages
    base_url: str

    def first(self, type_: str, pairs: Sequence[tuple[str, str]]) -> SearchResult:
        """The first page for these parameters."""
        return self._page(Page(type_, tuple(pairs), self.seq, None, self.now))

    def following(self, type_: str, token: str) -> SearchResult:
        """The page a token names; BadRequest for a token of another caller or another type."""
        page = self.pages.open(token, self.recipients, self.now)
        if page.type != type_:
            raise BadRequest(PAGE_INVALID.at())
        return self._page(page)

    def _page(self, page: Page) -> SearchResult:
        query = parse(page.type, page.pairs, self.base_url)
        found, total, after = self.given.search(query, as_of=page.as_of, count=query.count, after=page.after)
        token = after and self.pages.seal(replace(page, after=after), self.recipients)
        return SearchResult(query, found, self._included(query, found, page.as_of), total, token)

    def _included(self, query: SearchQuery, matches: list[Published], as_of: int) -> list[Published]:
        seen = {(match.type, match.id) for match in matches}
        referring = self._referring(query, matches, as_of, seen)
        included = [*referring]
        latest, includes = matches, (*query.includes, *query.iterate_includes)
        while latest and includes and len(included) < INCLUDE_LIMIT:
            wanted = [key for key in dict.fromkeys(_targets(latest, includes)) if key not in seen]
            seen.update(wanted)
            found = self.given.published_many(self._readable(wanted), as_of)
            included += found
            latest, includes, referring = [*found, *referring], query.iterate_includes, []
        return included

    def _referring(
        self, query: SearchQuery, matches: list[Published], as_of: int, seen: set[tuple[str, str]]
    ) -> list[Published]:
        """The resources that refer to the matches by ``_revinclude``, by parameter and then by id."""
        referring: list[Published] = []
        for include in query.reverse_includes:
            if not self.caller.scopes.allows(include.source, "r"):
                continue
            for some in _few(matches):
                asked = SearchQuery(include.source, (_refers(include, some),), total=False)
                room = INCLUDE_LIMIT - len(referring)
                found, _, _ = self.given.search(asked, as_of=as_of, count=room)
                new = [one for one in found if (one.type, one.id) not in seen]
                seen.update((one.type, one.id) for one in new)
                referring += new
                if len(referring) >= INCLUDE_LIMIT:
                    return referring
        return referring

    def _readable(self, keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [key for key in keys if self.caller.scopes.allows(key[0], "r")]


def _few(matches: list[Published]) -> Iterator[list[Published]]:
    """Groups of at most 64 matches, the last match repeated until the group's size is a power of two.

    The SQL of a search depends on the number of values; so only few statements are compiled, none too deep.
    """
    for start in range(0, len(matches), AT_ONCE):
        some = matches[start : start + AT_ONCE]
        yield some + some[-1:] * ((1 << (len(some) - 1).bit_length()) - len(some))


def _refers(include: Include, matches: list[Published]) -> Criterion:
    """The criterion that a resource refers to any of the matches by this parameter."""
    parameter = SERVED[include.source][include.parameter]
    return Criterion(parameter, tuple(Target(match.type, match.id) for match in matches))


def _targets(sources: Iterable[Published], includes: Iterable[Include]) -> list[tuple[str, str]]:
    """Type and id of each resource that the sources refer to by the included parameters, in their order."""
    found = []
    for source in sources:
        wanted = [include for include in includes if include.source == source.type]
        if wanted:
            resource = read_stored(source.body)
            for include in wanted:
                found += [
                    (type_, id_)
                    for type_, id_ in references(resource, include.parameter)
                    if include.target in {None, type_}
                ]
    return found
