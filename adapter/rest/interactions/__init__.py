"""One file a FHIR interaction: a request and the repository in, a response out; no Flask."""
