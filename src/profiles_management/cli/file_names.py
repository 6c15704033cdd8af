"""The names of files on the command line."""

import os


def named_files(value: str) -> list[str]:
    """Return the files that -f names: kubectl takes several, separated by commas."""
    is_one = "," not in value or "://" in value or os.path.exists(value)  # noqa: PTH110 - Path raises for long names
    return [value] if is_one else [name for name in value.split(",") if name]
