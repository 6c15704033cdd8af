"""Helpers for tests of connections, all on loopback: certificates, recording servers, a proxy."""
