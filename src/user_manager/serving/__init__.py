"""Running the service: the HTTP server, the port of metrics, and the sweep."""
