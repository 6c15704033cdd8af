"""An existing target as a document. Pure."""
