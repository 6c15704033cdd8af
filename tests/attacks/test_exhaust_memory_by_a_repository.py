"""A repository of a few kilobytes that would take all memory, or minutes of work.

The tests count bytes and steps.
"""

import tracemalloc
import zlib
from contextlib import suppress

import pytest

from profiles_management.git import GitError
from profiles_management.git.pack import Object, read
from profiles_management.git.tree import commit_of, files
from profiles_management.pmr import DocumentError, Rules
from profiles_management.pmr import file_set as folders
from profiles_management.pmr.document_limits import Limits
from profiles_management.pmr.file_set import MOST_FILES
from profiles_management.pmr.reading import LARGEST
from repositories.packs import (
    BLOB,
    COMMIT,
    COPY_64K,
    OFS_DELTA,
    REF_DELTA,
    TAG,
    TREE,
    delta,
    entry,
    header,
    id_of,
    never,
    offset,
    pack,
)

pytestmark = pytest.mark.usefixtures("no_logging")

MOST = 4_000_000
BASE = entry(BLOB, b"x" * 64)
TOO_MUCH = "the repository unpacks to more than 4,000,000 bytes. Keep the document in a smaller repository."
BROKEN = "the server sent a Git pack that is not valid. Try again."


class Late(Exception):
    """Time is up."""


