"""Faults at every write on a real control plane, with a recorder of access at every moment."""
