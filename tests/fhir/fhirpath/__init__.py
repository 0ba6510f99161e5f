"""FHIRPath: the compiler of adapter.fhir.fhirpath, beside fhirpathpy as a second engine."""
