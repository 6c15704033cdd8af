"""What of a document is what of a portal. Pure."""
