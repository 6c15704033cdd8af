"""Which content of a commit is read."""

from pathlib import Path

import pytest

from profiles_management.pmr import DocumentError
from repositories.reading import names, read, refusal
from repositories.repository import document


def problems(source):
    """Return the problems of a document, with the commit cut out."""
    with pytest.raises(DocumentError) as caught:
        read(source)
    return [str(problem) for problem in caught.value.problems]


def test_a_folder_is_one_document(over_https, repository):
    repository.commit(
        {f"profiles/{name}": document(name.partition(".")[0]) for name in ("a.yaml", "b.yml")}
    )
    repository.commit(
        {
            "profiles/c.json": '{"profiles": [{"name": "c", "owner": {"kind": "User", "name": "o@e.com"}}]}'
        }
    )

    assert (
        names(over_https(path="profiles")) == names(over_https(path="profiles/")) == ["a", "b", "c"]
    )


def test_other_files_hidden_files_and_folders_are_skipped_in_a_folder(over_https, repository):
    other = {
        "README.md": "text",
        ".hidden.yaml": "text",
        "more/b.yaml": "text",
        "odd.yaml/b.yaml": "text",
    }
    repository.commit(
        {f"profiles/{name}": text for name, text in {"a.yaml": document("a"), **other}.items()}
    )

    assert names(over_https(path="profiles")) == ["a"]


def test_without_a_path_it_is_the_top_of_the_repository(over_https, repository):
    assert names(over_https(path="")) == ["ml"]


def test_a_path_below_a_file(over_https, repository):
    commit = repository.git("rev-parse", "HEAD")

    assert refusal(over_https(path="pmr.yaml/more")) == (
        f"pmr.yaml is a file, not a folder, in commit {commit[:8]}. Check the path."
    )


def test_a_folder_without_documents(over_https, repository):
    repository.commit({"profiles/README.md": "text"})

    assert (
        refusal(over_https(path="profiles"))
        == "profiles contains no *.yaml, *.yml, *.json. Check the path."
    )


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside.yaml", "pmr.yaml"])
def test_a_symbolic_link_is_never_followed(over_https, repository, target):
    repository.commit({"link.yaml": Path(target)})

    assert refusal(over_https(path="link.yaml")) == (
        "link.yaml is a symbolic link, and links are not followed. Name the file itself."
    )


def test_a_symbolic_link_in_a_folder_is_refused_rather_than_left_out(over_https, repository):
    repository.commit({"profiles/a.yaml": document("a"), "profiles/b.yaml": Path("../pmr.yaml")})

    assert refusal(over_https(path="profiles")) == (
        "profiles/b.yaml is a symbolic link, and links are not followed. Name the file itself."
    )


def test_a_folder_that_is_a_symbolic_link(over_https, repository):
    repository.commit({"real/a.yaml": document("a"), "profiles": Path("real")})

    assert refusal(over_https(path="profiles/a.yaml")) == (
        "profiles is a symbolic link, and links are not followed. Name the file itself."
    )


def test_a_submodule(over_https, repository):
    commit = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},profiles")
    repository.git("commit", "--quiet", "--message", "submodule")
    repository.push()

    assert refusal(over_https(path="profiles/a.yaml")) == (
        "profiles is a submodule, and submodules are not fetched. Name the repository of the submodule."
    )


def test_an_invalid_document_is_reported_with_file_commit_and_line(over_https, repository):
    commit = repository.commit({"pmr.yaml": document("ml") + "  contributers: []\n"})[:8]

    assert problems(over_https()) == [
        f'pmr.yaml@{commit}:4:3 profiles[0].contributers: unknown key "contributers". Write: contributors [unknown-key]'
    ]


def test_every_file_of_a_folder_is_looked_at(over_https, repository):
    commit = repository.commit({"profiles/a.yaml": "profiles:\n", "profiles/b.yaml": "- x\n"})[:8]

    assert [
        problem.partition(" ")[0].rstrip(":") for problem in problems(over_https(path="profiles"))
    ] == [
        f"profiles/a.yaml@{commit}:1:1",
        f"profiles/b.yaml@{commit}:1:1",
    ]


def test_a_profile_in_two_files_is_reported_with_both(over_https, repository):
    commit = repository.commit(
        {"profiles/a.yaml": document("same"), "profiles/b.yaml": document("same")}
    )[:8]
    what = f'another profile has the name "same", in profiles/a.yaml@{commit}:2. Rename or remove one [duplicate-profile]'

    assert problems(over_https(path="profiles")) == [
        f"profiles/b.yaml@{commit}:2:9 profiles[0].name: {what}"
    ]


def test_nothing_of_a_repository_is_run(over_https, repository, tmp_path):
    ran = tmp_path / "ran"
    attributes = {
        ".gitattributes": "* filter=evil eol=crlf\n",
        ".gitmodules": "[submodule]\n",
        "pmr.yaml": document("ml"),
    }
    repository.commit(attributes)
    repository.git(
        "config",
        "--file",
        str(repository.tree / ".gitconfig"),
        "filter.evil.smudge",
        f"touch {ran}",
    )

    found = read(over_https())

    assert found.snapshot.files["pmr.yaml"] == document("ml").encode()
    assert not ran.exists()
