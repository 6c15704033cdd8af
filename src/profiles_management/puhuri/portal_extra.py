"""What the extra `puhuri` is needed for, as an error where it is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from profiles_management.pmr.extras import install
from profiles_management.reconcile.target_errors import TargetError


@contextmanager
def needing_nh3(what: str) -> Iterator[None]:
    """Import what needs nh3.

    Args:
        what: the beginning of a sentence, such as `A plan for a portal`.

    Raises:
        TargetError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "nh3":
            raise
        raise TargetError(f"{what} needs nh3. {install('puhuri')}") from None
