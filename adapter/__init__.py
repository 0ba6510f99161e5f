"""Individuell plan and koordinator, between a Norwegian municipality's record and HL7 FHIR R4."""
