"""What a target holds, as values: what was observed, whose it is, and who has access by it.

Pure.
"""
