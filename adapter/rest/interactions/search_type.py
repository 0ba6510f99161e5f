"""FHIR search interaction on one type: https://hl7.org/fhir/R4/http.html#search."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.errors import BadRequest, IssueType, Message
from adapter.fhir.search.person_numbers import carries_birth_number
from adapter.fhir.search.query import served
from adapter.rest.addresses import with_parameters
from adapter.rest.bundling import search_address, searchset
from adapter.rest.fhir_request import FhirResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.repository import Repository, SearchResult
    from adapter.rest.fhir_request import FhirRequest, Pairs

PAGE = "_page"
"""The parameter of a next link, with a page token that the repository makes and reads."""

_AS_SPECIFIED = {("_totalMethod", "count"): ("_total", "accurate")}
"""Parameters of the client fhirpy that are not in FHIR, with the FHIR parameters they stand for."""

NUMBER_IN_ADDRESS = Message(
    "person-number-in-address",
    IssueType.SECURITY,
    nb="Adressen inneholder et fødselsnummer eller et annet personnummer. Send søket som POST {type}/_search "
    "med parametrene i innholdet.",
    en="The address holds a birth number or another number of a person. Send the search as "
    "POST {type}/_search with the parameters in the body.",
    source="https://hl7.org/fhir/R4/http.html#search",
)
PAGE_ALONE = Message(
    "page-with-parameters",
    IssueType.INVALID,
    nb="Lenken til neste side har fått andre søkeparametre i tillegg. Bruk lenken uendret.",
    en="The link to the next page has other search parameters added to it. Use the link unchanged.",
    source="https://hl7.org/fhir/R4/http.html#paging",
)


def search_type(request: FhirRequest, repository: Repository) -> FhirResponse:
    """One page of a search by GET or POST, with parameters in the address, the body or both.

    https://hl7.org/fhir/R4/http.html#search. Unknown parameters are refused, or ignored with ``Prefer:
    handling=lenient``; the self link then lists the parameters that were used.
    """
    if carries_birth_number(request.query):
        raise BadRequest(NUMBER_IN_ADDRESS.at(type=request.type))
    pairs = tuple(_AS_SPECIFIED.get(pair, pair) for pair in (*request.query, *request.form))
    token = _page_token(pairs)
    asked = served(request.type, pairs) if request.lenient and token is None else pairs
    try:
        if token is None:
            result = repository.search(request.type, asked, caller=request.caller)
        else:
            result = repository.search_page(request.type, token, caller=request.caller)
    except BadRequest as refused:
        # The expression of a finding about a query is a parameter, not an element.
        raise BadRequest(*(f.within("http.") if f.expression else f for f in refused.findings)) from None
    return replace(_response(request, result, token), lenient=len(asked) < len(pairs))


def _page_token(pairs: Pairs) -> str | None:
    tokens = [value for name, value in pairs if name == PAGE]
    if tokens and len(pairs) > 1:
        raise BadRequest(PAGE_ALONE.at(f"http.{PAGE}"))
    return tokens[0] if tokens else None


def _response(request: FhirRequest, result: SearchResult, token: str | None) -> FhirResponse:
    return FhirResponse(
        HTTPStatus.OK,
        searchset(
            request.base,
            result.matches,
            result.included,
            result.total,
            _links(request, result, token),
            result.query.subset,
        ),
        told=(*result.matches, *result.included),
    )


def _links(request: FhirRequest, result: SearchResult, token: str | None) -> Iterator[tuple[str, str]]:
    """The self and next links; the links of a later page hold only its token."""
    type_address = f"{request.base}/{request.type}"
    if token is None:
        yield "self", search_address(request.base, request.type, (*result.query.pairs, *request.carried))
    else:
        yield "self", with_parameters(type_address, ((PAGE, token), *request.carried))
    if result.next:
        yield "next", with_parameters(type_address, ((PAGE, result.next), *request.carried))
