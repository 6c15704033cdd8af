"""Facts about the cluster or folder of a report."""

from collections.abc import Iterator

from profiles_management.kubeflow.target_description import TargetDescription


def facts_of(target: TargetDescription | None) -> Iterator[tuple[str, str]]:
    """Yield the known facts about a target, as names and values."""
    if target is None:
        return
    known = (
        ("Folder", target.path),
        ("Context", target.context),
        ("Server", target.server),
        ("Read as", target.user),
        ("Acting as", target.acting_as),
    )
    yield from ((name, value) for name, value in known if value)


def place_of(target: TargetDescription | None) -> str:
    """Return a short name of a target, '' where none is known."""
    if target is None:
        return ""
    return target.path or target.context or target.server
