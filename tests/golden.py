"""Golden files: text for people. `GOLDEN=write make test` writes them again.

Read the difference before you commit it: it is what users will see.
"""

import os
from pathlib import Path


def check(path: Path, text: str) -> None:
    """Compare a text with the content of a golden file."""
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
