"""What a portal has as a document. Pure."""
