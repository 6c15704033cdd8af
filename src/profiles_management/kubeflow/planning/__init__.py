"""From a document and an observed target to a plan. Pure."""
