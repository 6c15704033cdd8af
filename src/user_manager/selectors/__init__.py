"""Queries. They take the time of the call: what is over at that time is never shown as current."""
