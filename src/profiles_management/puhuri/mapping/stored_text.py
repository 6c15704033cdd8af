"""Texts as the portal stores them, for comparison with wanted ones. Pure."""

import nh3


def stored(description: str) -> str:
    """Return a description as the portal stores it: cleaned HTML without white space around it.

    The portal uses the same cleaner; sending the result again changes nothing.
    """
    return nh3.clean(description).strip()


def is_stored_as(description: str, present: str) -> bool:
    """Return whether the portal has a description already.

    A server that does not clean has it as it was sent, with other line ends at most.
    """
    return stored(description) == stored(present)
