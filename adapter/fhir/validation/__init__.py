"""Whether a resource is valid R4: the verdict, the findings on their places, and the forms of a report."""
