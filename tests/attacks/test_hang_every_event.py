"""A text of some hundred characters keeps every event of the charm busy for minutes."""

import re
import sys

import pytest

from attacks import patterns
from attacks.hostile_documents import databag, profiles
from attacks.judging import judged
from attacks.regex_steps import Steps, TooManySteps, hostile_texts
from profiles_management.pmr import names, remedies

SHORT, LONG = 48, 96
MOST_STEPS = 100_000
LINEAR, CONSTANT = 2.6, 150  # twice the text, hardly more than twice the steps

OF_ADMINISTRATORS = {
    "profiles_management.git.private_key._BLOCK": "the key that the administrator configures",
    "profiles_management.kubeflow.cluster.kubeconfig.tls._CERTIFICATE": "the kubeconfig of the person who runs the command",
    "profiles_management.kubeflow.cluster.kubeconfig.tls._KEY": "the kubeconfig of the person who runs the command",
    "user_manager.configuration._SERVICE_LINK": "the names of environment variables, which the platform sets",
}
"""Patterns that are not linear and see no text of anybody who means ill."""
OF_SHORT_TEXTS = {"profiles_management.pmr.redaction.pattern": "://"}
"""A pattern by a part of it: `redacted` cuts at 8,000 characters, an excerpt at 300."""


@pytest.fixture(autouse=True)
def deep():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(30_000)
    yield
    sys.setrecursionlimit(before)


def most_steps(pattern, flags, length, *, is_searched=True):
    """Return the maximum number of steps over all hostile texts for a pattern."""
    steps = Steps(pattern, flags, MOST_STEPS)
    look = steps.search_all if is_searched else steps.match
    return max(map(look, hostile_texts(pattern, flags, length)))


def is_excused(found):
    part = OF_SHORT_TEXTS.get(str(found))
    return str(found) in OF_ADMINISTRATORS or (part is not None and part in found.pattern)


@pytest.mark.parametrize(
    "found", [found for found in patterns.found() if not is_excused(found)], ids=str
)
def test_a_pattern_takes_steps_in_proportion_to_the_text(found):
    short, long = (
        most_steps(found.pattern, found.flags, length, is_searched=found.is_searched)
        for length in (SHORT, LONG)
    )

    assert long < LINEAR * short + CONSTANT


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"\s*x?\s*$",
        r"(\w+\s?)*=",
        r"a*a*b",
        r"[^@]+@[^@]*[^@.]",
        r"([A-Za-z][\w./-]*\s*[=:]\s*[^\s,]+[\s,]*)+;",
    ],
)
def test_a_pattern_that_backtracks_is_found(pattern):
    try:
        short, long = (most_steps(pattern, 0, length) for length in (SHORT, LONG))
    except TooManySteps:
        return

    assert long > LINEAR * short + CONSTANT


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)[a-c]+?x|(?<!\w)\d{2,3}(?=z)|\bq\B.$",
        r"(?P<a>['\"])(?:(?!(?P=a)).)*+(?P=a)",
        "(?>a+)b",
    ],
)
def test_the_matcher_agrees_with_python(pattern):
    for text in ("abcx", "12z", "a12z", "qw", "'a\"b'", "'a", "aab", "", "QW", "ABCX aab"):
        steps = Steps(pattern, 0, MOST_STEPS)
        steps.text = text
        here = [at for at in range(len(text) + 1) if steps.run(steps.tree, 0, at, lambda _: True)]

        assert here == [at for at in range(len(text) + 1) if re.compile(pattern).match(text, at)]


@pytest.mark.parametrize(
    "text", ["a=aa" * 33, "=" * 10_000, "a" * 10_000, "a@" * 5_000, "/" * 10_000, "a=1," * 5_000]
)
def test_nothing_is_made_of_a_text_that_is_no_slip_of_the_pen(text):
    assert remedies.pairs_in(text) == []
    assert text not in remedies.mapping_remedy("owner", text) + remedies.item_remedy(
        "contributors", text
    )
    assert text not in remedies.list_remedy("contributors", text)
    assert names.near(text, ["profiles", text]) is None


@pytest.mark.parametrize(
    "key", ["labels", "owner", "contributors", "resources", "limitRange", "plugins", "until"]
)
@pytest.mark.parametrize(
    "text", ["a=aa=aa=aa" * 14, "a@" * 60, "[a](" * 60, "{{" * 80, "-/" * 80, "name: x #" * 30]
)
def test_a_hostile_value_is_refused_and_quoted_shortly(key, text):
    codes = judged(databag(profiles(f"{key}: '{text}'")))

    assert codes


@pytest.mark.parametrize("known", sorted(OF_ADMINISTRATORS | OF_SHORT_TEXTS))
def test_only_patterns_that_are_there_are_excused(known):
    assert known in {str(found) for found in patterns.found()}
