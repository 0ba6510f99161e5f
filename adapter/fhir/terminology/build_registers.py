"""Build of the registers of codes: ``python -m adapter.fhir.terminology.build_registers``.

The facts come from three wheels on PyPI, which are downloaded and not installed: pycountry (countries,
subdivisions, currencies in use), Babel (currencies withdrawn) and language-tags (IANA's register of language
subtags). The hash of each wheel is verified. The same wheels always give the same registers.
"""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

from adapter.fhir.definitions.download import downloaded
from adapter.fhir.terminology.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

WHEELS = {
    "pycountry==26.2.16": "115c4baf7cceaa30f59a4694d79483c9167dbce7a9de4d3d571c5f3ea77c305a",
    "babel==2.19.0": "6d49734aed1d595b2c065d012174df8c83964692f26fc461702281634dd7555b",
    "language-tags==1.3.2": "f4feb5034ae57205b80e6dbfbe5efebe03e5f07278579bf9510a05968a377453",
}
_SUBTAGS = {
    "language": "languages",
    "extlang": "extlangs",
    "script": "scripts",
    "region": "regions",
    "variant": "variants",
}


def registers() -> dict[str, str]:
    """The registers by name, each as its codes in order with a blank between them.

    Raises:
        SystemExit: a wheel has another hash than the constant in this module.
        subprocess.CalledProcessError: pip could not download a wheel.
    """
    iso, currencies, subtags = (
        zipfile.ZipFile(io.BytesIO(downloaded(name, sha256))) for name, sha256 in WHEELS.items()
    )
    withdrawn = pickle.loads(currencies.read("babel/global.dat"))["all_currencies"]  # noqa: S301 - verified
    in_use = [one["alpha_3"] for one in _database(iso, "4217")]
    found = {
        "countries": _countries(iso),
        "subdivisions": {one["code"] for one in _database(iso, "3166-2")},
        "currencies": {*withdrawn, *in_use},
        **_language_subtags(json.loads(subtags.read("language_tags/data/json/registry.json"))),
    }
    return {name: " ".join(sorted(found[name])) for name in sorted(found)}


def _database(archive: zipfile.ZipFile, standard: str) -> list[dict[str, str]]:
    content = json.loads(archive.read(f"pycountry/databases/iso{standard}.json"))
    return list(content[standard])


def _countries(iso: zipfile.ZipFile) -> set[str]:
    """The codes of countries with two letters, three letters and three digits, and those withdrawn."""
    parts = [*_database(iso, "3166-1"), *_database(iso, "3166-3")]
    return {one[key] for one in parts for key in ("alpha_2", "alpha_3", "numeric") if key in one}


def _language_subtags(entries: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in ("tags", *_SUBTAGS.values())}
    for entry in entries:
        if "Tag" in entry:
            found["tags"].add(entry["Tag"].lower())
        else:
            found[_SUBTAGS[entry["Type"]]].update(_between(entry["Subtag"].lower()))
    return found


def _between(subtag: str) -> list[str]:
    """The subtags of a range such as ``qaa..qtz``; any other subtag alone."""
    first, _, last = subtag.partition("..")
    found = [first]
    while last and found[-1] != last:
        found.append(_after(found[-1]))
    return found


def _after(letters: str) -> str:
    return letters[:-1] + chr(ord(letters[-1]) + 1) if letters[-1] != "z" else _after(letters[:-1]) + "a"


if __name__ == "__main__":
    REGISTERS.write_text(json.dumps(registers(), indent=0) + "\n")
