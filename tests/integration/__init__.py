"""The tests that want a cluster: a real control plane, with stand-ins for what cannot be had as a Go module."""
