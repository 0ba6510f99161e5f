"""Publishing: projects a record for each recipient, and closes the history of recipients that see less."""
