"""FHIR R4 itself; no module here knows a plan, HTTP or a database.

definitions   the table of facts: types, elements, codes and search parameters; shapes arrange it for checking
invariants    the rules of R4 as functions; primitives, narrative and faults hold formats and error texts
codec         conversion between bytes and one tree of dict, list, str, bool, int and Spelled numbers
validation    the verdict on a resource, the line and column of each finding, and the report formats
search        search parameters, the index and the query
"""
