"""Real Git repositories, an HTTPS server for them, and functions that read from them."""
