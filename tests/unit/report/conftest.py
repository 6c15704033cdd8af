"""Golden files of the reports."""

from pathlib import Path

import pytest

import golden


@pytest.fixture
def keeps():
    """Compare a text with the golden file of that name."""
    return lambda name, text: golden.check(Path(__file__).parent / "golden" / name, text)
