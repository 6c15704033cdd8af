"""What a revision names among the references of a remote."""

import pytest

from profiles_management.git import GitError
from profiles_management.git.revision import names, tip

MAIN, TAG = "1" * 40, "2" * 40
REFS = {
    "HEAD": MAIN,
    "refs/heads/main": MAIN,
    "refs/tags/v1": TAG,
    "refs/heads/same": MAIN,
    "refs/tags/same": MAIN,
}


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
        ("AB" * 20, "ab" * 20),
    ],
)
def test_a_revision_names_an_id(revision, id_):
    assert tip(revision, REFS) == id_


@pytest.mark.parametrize("revision", ["main", "refs/heads/main"])
def test_a_name_is_looked_for_exactly(revision):
    with pytest.raises(GitError, match=r"^it has no branch and no tag (refs/heads/)?main\.$"):
        tip(revision, {"refs/heads/main2": MAIN, "refs/heads/x/main": MAIN})


@pytest.mark.parametrize(
    "revision",
    ["a b", "main\n0032want", "HEAD~1", "main^", "a..b", "@{u}", "-x", "/x", "x/", "é\x7f"],
)
def test_what_no_branch_can_be_called_is_refused_before_anything_is_asked(revision):
    with pytest.raises(GitError, match="names no branch, tag or commit") as caught:
        names(revision)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("revision", "remedy"),
    [
        ("v1.0^{}", "Write: v1.0"),
        ("v1.0^{commit}", "Write: v1.0"),
        ("main^0", "Write: main"),
        ("main/", "Write: main"),
        (" main", "Write: main"),
        ("main:pmr.yaml", "A path is given apart from the revision."),
        ("/", "A commit is written with all its 40 digits."),
        ("HEAD~1", "A commit is written with all its 40 digits."),
        ("main@{yesterday}", "A commit is written with all its 40 digits."),
        ("main^{/fix}", "A commit is written with all its 40 digits."),
    ],
)
def test_what_git_itself_would_take_is_refused_with_what_to_write(revision, remedy):
    with pytest.raises(GitError) as caught:
        names(revision)

    assert str(caught.value) == f"{revision!r} names no branch, tag or commit. {remedy}"


@pytest.mark.parametrize(
    ("revision", "remedy"),
    [
        ("origin/main", " Write: main"),
        ("remotes/origin/main", " Write: main"),
        ("refs/remotes/upstream/a/b", " Write: a/b"),
        ("heads/main", " Write: main"),
        ("tags/v1", " Write: v1"),
        ("GBmain", " Azure DevOps writes GB before a branch. Write: main"),
        ("GTv1", " Azure DevOps writes GT before a tag. Write: v1"),
        ("main/clusters/prod.yaml", " A path is given apart from the revision."),
        ("1a2b3c4d", " A commit is written with all its 40 digits."),
        ("absent", ""),
        ("Gopher", ""),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_what_it_may_mean(revision, remedy):
    with pytest.raises(GitError) as caught:
        tip(revision, REFS)

    assert str(caught.value) == f"it has no branch and no tag {revision}.{remedy}"
