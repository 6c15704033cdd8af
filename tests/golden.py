"""Text that people read, kept in files: `GOLDEN=write make test` writes them anew, then look at the difference.

A golden file that is written anew is read by somebody before it is committed: it is what a user
    will see.
"""

import os
from pathlib import Path


def check(path: Path, text: str) -> None:
    """Compare a text with what is kept in a file."""
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
