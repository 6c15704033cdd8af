"""Changes of the tables, one after the other. A released one is never changed."""
