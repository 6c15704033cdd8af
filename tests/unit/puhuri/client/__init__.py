"""Every operation and filter of the client against the test server, in each generation."""
