"""Any answer of a Git server is a document or a one-line error. To run it longer: fuzz.py."""

import tracemalloc
import zlib
from contextlib import suppress

import pytest

from attacks.fuzz import changed, rounds
from attacks.test_exhaust_memory_by_a_repository import Objects
from profiles_management.git import GitError, GitSource
from profiles_management.git.pack import Object, read
from profiles_management.git.tree import commit_of, files
from profiles_management.pmr import DocumentError
from repositories import answers, reading
from repositories.answers import DOCUMENT, Server, http, pkt
from repositories.packs import (
    BLOB,
    COMMIT,
    OFS_DELTA,
    REF_DELTA,
    TAG,
    TREE,
    delta,
    entry,
    header,
    id_of,
    offset,
    pack,
    varint,
)

pytestmark = pytest.mark.usefixtures("no_logging")

MOST = 200_000
X = b"x" * 64
PIECES = (
    b"0000",
    b"0001",
    b"0002",
    b"0003",
    b"0004",
    b"ffff",
    b"ERR x\n",
    b"\n",
    b" ",
    b"\0",
    pkt(b"\x03no"),
    pkt(b"\x02x"),
)
HTTP_PIECES = (
    b"\r\n\r\n",
    b"\r\n",
    b"0\r\n\r\n",
    b"HTTP/1.1 100 C\r\n\r\n",
    b"Content-Length: 1\r\n",
    b"Transfer-Encoding: chunked\r\n",
)


