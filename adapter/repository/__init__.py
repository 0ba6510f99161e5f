"""The hinge between FHIR and the record: every door passes here."""

from __future__ import annotations

from adapter.repository.hinge import RecordChange, Repository
from adapter.repository.recipients import UNKNOWN
from adapter.repository.searching import SearchResult
from adapter.repository.transaction import Change, Put

__all__ = ["UNKNOWN", "Change", "Put", "RecordChange", "Repository", "SearchResult"]
