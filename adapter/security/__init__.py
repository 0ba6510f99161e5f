"""Who calls: bearer tokens, scopes and the caller they make."""
