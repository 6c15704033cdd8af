"""What tests of connections need: certificates, servers that keep what reaches them, and a proxy; all on loopback."""
