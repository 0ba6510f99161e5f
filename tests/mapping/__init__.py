"""The mapping between parts and resources, in both directions."""
