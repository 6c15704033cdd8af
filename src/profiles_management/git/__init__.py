"""A PMR from a Git repository, over https or ssh. It needs the extra `git`."""

from profiles_management.git.checkout import Checkout, Repository, Snapshot, fetch, load
from profiles_management.git.git_source import Credentials, GitSource
from profiles_management.git.location import AddressError, Location
from profiles_management.pmr.problems import GitError

__all__ = [
    "AddressError",
    "Checkout",
    "Credentials",
    "GitError",
    "GitSource",
    "Location",
    "Repository",
    "Snapshot",
    "fetch",
    "load",
]
