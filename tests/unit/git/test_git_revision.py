"""What a revision names among the references of a remote."""

import pytest

from profiles_management.git import GitError
from profiles_management.git.revision import names, tip

MAIN, TAG = "1" * 40, "2" * 40
REFS = {"HEAD": MAIN, "refs/heads/main": MAIN, "refs/tags/v1": TAG, "refs/heads/same": MAIN, "refs/tags/same": MAIN}


@pytest.mark.parametrize(
    ("revision", "id_"),
    [
        ("", MAIN),
        ("HEAD", MAIN),
        ("main", MAIN),
        ("v1", TAG),
        ("refs/tags/v1", TAG),
        ("same", MAIN),
        ("3" * 40, "3" * 40),
    ],
)
def test_a_revision_names_an_id(revision, id_):
    assert tip(revision, REFS) == id_


@pytest.mark.parametrize("revision", ["main", "refs/heads/main"])
def test_a_name_is_looked_for_exactly(revision):
    with pytest.raises(GitError, match=r"^it has no branch and no tag (refs/heads/)?main\.$"):
        tip(revision, {"refs/heads/main2": MAIN, "refs/heads/x/main": MAIN})


@pytest.mark.parametrize(
    "revision", ["a b", "main\n0032want", "HEAD~1", "main^", "a..b", "@{u}", "-x", "/x", "x/", "é\x7f"]
)
def test_what_no_branch_can_be_called_is_refused_before_anything_is_asked(revision):
    with pytest.raises(GitError, match="names no branch, tag or commit") as caught:
        names(revision)

    assert "\n" not in str(caught.value)
