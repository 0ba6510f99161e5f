"""The promises to clients, vendors and operators, as files that are compared with the adapter."""
