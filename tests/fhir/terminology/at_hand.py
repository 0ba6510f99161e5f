"""Terminologies for tests: of the table of R4, and of resources that a test writes itself."""

from __future__ import annotations

import zipfile
from collections import Counter
from functools import cache

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.definitions import TABLE
from adapter.fhir.terminology import Terminology

SYSTEM = "http://example.org/system"
VALUE_SET = "http://example.org/value-set"


@cache
def member(name: str):
    """A member of the table of R4."""
    with zipfile.ZipFile(TABLE) as archive:
        return read_stored(archive.read(name))


def find_r4(kind: str, canonical: str):
    """A CodeSystem or ValueSet of R4, in any version."""
    url = canonical.partition("|")[0]
    found = member("canonicals")[kind].get(url)
    return member(found[0])[url] if found else None


@cache
def r4() -> Terminology:
    """The terminology of R4 alone."""
    return Terminology(find_r4)


class AtHand:
    """Resources at hand by ``url`` or ``url|version``; counts how often each is asked for."""

    def __init__(self, *resources):
        self.resources = {}
        self.supplements = []
        self.asked = Counter()
        for one in resources:
            kind, url = one["resourceType"], one["url"]
            if one.get("content") == "supplement":
                self.supplements.append(one)
            self.resources[kind, url] = one
            if "version" in one:
                self.resources[kind, f"{url}|{one['version']}"] = one

    def find(self, kind, canonical):
        """A resource, or None."""
        self.asked[canonical] += 1
        return self.resources.get((kind, canonical))

    def terminology(self):
        """The terminology of these resources."""
        return Terminology(
            self.find, lambda url: [one for one in self.supplements if one["supplements"] == url]
        )


def terminology(*resources):
    """The terminology of resources."""
    return AtHand(*resources).terminology()


def code_system(*concepts, url=SYSTEM, **members):
    """A CodeSystem; a concept is a code or a dict."""
    listed = [{"code": one} if isinstance(one, str) else one for one in concepts]
    return {
        "resourceType": "CodeSystem", "url": url, "content": "complete", "caseSensitive": True,
        "concept": listed, **members,
    }  # fmt: skip


def value_set(*includes, exclude=(), url=VALUE_SET, **members):
    """A ValueSet that composes includes and excludes."""
    compose = {"include": list(includes)} | ({"exclude": list(exclude)} if exclude else {})
    return {"resourceType": "ValueSet", "url": url, "compose": compose, **members}


def enumerated(*codes, system=SYSTEM):
    """An include of listed codes."""
    return {"system": system, "concept": [{"code": one} for one in codes]}


def filtered(name, op, value, system=SYSTEM):
    """An include with one filter."""
    return {"system": system, "filter": [{"property": name, "op": op, "value": value}]}
