"""Puhuri Core, the research portal that runs on Waldur: its projects, members and allocations."""
