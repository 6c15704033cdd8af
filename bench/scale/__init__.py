"""The in-memory API: how load, observe and plan grow with the number of profiles."""