def refusal(data, ask=never):
    """Return the message with which a pack is refused, having seen that it took little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(GitError) as caught:
            read(data, most=MOST, ask=ask)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * MOST + 100_000  # one object is in memory twice while it is assembled
    return str(caught.value)


def after_base(change):
    """Return a pack of a delta whose base is right before it."""
    return pack(BASE, entry(OFS_DELTA, change, base=offset(len(BASE))))


def test_a_delta_of_many_tiny_copies_is_given_up_by_the_number_of_its_copies():
    copies = 1_500_000

    assert refusal(after_base(delta(64, copies, b"\x90\x01" * copies))) == TOO_MUCH


def test_a_delta_of_many_tiny_insertions_is_given_up_by_the_number_of_them():
    assert refusal(after_base(delta(64, 1_500_000, b"\x01x" * 1_500_000))) == TOO_MUCH


def test_time_is_asked_for_in_the_middle_of_one_delta():
    asked = 0

    def ask():
        nonlocal asked
        asked += 1
        if asked > 30:
            raise Late

    with pytest.raises(Late):
        read(after_base(delta(64, 100_000, b"\x90\x01" * 100_000)), most=MOST, ask=ask)


def test_time_is_asked_for_in_the_middle_of_one_object():
    asked = []

    with suppress(GitError):
        read(pack(entry(BLOB, bytes(3_900_000))), most=MOST, ask=lambda: asked.append(1))
    whole = len(asked)
    asked.clear()
    # two megabytes of deflate without content
    empty_blocks = b"\x78\x01" + b"\x00\x00\x00\xff\xff" * 400_000
    with pytest.raises(GitError):
        read(pack(header(BLOB, 5) + empty_blocks), most=MOST, ask=lambda: asked.append(1))

    assert whole >= 1
    assert len(asked) > 400


def test_a_chain_of_deltas_that_each_double_is_given_up():
    entries, size = [BASE], 64
    for _ in range(40):
        change = delta(size, size * 2, *[b"\xf0" + size.to_bytes(3, "little")] * 2)
        entries.append(entry(OFS_DELTA, change, base=offset(len(entries[-1]))))
        size *= 2
        if size > 0xFFFFFF // 2:
            break

    assert refusal(pack(*entries)) == TOO_MUCH


def test_many_deltas_that_wait_for_one_base_are_given_up():
    change = delta(64, 64_000, b"\x90\x40" * 1_000)
    waiting = entry(REF_DELTA, change, base=bytes.fromhex(id_of("blob", b"x" * 64)))

    assert refusal(pack(*[waiting] * 500, BASE)) == TOO_MUCH


@pytest.mark.parametrize("data", [b"", b"x"])
def test_the_same_tiny_object_again_and_again_is_given_up(data):
    assert refusal(pack(*[entry(BLOB, data)] * 9_000)) == TOO_MUCH


def test_a_bomb_of_zeros_is_given_up_before_it_is_unpacked():
    assert refusal(pack(entry(BLOB, bytes(50_000_000)))) == TOO_MUCH


@pytest.mark.parametrize("claimed", [0, 10, 3_999_000])
def test_a_bomb_that_claims_another_size_is_given_up(claimed):
    assert refusal(pack(header(BLOB, claimed) + zlib.compress(bytes(50_000_000)))) == BROKEN


def test_a_delta_that_claims_to_make_more_than_may_be_is_not_applied():
    change = delta(64, 2**62, COPY_64K)

    assert refusal(after_base(change)) == TOO_MUCH


def test_a_delta_that_is_its_own_base_is_refused():
    assert (
        refusal(pack(BASE, entry(OFS_DELTA, delta(64, 64, b"\x90\x40"), base=offset(0)))) == BROKEN
    )


# what a commit leads to


class Objects(dict):
    """Objects as a pack gives them, by their ids."""

    def add(self, type_, data):
        """Keep an object and return its id."""
        kind = {BLOB: "blob", COMMIT: "commit", TAG: "tag", TREE: "tree"}[type_]
        id_ = id_of(kind, data)
        self[id_] = Object(type_, data)
        return id_

    def commit(self, *entries, parents=0):
        """Keep a commit of a folder of (mode, name, id)."""
        more = f"parent {'1' * 40}\n" * parents
        return self.add(COMMIT, f"tree {self.folder(*entries)}\n{more}author x\n\ntext".encode())

    def folder(self, *entries):
        """Keep a folder."""
        return self.add(
            TREE, b"".join(b"%s %s\0%s" % (m, n, bytes.fromhex(i)) for m, n, i in entries)
        )


@pytest.fixture
def objects():
    return Objects()


TOO_LARGE = (
    f"the top folder of the repository contains more than {MOST_FILES:,} files or more than {LARGEST:,} bytes in them. "
    "Split it into several folders, each a separate source."
)


def test_one_large_file_under_six_names_counts_six_times(objects):
    blob = objects.add(BLOB, b"#" * (LARGEST // 5))
    commit = objects.commit(*[(b"100644", b"%c.yaml" % name, blob) for name in b"abcdef"])

    with pytest.raises(GitError) as caught:
        files(objects, commit, "")

    assert str(caught.value) == TOO_LARGE


def test_thousands_of_names_of_one_empty_file_are_refused(objects):
    blob = objects.add(BLOB, b"")
    commit = objects.commit(
        *[(b"100644", b"%d.yaml" % name, blob) for name in range(MOST_FILES + 1)]
    )

    with pytest.raises(GitError) as caught:
        files(objects, commit, "")

    assert str(caught.value) == TOO_LARGE


def test_as_many_files_as_are_allowed_are_read(objects):
    blob = objects.add(BLOB, b"x")
    commit = objects.commit(*[(b"100644", b"%d.yaml" % name, blob) for name in range(MOST_FILES)])

    assert len(files(objects, commit, "")) == MOST_FILES


def test_files_that_are_no_documents_do_not_count(objects):
    blob = objects.add(BLOB, b"#" * (LARGEST // 2))
    other = [(b"100644", b"%d.txt" % name, blob) for name in range(MOST_FILES * 2)]

    assert list(files(objects, objects.commit((b"100644", b"a.yaml", blob), *other), "")) == [
        "a.yaml"
    ]


def test_a_commit_with_a_hundred_thousand_parents_is_read(objects):
    blob = objects.add(BLOB, b"x")

    assert files(
        objects, objects.commit((b"100644", b"a.yaml", blob), parents=100_000), "a.yaml"
    ) == {"a.yaml": b"x"}


def test_folders_in_folders_are_read_no_deeper_than_the_path_goes(objects):
    folder = objects.folder((b"100644", b"a.yaml", objects.add(BLOB, b"x")))
    for _ in range(1_000):
        folder = objects.folder((b"40000", b"d", folder))
    commit = objects.commit((b"40000", b"d", folder))

    assert files(objects, commit, "d/" * 1_001 + "a.yaml") == {"d/" * 1_001 + "a.yaml": b"x"}
    with pytest.raises(GitError, match="contains no"):
        files(objects, commit, "")


def test_tags_of_tags_are_not_followed_for_ever(objects):
    tip = objects.commit()
    for _ in range(1_000):
        tip = objects.add(TAG, f"object {tip}\ntype tag\n".encode())

    with pytest.raises(GitError, match="is not a commit"):
        commit_of(objects, tip)


def test_files_after_a_thousand_problems_are_not_read():
    broken = {
        f"{name:04}.yaml": b"profiles: [" + b"{}, " * 300 + b"]" for name in range(MOST_FILES)
    }

    with pytest.raises(DocumentError) as caught:
        folders.document(broken, rules=Rules())

    assert len(caught.value.problems) < 2 * folders.MOST_PROBLEMS
    assert "this file and those after it were not read" in caught.value.problems[-1].what


OWNER, PEOPLE = "{kind: User, name: ann@example.com}", "[{name: bob@example.com, role: edit}]"
ENTRY = f"- {{name: p%d-%d, owner: {OWNER}, contributors: {PEOPLE}}}\n"


def folder(files, entries, *, same=False):
    """Return files with profiles, each of one contributor."""
    return {
        f"{number}.yaml": (
            "profiles:\n" + "".join(ENTRY % (0 if same else number, n) for n in range(entries))
        ).encode()
        for number in range(files)
    }


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(profiles=10), "12 profiles together, at most 10"),
        (Limits(contributors=10), "12 contributors together"),
    ],
)
def test_limits_of_a_source_hold_for_all_its_files_together(limits, what):
    with pytest.raises(DocumentError, match=f"2.yaml: the files up to this one have {what}"):
        folders.document(folder(9, 4), rules=Rules(limits=limits))


def test_thousands_of_repeated_profiles_are_reported_within_a_limit():
    with pytest.raises(DocumentError) as caught:
        folders.document(folder(4, 600, same=True), rules=Rules())

    assert {problem.code for problem in caught.value.problems} == {"duplicate-profile"}
    assert len(caught.value.problems) == folders.MOST_PROBLEMS
