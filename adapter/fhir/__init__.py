"""FHIR R4 itself, knowing no plan, HTTP or database.

definitions   the table of facts: types, elements, codes, search parameters; shapes lay them out for checking
invariants    the rules of R4 as functions; primitives, narrative and faults are what they speak of
codec         bytes <-> one tree of dict, list, str, bool, int and Spelled numbers; received and stored
validation    the verdict on a tree, its findings on their places, and the forms it is reported in
search        parameters, index and query
"""
