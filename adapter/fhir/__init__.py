"""FHIR R4 itself; no module here knows a plan, HTTP or a database.

definitions   the table of facts: types, elements, codes and search parameters; shapes arrange it for checking
invariants    the constraints of R4's types, and their texts; primitives, narrative and faults hold the others
fhirpath      the compiler of FHIRPath, which judges the constraints of R4 and of profiles
codec         conversion between bytes and one tree of dict, list, str, bool, int and Spelled numbers
validation    the verdict on a resource, the line and column of each finding, and the report formats
search        search parameters, the index and the query
"""
