"""Validation against R4: the verdict, the findings with line and column, and the report formats."""
