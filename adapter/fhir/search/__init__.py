"""FHIR search itself: which parameters there are, what a query asks, what a resource answers to. Pure."""
