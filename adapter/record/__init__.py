"""The municipal record: its schema, the rules of law, and the parts it is made of."""
