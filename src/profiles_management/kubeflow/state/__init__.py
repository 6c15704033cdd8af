"""The state of a target as values: what was observed, whose it is, who has access by it. Pure."""
