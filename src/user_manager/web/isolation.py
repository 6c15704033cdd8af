"""Names in texts without markup, such as messages: a name never reorders the text around it."""

_FIRST_STRONG_ISOLATE = "\u2068"
_POP = "\u2069"


def isolated(name: str) -> str:
    """Return a name between marks that isolate its direction, as `<bdi>` does in markup."""
    return f"{_FIRST_STRONG_ISOLATE}{name}{_POP}"
