"""The hinge between FHIR and the record: every door passes here."""

from __future__ import annotations

from adapter.repository.hinge import UNKNOWN, Change, RecordChange, Repository
from adapter.repository.searching import SearchResult

__all__ = ["UNKNOWN", "Change", "RecordChange", "Repository", "SearchResult"]
