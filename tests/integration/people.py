"""The people of these tests."""


def person(who: str) -> str:
    """Return a person's full name: olga is olga@example.com."""
    return f"{who}@example.com"


OLGA = person("olga")
