"""FHIR search without a database: the search parameters, the parsed query, and the index rows."""
