"""The names of files on the command line."""

import os


def named_files(value: str) -> list[str]:
    """Return the files that -f names: kubectl takes several, separated by commas."""
    is_one = "," not in value or "://" in value or os.path.exists(value)  # noqa: PTH110 - Path raises for long names
    return [value] if is_one else [name for name in value.split(",") if name]


def split_name(value: str) -> tuple[str | None, str]:
    """Return NAME and FILE of `NAME=FILE`; None as the NAME of a FILE alone.

    What contains a slash before the first `=` is a path or a URL, and no NAME. Whether a file of
    this name exists does not matter: others may be able to create one.
    """
    name, equals, file = value.partition("=")
    is_named = equals and "/" not in name
    return (name, file) if is_named else (None, value)
