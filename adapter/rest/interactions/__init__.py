"""The handlers of the FHIR interactions, one in each file: ``(FhirRequest, Repository) -> FhirResponse``."""
