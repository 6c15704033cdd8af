"""The rows of the contract, and the tests that prove each of them.

`contract_rows.toml` names both. Run a test of a row with `pytest -k TEST`. When the contract gets a
row, add it with its tests.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
SECTIONS = tomllib.loads(Path(__file__).with_suffix(".toml").with_stem("contract_rows").read_text())
ROWS = [
    pytest.param(tests, id=f"{section}: {row}")
    for section, rows in SECTIONS.items()
    for row, tests in rows.items()
]


@cache
def names_of_tests():
    files = TESTS.glob("**/test_*.py")
    texts = (file.read_text() for file in files)
    return {name for text in texts for name in re.findall(r"^ *def (test_\w+)", text, re.MULTILINE)}


@pytest.mark.parametrize("tests", ROWS)
def test_a_row_of_the_contract_has_tests(tests):
    assert tests
    assert set(tests) - names_of_tests() == set()
