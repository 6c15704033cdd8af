"""A folder in Git in which a reviewer sees another file than the one that is read."""

import pytest

from attacks.test_exhaust_memory_by_a_repository import Objects
from profiles_management.git import GitError
from profiles_management.git.tree import files
from repositories.packs import BLOB


@pytest.fixture
def objects():
    return Objects()


def refusal(objects, *entries, path=""):
    """Return why a folder is refused."""
    blob = objects.add(BLOB, b"profiles: []\n")
    with pytest.raises(GitError) as caught:
        files(objects, objects.commit(*[(mode, name, blob) for mode, name in entries]), path)
    return str(caught.value)


FILE = b"100644"


@pytest.mark.parametrize("path", ["", "a.yaml", "b.yaml"])
@pytest.mark.parametrize("other", [FILE, b"100755", b"40000", b"120000", b"160000"])
def test_two_entries_of_one_name_are_refused(objects, path, other):
    entries = [(FILE, b"a.yaml"), (FILE, b"b.yaml"), (other, b"a.yaml")]

    assert refusal(objects, *entries, path=path) == (
        "the top folder of the repository contains two entries named a.yaml, which Git does not allow. Remove one of them."
    )


@pytest.mark.parametrize("order", [1, -1])
def test_a_name_that_is_not_utf_8_and_one_that_is_shown_alike_are_refused(objects, order):
    entries = [(FILE, b"\xff.yaml"), (FILE, rb"\xff.yaml")][::order]

    assert "contains two entries named" in refusal(objects, *entries)


def test_a_name_that_is_not_utf_8_and_like_no_other_is_read_and_shown_with_escapes(objects):
    blob = objects.add(BLOB, b"x")
    commit = objects.commit((FILE, b"\xff.yaml", blob), (FILE, b"\xfe.yaml", blob))

    assert list(files(objects, commit, "")) == [r"\xfe.yaml", r"\xff.yaml"]


@pytest.mark.parametrize(
    "name", [b"teams/a.yaml", b"..", b".", b".git", b"a" * 300 + b".yaml", b"/a.yaml"]
)
def test_a_name_that_git_does_not_allow_is_refused(objects, name):
    message = refusal(objects, (FILE, b"a.yaml"), (FILE, name))

    assert message.endswith("which Git does not allow or no system can store. Rename it.")
    assert len(message) < 300


@pytest.mark.parametrize("mode", [b"000000", b"010000", b"020000", b"060000", b"140000", b"177777"])
def test_other_objects_are_not_read_as_files(objects, mode):
    assert refusal(objects, (mode, b"a.yaml")) == (
        "a.yaml is neither a file nor a folder. Remove it from the repository, and add the file again."
    )


def test_a_submodule_and_its_list_are_skipped(objects):
    blob = objects.add(BLOB, b"x")
    commit = objects.commit(
        (FILE, b".gitmodules", blob), (FILE, b"a.yaml", blob), (b"160000", b"more.yaml", "1" * 40)
    )

    assert list(files(objects, commit, "")) == ["a.yaml"]


@pytest.mark.parametrize("path", ["link.yaml", "link.yaml/more.yaml", ""])
def test_a_symbolic_link_is_refused_wherever_it_stands(objects, path):
    assert refusal(objects, (b"120000", b"link.yaml"), path=path) == (
        "link.yaml is a symbolic link, and links are not followed. Name the file itself."
    )
