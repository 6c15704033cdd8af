"""Which reference of a remote a revision names."""

import pytest

from profiles_management.git import GitError
from profiles_management.git.revision import references, tip

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
    with pytest.raises(GitError, match=r"no branch or tag named (refs/heads/)?main\.$"):
        tip(revision, {"refs/heads/main2": MAIN, "refs/heads/x/main": MAIN})


@pytest.mark.parametrize(
    "revision",
    ["a b", "main\n0032want", "HEAD~1", "main^", "a..b", "@{u}", "-x", "/x", "x/", "é\x7f"],
)
def test_what_no_branch_can_be_called_is_refused_before_anything_is_asked(revision):
    with pytest.raises(GitError, match="is not the name of a branch, tag or commit") as caught:
        references(revision)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("revision", "remedy"),
    [
        ("v1.0^{}", "Write: v1.0"),
        ("v1.0^{commit}", "Write: v1.0"),
        ("main^0", "Write: main"),
        ("main/", "Write: main"),
        (" main", "Write: main"),
        ("main:pmr.yaml", "Give the path separately from the revision."),
        ("/", "Write all 40 digits of a commit."),
        ("HEAD~1", "Write all 40 digits of a commit."),
        ("main@{yesterday}", "Write all 40 digits of a commit."),
        ("main^{/fix}", "Write all 40 digits of a commit."),
    ],
)
def test_what_git_itself_would_take_is_refused_with_what_to_write(revision, remedy):
    with pytest.raises(GitError) as caught:
        references(revision)

    assert str(caught.value) == f"{revision!r} is not the name of a branch, tag or commit. {remedy}"


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
        ("main/clusters/prod.yaml", " Give the path separately from the revision."),
        ("1a2b3c4d", " Write all 40 digits of a commit."),
        ("absent", ""),
        ("Gopher", ""),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_what_it_may_mean(revision, remedy):
    with pytest.raises(GitError) as caught:
        tip(revision, REFS)

    assert str(caught.value) == f"the repository has no branch or tag named {revision}.{remedy}"
