"""Which files of a commit are the document. Real repositories: test_git_contents.py."""

import pytest

from profiles_management.git import GitError
from profiles_management.git.pack import Object
from profiles_management.git.tree import check_path, commit_of, files
from repositories.packs import BLOB, COMMIT, TAG, TREE, id_of


class Objects(dict):
    """Objects as a pack gives them."""

    def add(self, type_, data):
        """Keep an object and return its id."""
        kind = {BLOB: "blob", COMMIT: "commit", TAG: "tag", TREE: "tree"}[type_]
        self[id_of(kind, data)] = Object(type_, data)
        return id_of(kind, data)

    def commit(self, entries):
        """Keep a commit of a folder of (mode, name, id)."""
        return self.add(COMMIT, f"tree {self.folder(entries)}\nauthor x\n\ntext".encode())

    def folder(self, entries):
        """Keep a folder."""
        return self.add(
            TREE, b"".join(b"%s %s\0%s" % (m, n, bytes.fromhex(i)) for m, n, i in entries)
        )


@pytest.fixture
def objects():
    return Objects()


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("/etc/passwd", "Write: etc/passwd"),
        ("a/../b", "Write: b"),
        ("a//b", "Write: a/b"),
        ("./a", "Write: a"),
        ("a/./b", "Write: a/b"),
        ("..a/./b", "Write: ..a/b"),
        ("../x", "Write FOLDER/FILE, or leave the path empty for the top folder."),
        ("a/../../x", "Write FOLDER/FILE, or leave the path empty for the top folder."),
        ("..", "Write FOLDER/FILE, or leave the path empty for the top folder."),
        (".", "Write FOLDER/FILE, or leave the path empty for the top folder."),
        ("a\0b", "Write FOLDER/FILE, or leave the path empty for the top folder."),
        ("/", "Write FOLDER/FILE, or leave the path empty for the top folder."),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_before_anything_is_asked(path, remedy):
    with pytest.raises(GitError) as caught:
        check_path(path)

    assert str(caught.value) == f"The path {path!r} is not inside the repository. {remedy}"


def test_files_come_in_the_order_of_their_names(objects):
    blob = objects.add(BLOB, b"x")
    commit = objects.commit([(b"100644", name, blob) for name in (b"b.yaml", b"A.yml", b"a.json")])

    assert list(files(objects, commit, "")) == ["A.yml", "a.json", "b.yaml"]


def test_a_tag_of_a_tag_leads_to_a_commit(objects):
    commit = objects.commit([])
    first = objects.add(TAG, f"object {commit}\ntype commit\n".encode())
    second = objects.add(TAG, f"object {first}\ntype tag\n".encode())

    assert commit_of(objects, second) == commit


def test_a_tag_of_a_file_is_refused(objects):
    tag = objects.add(TAG, f"object {objects.add(BLOB, b'x')}\ntype blob\n".encode())

    with pytest.raises(
        GitError, match=r"^the revision is not a commit\. Name a branch, a tag or a commit\.$"
    ):
        commit_of(objects, tag)


def test_a_missing_object_is_reported(objects):
    commit = objects.commit([(b"100644", b"a.yaml", "1" * 40)])

    with pytest.raises(
        GitError,
        match=r"^the server did not send the object 11111111 of the commit\. Try again\.$",
    ):
        files(objects, commit, "a.yaml")


def test_an_object_of_another_kind_than_its_entry_says_is_not_taken(objects):
    commit = objects.commit([(b"40000", b"folder", objects.add(BLOB, b"x"))])

    with pytest.raises(GitError, match="did not send the object"):
        files(objects, commit, "folder")


@pytest.mark.parametrize(
    "data", [b"", b"100644 a.yaml", b"100644 a.yaml\0short", b"x a.yaml\0" + b"1" * 20]
)
def test_a_damaged_folder_is_refused(objects, data):
    commit = objects.add(COMMIT, f"tree {objects.add(TREE, data)}\n".encode())

    with pytest.raises(GitError):
        files(objects, commit, "a.yaml")


@pytest.mark.parametrize("data", [b"", b"tree", b"tree \xff\n", b"parent " + b"1" * 40])
def test_a_damaged_commit_is_refused(objects, data):
    with pytest.raises(GitError):
        files(objects, objects.add(COMMIT, data), "a.yaml")


@pytest.mark.parametrize(
    ("path", "remedy"),
    [("clusters\\prod.yaml", "Write: clusters/prod.yaml"), ("prod.yml", "Check the path.")],
)
def test_a_path_that_is_not_there_is_refused_with_what_to_write(objects, path, remedy):
    commit = objects.commit([(b"100644", b"a.yaml", objects.add(BLOB, b"x"))])

    with pytest.raises(GitError) as caught:
        files(objects, commit, path)

    assert str(caught.value).endswith(f" in commit {commit[:8]}. {remedy}")


@pytest.mark.parametrize(
    ("path", "where"), [("", "the top folder of the repository"), ("empty", "empty")]
)
def test_a_folder_without_documents_is_named(objects, path, where):
    empty = objects.folder([])
    commit = objects.commit([(b"40000", b"empty", empty)])

    with pytest.raises(GitError, match=rf"^{where} contains no "):
        files(objects, commit, path)


def test_a_name_that_is_not_utf_8_is_shown_with_escapes(objects):
    commit = objects.commit([(b"120000", b"\xff.yaml", objects.add(BLOB, b"x"))])

    with pytest.raises(GitError, match=r"^\\xff\.yaml is a symbolic link"):
        files(objects, commit, "")
