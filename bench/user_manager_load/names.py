"""The names of the filled rows, and how many there are."""

EVENTS = 1_000_000
IN_PROFILES = 10_000
PER_OWNER = 100  # requests that wait for one owner


def user_id(number: int) -> str:
    """Return the id of a user, from 1."""
    return f"user-{number}@example.com"


def modules_of(users: int) -> int:
    """Return how many profiles there are, and as many external systems."""
    return max(1, users // (10 * PER_OWNER))


def asked_id(number: int) -> str:
    """Return the id of a request that waits; the user's number divided by ten."""
    return f"asked-{number}"
