"""The repository: the one room where FHIR and the municipal record meet; both doors call it."""

from __future__ import annotations

from adapter.repository.deployment import Deployment
from adapter.repository.reads.recipients import UNKNOWN
from adapter.repository.reads.searching import SearchResult
from adapter.repository.repository import RecordChange, Repository
from adapter.repository.writes.put_transaction import PutResult
from adapter.repository.writes.puts_in_order import Put

__all__ = ["UNKNOWN", "Deployment", "Put", "PutResult", "RecordChange", "Repository", "SearchResult"]
