"""Scenarios and checks for both APIs: the one in memory and the real one."""
