"""The document in Git, by options and a secret. Reading from Git itself: tests/unit/git."""

import pytest
from ops import ActiveStatus, BlockedStatus, testing

from profiles_charm import git_source
from profiles_charm.config import Config
from profiles_management import DocumentError
from profiles_management.git import Checkout, Credentials, GitError, GitSource, Snapshot
from profiles_management.pmr import Rules, documents

COMMIT = "1a2b3c4d" + "0" * 32
URL = "https://git.example.com/teams/profiles.git"
SINCE = "since 2026-01-01 12:00 UTC"


@pytest.fixture
def repository(monkeypatch):
    """Git with `repository.text`, which may be an error; `repository.asked` is the last read."""

    class Repository:
        text = "profiles: []"
        error: Exception | None = None
        asked: GitSource | None = None

        def load(self, source, **given):
            self.asked = source
            if self.error is not None:
                raise self.error
            pmr = documents.loads(
                self.text, name=f"pmr.yaml@{COMMIT[:8]}", rules=given["rules"], additions=True
            )
            return Checkout(pmr, Snapshot(COMMIT, COMMIT, source.path, {}))

    found = Repository()
    monkeypatch.setattr("profiles_management.git.checkout.load", found.load)
    return found


def test_a_document_in_git_is_applied_and_its_commit_is_in_the_status(
    world, api, document, repository
):
    repository.text = document(ml=2)
    world.configure(git_url=URL)

    state = world.see("config_changed")

    assert state.unit_status == ActiveStatus("1 profile, 2 contributors; git 1a2b3c4d")
    notes = api.get("Profile", None, "ml")["metadata"]["annotations"]
    assert notes["profiles-management.io/source"] == "git"


def test_the_options_say_what_is_read(world, repository):
    world.configure(
        git_url=URL, git_revision="main", git_path="teams", git_known_hosts="keys", git_ca="pem"
    )

    world.see("config_changed")

    asked = repository.asked
    assert (asked.url, asked.revision, asked.path) == (URL, "main", "teams")
    assert (asked.known_hosts, asked.ca, asked.credentials) == ("keys", "pem", None)


@pytest.mark.parametrize(
    ("content", "credentials"),
    [
        ({"ssh-key": "KEY"}, Credentials(ssh_key="KEY")),
        ({"user": "robot", "token": "TOKEN"}, Credentials(user="robot", token="TOKEN")),
    ],
)
def test_credentials_come_from_a_secret(world, repository, content, credentials):
    secret = testing.Secret(content)
    world.configure(git_url=URL, git_credentials=secret)

    world.see("config_changed")

    assert repository.asked.credentials == credentials


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "git@github.com:o/p.git",
            "This is not the URL of a repository. Write: git-url=ssh://git@github.com/o/p.git",
        ),
        (
            "https://github.com/o/p/blob/main/a.yaml",
            (
                "This is the URL of a web page about a repository, not of the repository. "
                "Write: git-url=https://github.com/o/p git-revision=main git-path=a.yaml"
            ),
        ),
        (
            "git+https://h/p.git@v1",
            "The URL of a repository begins with https:// or ssh://. Write: git-url=https://h/p.git git-revision=v1",
        ),
        (
            "https://ann:hush-hush@h/p.git",
            (
                "The URL of the repository contains a user or a password. Pass them as credentials instead. "
                "Write: git-url=https://h/p.git"
            ),
        ),
    ],
)
def test_a_url_that_is_not_accepted_is_refused_with_the_options_to_set(url, said):
    with pytest.raises(GitError) as caught:
        git_source.ConfiguredGit(Config(git_url=url)).read(Rules())

    assert str(caught.value) == said


def test_a_secret_with_other_keys_is_reported_without_its_content(world, repository):
    world.configure(git_url=URL, git_credentials=testing.Secret({"password": "hush-hush"}))

    message = world.see("config_changed").unit_status.message

    assert message.startswith("git: git-credentials needs ssh-key, or user and token; frozen")
    assert "hush" not in message
    assert repository.asked is None


def test_a_repository_that_cannot_be_read_freezes_its_profiles(world, api, document, repository):
    repository.text = document(web=1)
    world.configure(git_url=URL, pmr=document(ml=1))
    world.see()
    repository.error = GitError("git.example.com does not answer")
    world.configure(git_url=URL, pmr=document(ml=2))

    state = world.see("config_changed")

    assert state.unit_status == BlockedStatus(
        f"git: git.example.com does not answer; 1 profile frozen {SINCE}"
    )
    assert (
        len(
            [
                one
                for one in api.objects("RoleBinding", "web")
                if one["metadata"]["name"].startswith("user-")
            ]
        )
        == 1
    )
    assert (
        len(
            [
                one
                for one in api.objects("RoleBinding", "ml")
                if one["metadata"]["name"].startswith("user-")
            ]
        )
        == 2
    )


def test_a_bad_document_in_git_is_named_with_file_commit_and_line(world, repository):
    with pytest.raises(DocumentError) as bad:
        documents.loads("profiles:\n- nmae: ml\n", name="pmr.yaml@1a2b3c4d")
    repository.error = bad.value
    world.configure(git_url=URL)

    message = world.see("config_changed").unit_status.message

    assert message.startswith("pmr.yaml@1a2b3c4d line 2: ")


def test_a_source_is_given_up_by_name(world, api, document, repository):
    repository.text = document(web=1)
    world.configure(git_url=URL, pmr=document(ml=1))
    world.see()
    world.configure(pmr=document(ml=1), withdrawn_sources="git, relation:profiles:gone")

    state = world.see("config_changed")

    assert state.unit_status == ActiveStatus("1 profile, 1 contributor")
    users = [binding["metadata"]["name"] for binding in api.objects("RoleBinding", "web")]
    assert not any(name.startswith("user-") for name in users)


def test_a_source_that_is_there_cannot_be_given_up(world, api, document, repository):
    repository.text = document(web=1)
    world.configure(git_url=URL, pmr=document(ml=1), withdrawn_sources="git")
    world.see()
    repository.error = GitError("git.example.com does not answer")

    world.see("update_status")

    users = [binding["metadata"]["name"] for binding in api.objects("RoleBinding", "web")]
    assert any(name.startswith("user-") for name in users)


def test_without_the_option_the_profiles_of_git_stay_as_they_are(world, api, document, repository):
    repository.text = document(web=1)
    world.configure(git_url=URL, pmr=document(ml=1))
    world.see()
    world.configure(pmr=document(ml=1))

    state = world.see("config_changed")

    assert state.unit_status == ActiveStatus(
        "1 profile, 1 contributor; 1 profile and 2 people of git frozen, not given"
    )
    assert (
        len(
            [
                one
                for one in api.objects("RoleBinding", "web")
                if one["metadata"]["name"].startswith("user-")
            ]
        )
        == 1
    )


def test_actions_name_the_commit(world, document, repository):
    repository.text = document(ml=1)
    world.configure(git_url=URL)

    assert world.act("plan")["commit"] == COMMIT


def test_what_talks_to_git_is_not_loaded_without_the_option():
    assert not hasattr(git_source, "git")
