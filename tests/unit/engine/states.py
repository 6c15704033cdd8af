"""What counts of a cluster's state when two of them are compared."""


def of_profiles(world, pmr):
    """Return everything in the profiles of a document, but for what only tells which write came when."""
    return {
        (kind, space, name): _meaning(body)
        for (kind, space, name), body in world.api.snapshot().items()
        if (space or name) in pmr.profiles
    }


def _meaning(body):
    notes = body["metadata"].get("annotations", {})
    notes.pop("profiles-management.io/touched", None)
    if not notes:
        body["metadata"].pop("annotations", None)
    spec = body.get("spec") or {}
    for key in ("resourceQuotaSpec", "plugins"):
        if not spec.get(key):
            spec.pop(key, None)
    return body
