"""Bad input at the municipal and the FHIR door."""
