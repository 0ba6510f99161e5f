"""The mapping between parts and resources in both directions: mapping files, residue and ledger."""

from __future__ import annotations

from adapter.mapping.loading import Mappings, installed, load
from adapter.mapping.mapping import PartMapping
from adapter.mapping.narrative_lines import Scene
from adapter.mapping.sources import MappingError

__all__ = ["MappingError", "Mappings", "PartMapping", "Scene", "installed", "load"]
