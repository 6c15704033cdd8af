"""The command with a document in Git."""

import json

import pytest


@pytest.fixture
def ca(authority, tmp_path):
    """The CA as a file."""
    path = tmp_path / "ca.pem"
    path.write_text(authority.pem, encoding="utf-8")
    return path


def test_a_document_is_read_over_https_and_its_commit_is_shown(run, https, ca, repository):
    commit = repository.git("rev-parse", "HEAD")
    https.user = "ann:s3cret"
    name = f"git+{https.url}/team/profiles.git@main#path=pmr.yaml"

    code, out, err = run("validate", name, "--git-ca", ca, USER="ann", TOKEN="s3cret")

    assert (code, out) == (0, f"{name} is valid: 1 profile, 0 contributors.\n")
    assert err == f"note: The document is that of commit {commit}.\n"


def test_the_commit_is_data_too(run, https, ca, repository):
    name = f"git+{https.url}/team/profiles.git#path=pmr.yaml"

    code, out, _ = run("validate", name, "--git-ca", ca, "--output", "json")

    assert (code, json.loads(out)["commit"]) == (0, repository.git("rev-parse", "HEAD"))


def test_a_repository_and_a_file_are_one_document_and_every_commit_is_named(
    run, https, ca, repository, tmp_path
):
    commit = repository.git("rev-parse", "HEAD")
    (tmp_path / "more.yaml").write_text(
        "profiles: [{name: more, owner: {kind: User, name: a@example.com}}]\n"
    )
    whole = f"git+{https.url}/team/profiles.git"
    file = f"{whole}#path=pmr.yaml"

    code, out, err = run(
        "validate", tmp_path / "more.yaml", file, "--git-ca", ca, "--output", "json"
    )
    twice = run("validate", file, whole, "--git-ca", ca)

    assert (code, json.loads(out)["profiles"], json.loads(out)["commits"]) == (0, 2, {file: commit})
    assert err == f"note: {file} is commit {commit}.\n"
    assert "error[named-twice]: it is named twice\n --> pmr.yaml@" in twice[2]


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "list-stale", "delete-stale"])
def test_every_command_that_takes_a_document_takes_one_in_git(run, https, ca, tmp_path, command):
    (tmp_path / "manifests").mkdir()
    where = [] if command == "validate" else ["--directory", "manifests"]

    code, _, err = run(command, f"git+{https.url}/team/profiles.git", "--git-ca", ca, *where)

    assert code == 0, err


def test_the_document_without_a_person_is_a_diff_of_the_file_in_git(run, https, ca, tmp_path):
    name = f"git+{https.url}/team/profiles.git"
    (tmp_path / "manifests").mkdir()
    owner = "olga@example.com"

    shown = run(
        "offboard",
        owner,
        name,
        "--git-ca",
        ca,
        "--directory",
        "manifests",
        "--new-owner",
        "bob@example.com",
    )
    written = run("offboard", owner, name, "--git-ca", ca, "--write")

    assert shown[0] == 0
    assert "--- pmr.yaml@" in shown[1]
    assert "bob@example.com" in shown[1]
    assert written[0] == 1


def test_a_refusal_is_one_error_and_ends_with_1(run, https, ca):
    name = f"git+{https.url}/team/profiles.git@nowhere"

    assert run("validate", name, "--git-ca", ca) == (
        1,
        "",
        f"error: {https.url}/team/profiles.git: the repository has no branch or tag named nowhere.\n",
    )


def test_an_untrusted_document_in_git_is_known_by_its_url_and_not_by_its_revision(
    run, https, ca, repository, tmp_path
):
    commit = repository.git("rev-parse", "HEAD")
    (tmp_path / "own.yaml").write_text("profiles: []\n")
    (tmp_path / "manifests").mkdir()
    url = f"git+{https.url}/team/profiles.git"
    document = [tmp_path / "own.yaml", "--git-ca", ca, "--directory", "manifests"]

    code, _, err = run("apply", *document, "--untrusted", f"{url}@main")
    again = run("plan", *document, "--untrusted", f"{url}@{commit}", "--exit-code")
    files = [path.read_text() for path in (tmp_path / "manifests").rglob("*.yaml")]

    assert (code, f"note: {url}@main is commit {commit}." in err) == (0, True)
    assert again[0] == 0, again
    assert any(f"file:{url}" in text and "@main" not in text for text in files), files
