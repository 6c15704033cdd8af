"""The objects of a Git pack, read into memory within a limit. Pure.

The format: https://git-scm.com/docs/gitformat-pack. This reader does not trust the sizes in a pack:
with one that does, a pack of a few kilobytes can fill the memory.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections import defaultdict
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
_SLICE: Final = 4096  # zlib copies the rest of a slice after each object, so slices are small
_OVERHEAD: Final = 512  # bytes that Python needs for an object besides its content
_INSTRUCTION: Final = 32  # bytes that an instruction of a delta counts as, to limit their number
_INSTRUCTIONS_AT_ONCE: Final = 1024  # instructions are counted in groups of this size
_COPY: Final = 0x80  # the bit of an instruction that copies from the base
_OFFSET_BITS: Final = range(4)  # bits of a copy instruction: which bytes of its offset follow
_SIZE_BITS: Final = range(4, 7)  # and which bytes of its size
_DEFAULT_COPY: Final = 0x10000
_LONGEST_SHIFT: Final = 63  # no honest pack has a number of more bits
_BROKEN: Final = "the server sent a Git pack that is not valid. Try again."


class Object(NamedTuple):
    """A Git object: its type and its content."""

    type: int
    data: bytes


def read(pack: bytes, *, most: int, ask: Callable[[], object]) -> dict[str, Object]:
    """Return the objects of a pack by their ids (40 digits).

    Args:
        pack: the complete pack; not a thin one.
        most: how many bytes of memory its objects may take. An object counts as 512 bytes more than
            its content, and an instruction of a delta as 32 bytes, which limits the work too.
        ask: called regularly, also within an object; it raises after the deadline.

    Raises:
        GitError: the objects would take more memory, or the pack is damaged.
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
    """Reads the objects in the order of the pack. A delta waits until its base has been read.

    Attributes:
        objects: the objects that were read, by id.
    """

    def __init__(self, view: memoryview, most: int, ask: Callable[[], object]) -> None:
        self.objects: dict[str, Object] = {}
        self._view = view
        self._most = most
        self._left = most
        self._ask = ask
        self._position = _HEADER
        self._by_position: dict[int, Object] = {}
        self._waiting: dict[int | str, list[tuple[int, bytes]]] = defaultdict(list)

    def next(self) -> None:
        """Read the next object of the pack."""
        start = self._position
        type_, size = self._header()
        if type_ in _NAMES:
            self._keep(start, Object(type_, self._inflate(size)))
        elif type_ == _OFS_DELTA:
            position = self._base_position(start)
            self._keep_delta(start, size, position, self._by_position.get(position))
        elif type_ == _REF_DELTA:
            id_ = self._base_id()
            self._keep_delta(start, size, id_, self.objects.get(id_))
        else:
            raise GitError(_BROKEN)

    def end(self) -> None:
        """Refuse a pack that has more than its objects, or a delta without its base."""
        if self._waiting or self._position != len(self._view):
            raise GitError(_BROKEN)

    def _keep_delta(self, start: int, size: int, key: int | str, base: Object | None) -> None:
        """Read the delta that begins at `start`, and apply it once its base is known.

        Args:
            key: the position or the id of the base.
            base: the base, None as long as it has not been read.
        """
        delta = self._inflate(size)
        if base is None:
            self._waiting[key].append((start, delta))
        else:
            self._keep(start, self._applied(base, delta))

    def _keep(self, start: int, read: Object) -> None:
        """Keep the object that begins at `start`, and those whose deltas waited for it."""
        ready = [(start, read)]
        while ready:
            position, base = ready.pop()
            id_ = _id(base)
            base = self._by_position[position] = self.objects.setdefault(id_, base)
            deltas = [*self._waiting.pop(position, ()), *self._waiting.pop(id_, ())]
            ready += [(waiting, self._applied(base, delta)) for waiting, delta in deltas]

    def _applied(self, base: Object, delta: bytes) -> Object:
        before, position = _varint(delta, 0)
        after, position = _varint(delta, position)
        self._spend(after + _OVERHEAD)
        if before != len(base.data):
            raise GitError(_BROKEN)
        return Object(base.type, _patched(base.data, delta, position, after, self._spend))

    def _header(self) -> tuple[int, int]:
        """Return the type of the next object and the size of its content."""
        byte = self._byte()
        type_, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 0x80:
            byte = self._byte()
            size |= (byte & 0x7F) << shift
            shift += 7
            if shift > _LONGEST_SHIFT:
                raise GitError(_BROKEN)
        return type_, size

    def _base_id(self) -> str:
        self._position += _ID
        return bytes(self._view[self._position - _ID : self._position]).hex()

    def _base_position(self, start: int) -> int:
        """Return the position of the base of the delta at `start`, which comes before it."""
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
        """Return the content that begins at the position, which must have this size.

        There is room for one byte more, so that larger content is noticed.
        """
        self._spend(size + _OVERHEAD)
        stream = zlib.decompressobj()
        content = io.BytesIO()
        room = size + 1
        while not stream.eof:
            self._ask()
            compressed = self._view[self._position : self._position + _SLICE]
            room -= content.write(stream.decompress(compressed, room))
            if not compressed or not room or stream.unconsumed_tail:
                raise GitError(_BROKEN)
            self._position += len(compressed) - len(stream.unused_data)
        if room != 1:
            raise GitError(_BROKEN)
        return content.getvalue()

    def _spend(self, size: int) -> None:
        """Count bytes, or work in bytes, before it is done."""
        self._ask()
        self._left -= size
        if self._left < 0:
            what = f"the repository unpacks to more than {self._most:,} bytes."
            raise GitError(f"{what} Keep the document in a smaller repository.")


def _patched(
    base: bytes, delta: bytes, position: int, size: int, spend: Callable[[int], None]
) -> bytes:
    """Return `size` bytes that a delta makes of its base: parts of the base, and bytes of its own.

    They are written into one buffer, because a list of tiny parts would take many times their size.
    """
    base_view, delta_view = memoryview(base), memoryview(delta)
    content = io.BytesIO()
    left, uncounted = size, 0
    while position < len(delta):
        instruction = delta[position]
        position += 1
        if instruction & _COPY:
            start, position = _number(delta, position, instruction, _OFFSET_BITS)
            length, position = _number(delta, position, instruction, _SIZE_BITS)
            part = base_view[start : start + (length or _DEFAULT_COPY)]
        else:
            part = delta_view[position : position + instruction]
            position += instruction
        left -= len(part)
        if not part or left < 0:
            raise GitError(_BROKEN)
        content.write(part)
        uncounted += 1
        if uncounted == _INSTRUCTIONS_AT_ONCE:
            spend(uncounted * _INSTRUCTION)
            uncounted = 0
    if left:
        raise GitError(_BROKEN)
    spend(uncounted * _INSTRUCTION)
    return content.getvalue()


def _number(data: bytes, position: int, instruction: int, bits: range) -> tuple[int, int]:
    """Return a number of a copy instruction without its zero bytes, and the next position."""
    value = 0
    for shift, bit in enumerate(bits):
        if instruction >> bit & 1:
            value |= data[position] << 8 * shift
            position += 1
    return value, position


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """Return a number of variable length, and the position after it."""
    value = 0
    for shift in range(0, _LONGEST_SHIFT, 7):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, position
    raise GitError(_BROKEN)


def _id(read: Object) -> str:
    digest = hashlib.sha1(b"%s %d\0" % (_NAMES[read.type], len(read.data)), usedforsecurity=False)
    digest.update(read.data)
    return digest.hexdigest()
