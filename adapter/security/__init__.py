"""Authentication: bearer tokens, scopes, and the caller of a request."""
