"""Reads the fields for planning from the objects of an API server or a file. Sends nothing."""
