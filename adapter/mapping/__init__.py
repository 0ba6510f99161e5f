"""One mapping, both ways: the files under mappings/ compiled, residue kept, every element accounted for."""
