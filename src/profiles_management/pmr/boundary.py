"""The boundary around one source of documents: hostile content ends as a problem of that source, never as a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from profiles_management.pmr.problems import DocumentError, Problem, ProfilesError, Where


@contextmanager
def source_boundary(source: str) -> Iterator[None]:
    """Turn what content can make Python raise while a source is read into a problem of that source.

    Args:
        source: what problems call it, such as the name of a file.

    Raises:
        DocumentError: reading ended in a MemoryError, a RecursionError or a ValueError. Everything
            else passes: our own errors say what is wrong, and any other exception is a fault of
            this program that must be seen.
    """
    try:
        yield
    except ProfilesError:
        raise
    except (MemoryError, RecursionError, ValueError) as error:
        what = f"reading this document ended in {type(error).__name__}"
        remedy = "make it smaller and flatter; if it is a plain document, report this to the authors of this program"
        raise DocumentError([Problem("unreadable", what, Where(source), remedy)]) from error
