"""Texts of the invariants of R4's datatypes."""

from __future__ import annotations

from adapter.fhir.invariants.texts import Texts

_texts = Texts()
TEXTS = _texts.by_key

_texts.add(
    "Quantity",
    "qty-3",
    "Enheten har code uten system. Legg til system.",
    "The unit has a code without a system. Add system.",
)
_texts.add(
    "Quantity",
    "sqt-1",
    "Mengden har comparator, som ikke er tillatt her. Fjern comparator.",
    "The quantity has a comparator, which is not allowed here. Remove comparator.",
)
_texts.add(
    "Age",
    "age-1",
    "Alderen er ikke over null, eller mangler kode fra UCUM. Send en positiv verdi med UCUM-kode.",
    "The age is not above zero, or has no code from UCUM. Send a positive value with a UCUM code.",
)
_texts.add(
    "Distance",
    "dis-1",
    "Avstanden har verdi uten kode fra UCUM. Legg til code og system fra UCUM.",
    "The distance has a value without a code from UCUM. Add code and system from UCUM.",
)
_texts.add(
    "Count",
    "cnt-3",
    "Antallet er ikke et heltall med UCUM-koden 1. Send et heltall med koden 1.",
    "The count is not a whole number with the UCUM code 1. Send a whole number with the code 1.",
)
_texts.add(
    "Duration",
    "drt-1",
    "Varigheten har kode uten verdi, eller koden er ikke fra UCUM. Legg til value, og bruk UCUM.",
    "The duration has a code without a value, or the code is not from UCUM. Add value, and use UCUM.",
)
_texts.add(
    "Period",
    "per-1",
    "Perioden slutter før den begynner, eller start og end har så ulik presisjon at rekkefølgen er"
    " uviss. Rett start eller end.",
    "The period ends before it begins, or start and end differ so much in precision that their order"
    " is uncertain. Correct start or end.",
)
_texts.add(
    "Range",
    "rng-2",
    "Intervallet har low over high, eller en av dem mangler verdi. Rett low eller high.",
    "The range has low above high, or one of them has no value. Correct low or high.",
)
_texts.add(
    "Ratio",
    "rat-1",
    "Forholdstallet har ikke både numerator og denominator. Send begge, eller bare en extension.",
    "The ratio does not have both numerator and denominator. Send both, or an extension only.",
)
_texts.add(
    "Attachment",
    "att-1",
    "Vedlegget har data uten contentType. Legg til contentType.",
    "The attachment has data without a contentType. Add contentType.",
)
_texts.add(
    "ContactPoint",
    "cpt-2",
    "Kontaktpunktet har value uten system. Legg til system.",
    "The contact point has a value without a system. Add system.",
)
_texts.add(
    "ElementDefinition",
    "eld-3",
    "max er verken * eller et tall som ikke er negativt. Rett max.",
    "max is neither * nor a number that is not negative. Correct max.",
    place=".max",
)
_texts.add(
    "Expression",
    "exp-1",
    "Uttrykket har verken expression eller reference. Legg til minst én av dem.",
    "The expression has neither expression nor reference. Add at least one of them.",
)
_texts.add(
    "Timing",
    "tim-9",
    "offset mangler when, eller when er selve måltidet (C, CM, CD, CV). Rett when, eller fjern offset.",
    "offset has no when, or when is the meal itself (C, CM, CD, CV). Correct when, or remove offset.",
)
_texts.add(
    "Timing",
    "tim-10",
    "timeOfDay og when er sendt sammen. Fjern én av dem.",
    "timeOfDay and when are sent together. Remove one of them.",
)
_texts.add(
    "TriggerDefinition",
    "trd-1",
    "data og timing[x] er sendt sammen. Fjern én av dem.",
    "data and timing[x] are sent together. Remove one of them.",
)
_texts.add(
    "TriggerDefinition",
    "trd-2",
    "condition krever data, som mangler. Legg til data.",
    "condition requires data, which is missing. Add data.",
)
_texts.add(
    "TriggerDefinition",
    "trd-3",
    "Utløseren mangler elementet som typen krever. Legg til name, timing[x] eller data.",
    "The trigger lacks the element that its type requires. Add name, timing[x] or data.",
)

for key, element, needed in (
    ("tim-1", "duration", "durationUnit"),
    ("tim-2", "period", "periodUnit"),
    ("tim-6", "periodMax", "period"),
    ("tim-7", "durationMax", "duration"),
    ("tim-8", "countMax", "count"),
):
    _texts.add(
        "Timing",
        key,
        f"{element} krever {needed}, som mangler. Legg til {needed}.",
        f"{element} requires {needed}, which is missing. Add {needed}.",
    )
for key, element in (("tim-4", "duration"), ("tim-5", "period")):
    _texts.add(
        "Timing",
        key,
        f"{element} er negativ eller uten verdi. Send en verdi som ikke er negativ.",
        f"{element} is negative or has no value. Send a value that is not negative.",
    )
for key in ("drq-1", "drq-2"):
    _texts.add(
        "DataRequirement",
        key,
        "Filteret har både path og searchParam, eller ingen av dem. Send nøyaktig én av dem.",
        "The filter has both path and searchParam, or neither. Send exactly one of them.",
    )
