"""Attacks on a real control plane, each named after its goal."""
