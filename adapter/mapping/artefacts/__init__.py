"""FHIR artefacts made from the mapping files: code systems, value sets, concept maps and extensions.

``python -m adapter.mapping.artefacts FOLDER`` writes them; ``make profiles`` runs it. The models of
``fhir.resources.R4B`` check each artefact, so these modules belong to the build, never to the server.
"""
