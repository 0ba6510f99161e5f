"""R4's own invariants: a valid resource of each type that has some, and a change that breaks each."""
