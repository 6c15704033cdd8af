"""The boundary around a source of documents: hostile content is a problem, never a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from profiles_management.pmr.problems import DocumentError, Problem, ProfilesError, Where


@contextmanager
def source_boundary(source: str) -> Iterator[None]:
    """Convert the errors of Python that content can cause into a problem of its source.

    Args:
        source: the name of the source in problems, such as the name of a file.

    Raises:
        DocumentError: reading ended in a MemoryError, a RecursionError, a ValueError, a TypeError
            or an ArithmeticError, such as an OverflowError. Everything else passes: our own errors
            say what is wrong, and any other exception is a fault of this program that must be seen.
    """
    try:
        yield
    except ProfilesError:
        raise
    except (MemoryError, RecursionError, ValueError, TypeError, ArithmeticError) as error:
        what = f"reading this document ended in {type(error).__name__}"
        remedy = (
            "make it smaller, with fewer levels; "
            "if it is a simple document, report this to the authors of this program"
        )
        raise DocumentError([Problem("unreadable", what, Where(source), remedy)]) from error
