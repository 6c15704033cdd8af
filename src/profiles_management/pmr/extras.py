"""How to install what the library needs only sometimes.

The package is not published: a package of its name on an index would be somebody else's.
"""


def install(extra: str) -> str:
    """Return what to do where an extra of this package is not installed, such as `git`."""
    return f"In a clone of this repository, run: pip install '.[{extra}]'"
