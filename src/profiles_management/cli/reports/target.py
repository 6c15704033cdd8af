"""Which cluster or folder a report is about."""

from collections.abc import Iterator

from profiles_management.kubeflow.target_description import TargetDescription


def facts_of(target: TargetDescription | None) -> Iterator[tuple[str, str]]:
    """Yield what is known of a target, as names and values."""
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
    """Return the name of a target in a word, '' where none is known."""
    return "" if target is None else target.path or target.context or target.server
