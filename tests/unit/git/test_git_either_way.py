"""Tests for both HTTPS and SSH; tests/integration/git runs them over SSH."""

import os

import pytest

from repositories.reading import names, read, refusal
from repositories.repository import document


def test_without_a_revision_it_is_the_head_of_the_remote(source, repository):
    commit = repository.git("rev-parse", "HEAD")

    found = read(source())

    assert (list(found.pmr.profiles), found.commit) == (["ml"], commit)


def test_a_branch_is_followed_where_it_moves(source, repository):
    before = read(source(revision="main")).commit
    after = repository.commit({"pmr.yaml": document("moved")})

    assert (names(source(revision="main")), read(source(revision="main")).commit) == (
        ["moved"],
        after,
    )
    assert before != after


def test_a_force_push_is_followed_too(source, repository):
    repository.commit({"pmr.yaml": document("mistake")})
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    repository.commit({"pmr.yaml": document("instead")})

    assert names(source(revision="main")) == ["instead"]


def test_a_branch_with_a_slash_is_one(source, repository):
    repository.git("checkout", "--quiet", "-b", "feature/one")
    repository.commit({"pmr.yaml": document("feature")})

    assert names(source(revision="feature/one")) == ["feature"]


@pytest.mark.parametrize("kind", [(), ("--annotate", "--message", "first")])
def test_a_tag_does_not_move_and_its_commit_is_reported(source, repository, kind):
    commit = repository.git("rev-parse", "HEAD")
    repository.git("tag", *kind, "v1")
    repository.push("v1")
    repository.commit({"pmr.yaml": document("later")})

    found = read(source(revision="v1"))

    assert (list(found.pmr.profiles), found.commit) == (["ml"], commit)


def test_a_commit_on_a_branch_is_found_although_the_branch_moved_on(source, repository):
    commit = repository.git("rev-parse", "HEAD")
    repository.commit({"pmr.yaml": document("later")})

    found = read(source(revision=commit))

    assert (list(found.pmr.profiles), found.commit) == (["ml"], commit)


def test_a_commit_that_is_not_there_is_refused(source):
    absent = "0123456789" * 4

    assert (
        refusal(source(revision=absent))
        == f"the repository has no commit {absent} on any branch or tag."
    )


def test_a_branch_that_is_not_there_is_refused(source):
    assert (
        refusal(source(revision="nowhere")) == "the repository has no branch or tag named nowhere."
    )


def test_the_beginning_of_a_commit_is_not_enough(source, repository):
    beginning = repository.git("rev-parse", "--short=8", "HEAD")

    assert refusal(source(revision=beginning)) == (
        f"the repository has no branch or tag named {beginning}. Write all 40 digits of a commit."
    )


def test_what_is_a_branch_and_a_tag_is_not_guessed(source, repository):
    repository.git("tag", "both")
    repository.git("checkout", "--quiet", "-b", "both")
    repository.commit({"pmr.yaml": document("branch")}, push=False)
    repository.push("refs/heads/both", "refs/tags/both")

    assert refusal(source(revision="both")) == (
        "the repository has a branch and a tag named both. Write refs/heads/both or refs/tags/both."
    )
    assert names(source(revision="refs/heads/both")) == ["branch"]


def test_a_remote_without_a_commit_is_refused(source, repository):
    repository.git("push", "--quiet", "origin", "HEAD:refs/heads/other")
    repository.git("--git-dir", str(repository.bare), "update-ref", "-d", "refs/heads/main")

    assert (
        refusal(source()) == "the repository has no commits, or no default branch. Name a branch."
    )


def test_a_revision_that_moved_is_fetched_although_something_is_known(source, repository):
    known = read(source()).snapshot
    repository.commit({"pmr.yaml": document("moved")})

    assert list(read(source(), known=known).pmr.profiles) == ["moved"]


def test_what_is_known_of_another_path_is_not_taken(source, repository):
    repository.commit({"other.yaml": document("other")})
    known = read(source()).snapshot

    assert list(read(source(path="other.yaml"), known=known).pmr.profiles) == ["other"]


def test_a_path_that_is_not_there(source, repository):
    commit = repository.git("rev-parse", "HEAD")

    assert (
        refusal(source(path="absent/pmr.yaml"))
        == f"absent does not exist in commit {commit[:8]}. Check the path."
    )


def test_a_repository_over_the_limit(source, repository):
    repository.commit({"picture": os.urandom(200_000)})

    assert refusal(source(limit=100_000)) == (
        "the server sent more than 100,000 bytes. Keep the document in a smaller repository."
    )


def test_history_does_not_count(source, repository):
    repository.commit({"picture": os.urandom(200_000)})
    repository.commit({"picture": b"small"})

    assert names(source(limit=100_000)) == ["ml"]


def test_what_unpacks_to_far_more_than_it_was(source, repository):
    repository.commit({"zeros": bytes(8_000_000)})

    assert refusal(source(limit=100_000)) == (
        "the repository unpacks to more than 400,000 bytes. Keep the document in a smaller repository."
    )
