"""A folder of manifests as a target."""
