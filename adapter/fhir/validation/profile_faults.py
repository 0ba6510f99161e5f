"""Messages of the validation against profiles and extension definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import IssueType, Message, Severity

if TYPE_CHECKING:
    from adapter.errors import Finding
    from adapter.fhir.definitions.layers import Layer

_PROFILING = "https://hl7.org/fhir/R4/profiling.html"
_ELEMENT = "https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition"
_EXTENSIBILITY = "https://hl7.org/fhir/R4/extensibility.html"

BROKEN = Message(
    "profile-broken",
    IssueType.PROCESSING,
    nb="Profilen {profile} kan ikke brukes: {reason}. Rett profilen, og valider på nytt.",
    en="The profile {profile} cannot be applied: {reason}. Correct the profile, and validate again.",
    source=f"{_PROFILING}#structure",
)
OTHER_TYPE = Message(
    "profile-other-type",
    IssueType.STRUCTURE,
    nb="Profilen {profile} gjelder {type}, men ressursen har en annen type."
    " Rett meta.profile eller ressursen.",
    en="The profile {profile} applies to {type}, but the resource has another type."
    " Correct meta.profile or the resource.",
    source=f"{_PROFILING}#resources",
)
TOO_FEW = Message(
    "profile-min",
    IssueType.REQUIRED,
    nb="{profile} krever minst {limit} av {name}; ressursen har {count}. Legg til det som mangler.",
    en="{profile} requires at least {limit} of {name}; the resource has {count}. Add what is missing.",
    source=f"{_ELEMENT}.min",
)
TOO_MANY = Message(
    "profile-max",
    IssueType.STRUCTURE,
    nb="{profile} tillater høyst {limit} av {name}; ressursen har {count}. Fjern det overflødige.",
    en="{profile} allows at most {limit} of {name}; the resource has {count}. Remove the surplus.",
    source=f"{_ELEMENT}.max",
)
TYPE = Message(
    "profile-type",
    IssueType.STRUCTURE,
    nb="{profile} tillater ikke typen {type} her. Bruk en av: {allowed}.",
    en="{profile} does not allow the type {type} here. Use one of: {allowed}.",
    source=f"{_ELEMENT}.type",
)
FIXED = Message(
    "profile-fixed",
    IssueType.VALUE,
    nb="{profile} krever en bestemt verdi for {name}, og verdien er en annen. Bruk {wanted}.",
    en="{profile} requires one exact value for {name}, and the value differs. Use {wanted}.",
    source=f"{_ELEMENT}.fixed_x_",
)
PATTERN = Message(
    "profile-pattern",
    IssueType.VALUE,
    nb="{profile} krever et bestemt innhold i {name}, og innholdet mangler. Ta med {wanted}.",
    en="{profile} requires certain content in {name}, and the content is missing. Include {wanted}.",
    source=f"{_ELEMENT}.pattern_x_",
)
BELOW = Message(
    "profile-below",
    IssueType.VALUE,
    nb="Verdien er under grensen som {profile} setter. Send en verdi som ikke er under {wanted}.",
    en="The value is below the limit of {profile}. Send a value that is not below {wanted}.",
    source=f"{_ELEMENT}.minValue_x_",
)
ABOVE = Message(
    "profile-above",
    IssueType.VALUE,
    nb="Verdien er over grensen som {profile} setter. Send en verdi som ikke er over {wanted}.",
    en="The value is above the limit of {profile}. Send a value that is not above {wanted}.",
    source=f"{_ELEMENT}.maxValue_x_",
)
TOO_LONG = Message(
    "profile-max-length",
    IssueType.TOO_LONG,
    nb="Teksten er lengre enn {limit} tegn, som {profile} tillater. Forkort teksten.",
    en="The text is longer than the {limit} characters that {profile} allows. Shorten the text.",
    source=f"{_ELEMENT}.maxLength",
)
VALUE_PROFILE = Message(
    "profile-value",
    IssueType.STRUCTURE,
    nb="Innholdet følger ingen av profilene som {profile} tillater her. Bruk en av: {allowed}.",
    en="The content conforms to none of the profiles that {profile} allows here. Use one of: {allowed}.",
    source=f"{_ELEMENT}.type",
)
TARGET_PROFILE = Message(
    "profile-target",
    IssueType.STRUCTURE,
    nb="Referansen viser til en ressurs som ikke følger noen av profilene som {profile} tillater."
    " Vis til en ressurs som følger en av: {allowed}.",
    en="The reference names a resource that conforms to none of the profiles that {profile} allows."
    " Refer to a resource that conforms to one of: {allowed}.",
    source=f"{_ELEMENT}.type",
)
SLICE_TOO_FEW = Message(
    "profile-slice-min",
    IssueType.REQUIRED,
    nb="{profile} krever minst {limit} av {slice}; ressursen har {count}. {nearest_nb}",
    en="{profile} requires at least {limit} of {slice}; the resource has {count}. {nearest_en}",
    source=f"{_PROFILING}#slicing",
)
SLICE_TOO_MANY = Message(
    "profile-slice-max",
    IssueType.STRUCTURE,
    nb="{profile} tillater høyst {limit} av {slice}; ressursen har {count}. Fjern det overflødige.",
    en="{profile} allows at most {limit} of {slice}; the resource has {count}. Remove the surplus.",
    source=f"{_PROFILING}#slicing",
)
SLICE_CLOSED = Message(
    "profile-slice-closed",
    IssueType.STRUCTURE,
    nb="{profile} tillater bare disse her: {slices}. {nearest_nb}",
    en="{profile} allows only these here: {slices}. {nearest_en}",
    source=f"{_PROFILING}#slicing",
)
SLICE_ORDER = Message(
    "profile-slice-order",
    IssueType.STRUCTURE,
    nb="{profile} krever rekkefølgen {slices}. Flytt elementet.",
    en="{profile} requires the order {slices}. Move the element.",
    source=f"{_PROFILING}#slicing",
)
CONSTRAINT = Message(
    "profile-constraint",
    IssueType.INVARIANT,
    nb="Innholdet bryter regelen {key} i {profile} ({human}). Rett innholdet.",
    en="The content breaks the rule {key} of {profile} ({human}). Correct the content.",
    source=f"{_ELEMENT}.constraint",
)
EXTENSION_UNKNOWN = Message(
    "extension-unknown",
    IssueType.EXTENSION,
    nb="Definisjonen av denne extension er ikke installert, så den er ikke validert."
    " Installer pakken som definerer den.",
    en="The definition of this extension is not installed, so it is not validated."
    " Install the package that defines it.",
    source=f"{_EXTENSIBILITY}#Extension",
    severity=Severity.WARNING,
)
EXTENSION_CONTEXT = Message(
    "extension-context",
    IssueType.EXTENSION,
    nb="Denne extension er ikke tillatt på {name}. Den kan stå på: {allowed}. Flytt den, eller fjern den.",
    en="The extension is not allowed on {name}. It may stand on: {allowed}. Move it, or remove it.",
    source="https://hl7.org/fhir/R4/defining-extensions.html#context",
)
EXTENSION_INVARIANT = Message(
    "extension-context-invariant",
    IssueType.EXTENSION,
    nb="Definisjonen tillater denne extension bare der regelen {rule} gjelder. Flytt den, eller fjern den.",
    en="The definition allows this extension only where the rule {rule} holds. Move it, or remove it.",
    source="https://hl7.org/fhir/R4/defining-extensions.html#context",
)
EXTENSION_MODIFIER = Message(
    "extension-modifier",
    IssueType.EXTENSION,
    nb="Definisjonen krever at denne står i {wanted}. Flytt den dit.",
    en="The definition requires that this extension stands in {wanted}. Move it there.",
    source=f"{_EXTENSIBILITY}#modifierExtension",
)
EXTENSION_PART = Message(
    "extension-part-unknown",
    IssueType.EXTENSION,
    nb="Definisjonen av extension har ingen del med denne url. Bruk en av: {allowed}.",
    en="The definition of the extension has no part with this url. Use one of: {allowed}.",
    source=f"{_EXTENSIBILITY}#Extension",
)


def too_few_of_slice(path: str, sliced: Layer, count: int, nearest: tuple[str, str] | None) -> Finding:
    """The finding of a slice with too few occurrences; ``nearest`` is an occurrence and what it fails on."""
    nb, en = ("Legg til ett.", "Add one.")
    if nearest:
        nb = f"{nearest[0]} ligner mest, men faller utenfor på {nearest[1]}."
        en = f"{nearest[0]} is nearest, but fails on {nearest[1]}."
    return SLICE_TOO_FEW.at(
        path,
        profile=sliced.profile,
        slice=sliced.id,
        limit=sliced.min,
        count=count,
        nearest_nb=nb,
        nearest_en=en,
    )


def outside_slices(path: str, layer: Layer, nearest: tuple[str, str] | None) -> Finding:
    """The finding of an occurrence that no slice takes; ``nearest`` is a slice and what fails."""
    nb, en = ("Fjern elementet.", "Remove the element.")
    if nearest:
        nb = f"Nærmest er {nearest[0]}; elementet faller utenfor på {nearest[1]}."
        en = f"The nearest is {nearest[0]}; the element fails on {nearest[1]}."
    return SLICE_CLOSED.at(
        path, profile=layer.profile, slices=", ".join(layer.slices), nearest_nb=nb, nearest_en=en
    )
