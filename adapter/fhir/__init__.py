"""FHIR R4 itself: definitions, codecs, structure and search, knowing no plan, HTTP or database.

definitions   the table of facts: types, elements, codes, search parameters
received      bytes of others -> one tree of dict, list, str, bool, int and Spelled numbers, or a refusal
stored        this service's own bytes <-> the same tree; xml: the tree as XML
structure     whether a tree is valid R4; invariants, narrative, containment and primitives are its parts
validation    a file judged, with places; reports are its forms
search        parameters, index and query
"""
