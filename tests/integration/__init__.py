"""Tests on a real control plane, with stand-ins for what is not available as a Go module."""