class Asked:
    """Counts the checks of the deadline."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1


# packs


def an_entry(chance, before):
    """Return an entry of a pack, sound or odd; `before` are those before it."""
    data = chance.choice(
        [b"", DOCUMENT, chance.randbytes(chance.randrange(200)), bytes(chance.randrange(5_000)), X]
    )
    size = chance.choice([0, len(data) + 1, 2**20, 2**62]) if chance.random() < 1 / 20 else None
    match chance.choices(range(6), (4, 2, 2, 2, 0.2, 0.2))[0]:
        case 0:
            return entry(chance.choice([COMMIT, TREE, BLOB, TAG]), data, size=size)
        case 1:
            return entry(BLOB, X)
        case 2 if before:
            back = sum(map(len, before[-chance.randrange(1, 4) :])) + chance.choice(
                [0] * 20 + [1, -1]
            )
            return entry(OFS_DELTA, a_delta(chance, data), size=size, base=offset(max(0, back)))
        case 3:
            named = bytes.fromhex(id_of("blob", chance.choice([b"", DOCUMENT, X])))
            return entry(REF_DELTA, a_delta(chance, data), size=size, base=named)
        case 4:
            return header(chance.randrange(8), chance.randrange(2**20)) + chance.randbytes(20)
        case _:
            return header(BLOB, len(data)) + zlib.compress(data)[: chance.randrange(30)]


def a_delta(chance, data):
    """Return a delta of a base of some usual size, sound or odd."""
    if chance.random() < 1 / 2:
        copies = chance.randrange(1, 50)
        return delta(64, 64 * copies, b"\x90\x40" * copies)
    orders = [
        chance.choice(
            [
                b"\x90\x40",
                b"\x80",
                b"\x90\x01" * chance.randrange(5_000),
                b"\x01x",
                b"\x00",
                b"\xff" * 8,
                chance.randbytes(3),
            ]
        )
        for _ in range(chance.randrange(5))
    ]
    sizes = [0, 64, len(DOCUMENT), 65_536, 2**40]
    return chance.choice(
        [varint(chance.choice(sizes)) + varint(chance.choice(sizes)), data[:3]]
    ) + b"".join(orders)


def test_fuzz_of_packs():
    kept = 0
    tracemalloc.start()
    try:
        for chance in rounds(1_500, "packs"):
            entries = []
            for _ in range(chance.randrange(8)):
                entries.append(an_entry(chance, entries))
            packed = pack(
                *entries,
                count=len(entries)
                + (chance.choice([1, -1]) if entries and chance.random() < 1 / 10 else 0),
            )
            packed = changed(packed, chance) if chance.random() < 1 / 4 else packed
            tracemalloc.reset_peak()
            begun = tracemalloc.get_traced_memory()[0]
            asked = Asked()
            with suppress(GitError):
                kept += len(read(packed, most=MOST, ask=asked))
            assert tracemalloc.get_traced_memory()[1] - begun < 3 * MOST
            assert asked.times < 2 * (len(packed) + MOST // 512 + MOST // 32 // 1024)
    finally:
        tracemalloc.stop()
    assert kept > 100  # sound ones are among them


# trees


NAMES = [b"..", b".git", b"\xff.yaml", rb"\xff.yaml", b"\x1b[2J.yaml", b"x" * 300, b"", b"e/f.yaml"]
MODES = [b"40000", b"040000", b"120000", b"160000", b"000000", b"777777", b"9", b""]


def an_item(chance, ids):
    """Return an entry of a folder: most often a sound file, or a folder d."""
    mode, name, id_ = chance.choice(
        [(b"100644", b"a.yaml", ids[0]), (b"100755", b"b.yml", ids[0]), (b"40000", b"d", ids[-1])]
    )
    if chance.random() < 1 / 5:
        mode = chance.choice(MODES)
    if chance.random() < 1 / 5:
        name = chance.choice(NAMES)
    if chance.random() < 1 / 5:
        id_ = chance.choice(ids)
    return b"%s %s\0%s" % (mode, name, bytes.fromhex(id_))


def test_fuzz_of_folders_commits_and_tags():
    read_some = 0
    for chance in rounds(1_500, "folders"):
        objects = Objects()
        ids = [objects.add(BLOB, DOCUMENT), "1" * 40]
        for _ in range(chance.randrange(1, 4)):
            folder = b"".join(an_item(chance, ids) for _ in range(chance.randrange(5)))
            ids.append(
                objects.add(TREE, changed(folder, chance) if chance.random() < 1 / 4 else folder)
            )
        first = (
            changed(f"tree {chance.choice(ids)}\n".encode(), chance)
            if chance.random() < 1 / 4
            else f"tree {ids[-1]}\n".encode()
        )
        tip = objects.add(COMMIT, first + b"parent x\n" * chance.randrange(3))
        for _ in range(chance.randrange(3)):
            tip = objects.add(TAG, f"object {tip}\n".encode())
        if chance.random() < 1 / 8:
            objects[chance.choice(ids)] = Object(chance.randrange(9), chance.randbytes(9))
        path = chance.choice(["", "a.yaml", "d", "d/a.yaml", "\\xff.yaml", "d/d/d"])

        message, found = refusal_or_files(objects, tip, path)

        assert message.isprintable()
        assert len(message) < 500
        assert all(isinstance(data, bytes) for data in found.values())
        read_some += bool(found)
    assert read_some > 10


def refusal_or_files(objects, tip, path):
    """Return the reason why a folder is refused, or its content."""
    try:
        return "", files(objects, commit_of(objects, tip), path)
    except GitError as error:
        return str(error), {}


# whole conversations


@pytest.fixture
def server(monkeypatch):
    return Server().install(monkeypatch)


WHOLE = {
    "first": (answers.advertisement(), "advertisement"),
    "second": (answers.references(), "result"),
    "third": (answers.fetched(), "result"),
}


def tried(server):
    """Read the repository, and return why it is refused, if it is."""
    try:
        reading.read(
            GitSource(
                "https://git.example.com/x.git",
                limit=50_000,
                revision="main" if server.requests % 3 else "",
            )
        )
    except GitError as error:
        return str(error)
    except DocumentError:
        pass
    return ""


@pytest.mark.parametrize("which", WHOLE)
@pytest.mark.parametrize("level", ["git", "http"])
def test_fuzz_of_the_answers_of_a_git_server(server, which, level):
    body, kind = WHOLE[which]
    for chance in rounds(120, f"{which} {level}"):
        answer = (
            http(changed(body, chance, PIECES), kind)
            if level == "git"
            else changed(http(body, kind), chance, HTTP_PIECES)
        )
        setattr(server, which, lambda answer=answer: [answer[:7], answer[7:]])

        message = tried(server)

        assert message.isprintable()
        assert len(message) < 500
