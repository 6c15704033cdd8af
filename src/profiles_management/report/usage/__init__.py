"""What the projects of a portal used of their allocations: as text, CSV, data and one HTML page."""
