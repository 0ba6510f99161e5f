"""FHIR R4 itself: definitions, codecs, structure and search, knowing no plan, HTTP or database.

definitions   the table of facts: types, elements, codes, search parameters
json, xml     bytes <-> one tree of dict, list, str, bool, int and Decimal
structure     whether a tree is valid R4; invariants, narrative, containment and primitives are its parts
validation    a file judged, with places; reports are its forms
search        parameters, index and query
"""
