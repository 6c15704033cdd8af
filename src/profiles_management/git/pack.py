"""The objects of a pack, read in memory and never beyond a limit. Pure.

The format: https://git-scm.com/docs/gitformat-pack. Written here because a reader that trusts the
sizes in a pack can be made to fill the memory by a pack of a few kilobytes.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable
from typing import Final, NamedTuple

from profiles_management.pmr.problems import GitError

COMMIT: Final = 1
TREE: Final = 2
BLOB: Final = 3
TAG: Final = 4
_OFS_DELTA: Final = 6
_REF_DELTA: Final = 7
_NAMES: Final = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob", TAG: b"tag"}

_ID: Final = 20
_HEADER: Final = 12
_SLICE: Final = 4096  # what follows an object is copied once for each, so not too much at a time
# what Python needs for an object in addition to its bytes, so that many tiny ones count too
_OVERHEAD: Final = 512
# what an instruction of a delta counts as, in bytes: few make much, many make little
_INSTRUCTION: Final = 32
_INSTRUCTIONS_AT_ONCE: Final = 1024  # after which they are counted
_COPY_BYTES: Final = 7  # four of an offset, three of a size, each left out where it is 0
_USUAL_COPY: Final = 0x10000
_LONGEST_SHIFT: Final = 63  # a number of more bits is an attack
_BROKEN: Final = "what it sends is no pack of Git, or was damaged on the way. Try again."


class Object(NamedTuple):
    """An object of Git: its type, and its bytes."""

    type: int
    data: bytes


def read(pack: bytes, *, most: int, ask: Callable[[], object]) -> dict[str, Object]:
    """Return the objects of a pack by their ids (40 digits).

    Args:
        pack: the whole of it, not thin.
        most: how many bytes of memory its objects may take. An instruction of a delta counts as 32
            bytes, an object as 512 more than it has, so the work is limited too.
        ask: called now and then, also in the middle of an object; it raises once time is up.

    Raises:
        GitError: they would take more, or the pack is damaged.
    """
    view = memoryview(pack)
    if len(pack) < _HEADER + _ID or pack[:8] != b"PACK\0\0\0\2":
        raise GitError(_BROKEN)
    if hashlib.sha1(view[:-_ID], usedforsecurity=False).digest() != pack[-_ID:]:
        raise GitError(_BROKEN)
    reader = _Reader(view[:-_ID], most, ask)
    try:
        for _ in range(int.from_bytes(view[8:_HEADER])):
            reader.next()
        reader.end()
    except (IndexError, zlib.error):
        raise GitError(_BROKEN) from None
    return reader.objects


class _Reader:
    """Reads one object after the other; a delta waits until its base is there."""

    def __init__(self, view: memoryview, most: int, ask: Callable[[], object]) -> None:
        self.objects: dict[str, Object] = {}
        self._view = view
        self._most = most
        self._left = most
        self._ask = ask
        self._position = _HEADER
        self._at: dict[int, Object] = {}
        self._waiting: dict[int | str, list[tuple[int, bytes]]] = {}

    def next(self) -> None:
        """Read the object that is next in the pack."""
        start = self._position
        type_, size = self._header()
        base: int | str | None = None
        if type_ == _OFS_DELTA:
            base = self._base_of(start)
        elif type_ == _REF_DELTA:
            base = bytes(self._view[self._position : self._position + _ID]).hex()
            self._position += _ID
        elif type_ not in _NAMES:
            raise GitError(_BROKEN)
        data = self._inflate(size)
        if base is None:
            self._keep(start, Object(type_, data))
        elif (
            found := self._at.get(base) if isinstance(base, int) else self.objects.get(base)
        ) is not None:
            self._keep(start, self._applied(found, data))
        else:
            self._waiting.setdefault(base, []).append((start, data))

    def end(self) -> None:
        """Refuse a pack that has more than its objects, or a delta without its base."""
        if self._waiting or self._position != len(self._view):
            raise GitError(_BROKEN)

    def _keep(self, start: int, kept: Object) -> None:
        """Keep an object, and those that waited for it."""
        ready = [(start, kept)]
        while ready:
            at, made = ready.pop()
            id_ = _id(made)
            made = self._at[at] = self.objects.setdefault(id_, made)
            for key in (at, id_):
                ready += [
                    (there, self._applied(made, delta))
                    for there, delta in self._waiting.pop(key, ())
                ]

    def _applied(self, base: Object, delta: bytes) -> Object:
        before, position = _varint(delta, 0)
        after, position = _varint(delta, position)
        self._spend(after + _OVERHEAD)
        if before != len(base.data):
            raise GitError(_BROKEN)
        return Object(base.type, _patched(base.data, delta, position, after, self._spend))

    def _header(self) -> tuple[int, int]:
        byte = self._byte()
        type_, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 0x80:
            byte = self._byte()
            size |= (byte & 0x7F) << shift
            shift += 7
            if shift > _LONGEST_SHIFT:
                raise GitError(_BROKEN)
        return type_, size

    def _base_of(self, start: int) -> int:
        """Return where the base of the delta at `start` begins: before it, or it would wait for itself."""
        byte = self._byte()
        offset = byte & 0x7F
        while byte & 0x80:
            byte = self._byte()
            offset = (offset + 1 << 7) | (byte & 0x7F)
            if offset >> _LONGEST_SHIFT:
                raise GitError(_BROKEN)
        if not _HEADER <= start - offset < start:
            raise GitError(_BROKEN)
        return start - offset

    def _byte(self) -> int:
        self._position += 1
        return self._view[self._position - 1]

    def _inflate(self, size: int) -> bytes:
        self._spend(size + _OVERHEAD)
        stream = zlib.decompressobj()
        whole = io.BytesIO()
        room = size + 1
        while not stream.eof:
            self._ask()
            given = self._view[self._position : self._position + _SLICE]
            room -= whole.write(stream.decompress(given, room))
            if not given or not room or stream.unconsumed_tail:
                raise GitError(_BROKEN)
            self._position += len(given) - len(stream.unused_data)
        if room != 1:
            raise GitError(_BROKEN)
        return whole.getvalue()

    def _spend(self, size: int) -> None:
        """Count bytes, or what counts as such, before they are there."""
        self._ask()
        self._left -= size
        if self._left < 0:
            raise GitError(
                f"what it sends unpacks to more than {self._most:,} bytes. "
                "Keep the document in a smaller repository, or allow it more."
            )


def _patched(
    base: bytes, delta: bytes, position: int, size: int, spend: Callable[[int], None]
) -> bytes:
    """Return what a delta makes of its base: pieces of the base, and bytes of its own, `size` of them together.

    All of it is written into one buffer: a list of the pieces would take many times their size if
    they are tiny.
    """
    source, whole = memoryview(base), io.BytesIO()
    left, uncounted = size, 0
    while position < len(delta):
        order = delta[position]
        position += 1
        if order & 0x80:
            numbers = []
            for bit in range(_COPY_BYTES):
                numbers.append(delta[position] if order >> bit & 1 else 0)
                position += order >> bit & 1
            start = int.from_bytes(numbers[:4], "little")
            part = source[start : start + (int.from_bytes(numbers[4:], "little") or _USUAL_COPY)]
        else:
            part = memoryview(delta)[position : position + order]
            position += order
        left -= len(part)
        if not part or left < 0:
            raise GitError(_BROKEN)
        whole.write(part)
        uncounted += 1
        if uncounted == _INSTRUCTIONS_AT_ONCE:
            spend(uncounted * _INSTRUCTION)
            uncounted = 0
    if left:
        raise GitError(_BROKEN)
    spend(uncounted * _INSTRUCTION)
    return whole.getvalue()


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _LONGEST_SHIFT, 7):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, position
    raise GitError(_BROKEN)


def _id(kept: Object) -> str:
    digest = hashlib.sha1(b"%s %d\0" % (_NAMES[kept.type], len(kept.data)), usedforsecurity=False)
    digest.update(kept.data)
    return digest.hexdigest()
