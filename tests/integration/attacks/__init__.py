"""Attacks on a real control plane, each named after what it is for."""
