"""Any repository gives a document or a refusal: damaged files and damaged Git objects."""

import random

import pytest

from mangled import SEED, mangled
from profiles_management.git import GitError, tree
from profiles_management.git.pack import read
from profiles_management.pmr import DocumentError, ProfilesManagementRepresentation, Rules
from profiles_management.pmr.file_set import document
from repositories.packs import BLOB, COMMIT, TREE, entry, id_of, never, pack

GOOD = b"profiles:\n- name: web\n  owner: {kind: User, name: ann@example.com}\n"


def test_two_hundred_mangled_folders_are_read_or_refused_with_file_and_line():
    for text in mangled(200, seed=4):
        assert _blamed({"a.yaml@1a2b3c4d": text, "b.yaml@1a2b3c4d": GOOD}) <= {
            "a.yaml@1a2b3c4d",
            "b.yaml@1a2b3c4d",
        }


def test_a_thousand_mangled_repositories_are_read_or_refused():
    chance = random.Random(SEED)
    for _ in range(1000):
        objects = [entry(kind, data) for kind, data in _objects(chance)]
        packed = bytearray(pack(*objects))
        # damaged on the way; else what is in it is wrong, and its checksum is right
        if chance.random() < 1 / 2:
            packed[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
        assert _message(bytes(packed)).isprintable()


def test_the_repository_that_is_mangled_is_a_good_one():
    assert _files(pack(*[entry(kind, data) for kind, data in _objects(None)])) == {"a.yaml": GOOD}


def _blamed(folder):
    """Return the files with problems."""
    try:
        pmr = document(folder, rules=Rules(), additions=True)
    except DocumentError as error:
        return {problem.where.file for problem in error.problems}
    assert isinstance(pmr, ProfilesManagementRepresentation)
    return set()


def _message(packed):
    """Return why a pack is refused, empty if it is read."""
    try:
        _files(packed)
    except GitError as error:
        return str(error)
    return ""


def _objects(chance):
    """Return a blob, its tree and its commit, perhaps with damage; None: without damage."""
    blob = GOOD
    folder = _changed(b"100644 a.yaml\0" + bytes.fromhex(id_of("blob", blob)), chance)
    commit = _changed(f"tree {id_of('tree', folder)}\nauthor x\n\ntext".encode(), chance)
    return [(BLOB, blob), (TREE, folder), (COMMIT, commit)]


def _changed(data, chance):
    changed = bytearray(data)
    if chance is not None and chance.random() < 1 / 2:
        changed[chance.randrange(len(data))] = chance.randrange(256)
    if chance is not None and chance.random() < 1 / 8:
        del changed[chance.randrange(len(data)) :]
    return bytes(changed)


def _files(packed):
    objects = read(packed, most=1_000_000, ask=never)
    tip = next(id_ for id_, found in objects.items() if found.type == COMMIT)
    return tree.files(objects, tree.commit_of(objects, tip), "")


def test_an_id_that_a_server_makes_up_is_shown_so_that_a_terminal_may_see_it():
    with pytest.raises(
        GitError, match=r"the server did not send the object \\x1b\[2J1234 of the commit"
    ):
        tree.commit_of({}, "\x1b[2J1234")
