"""Exchanges that were recorded on a real Waldur 7.0.7, sent again to the test server."""
