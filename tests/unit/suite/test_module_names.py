"""A module's name describes it without its package, so no two modules share a name."""

from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("package", ["src/profiles_management", "src/profiles_charm"])
def test_no_two_modules_of_a_package_share_a_name(package):
    files = (ROOT / package).rglob("*.py")
    names = Counter(file.stem for file in files if not file.stem.startswith("__"))

    assert [name for name, uses in names.items() if uses > 1] == []
