"""Planning: every change that leads from a portal as it is to what a document wants. Pure."""
