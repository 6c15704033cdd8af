"""Packs built by hand, also invalid ones."""

import hashlib
import zlib

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7


def pack(*objects, count=None, magic=b"PACK", version=2):
    """Return a pack of entries."""
    body = (
        magic
        + version.to_bytes(4)
        + (len(objects) if count is None else count).to_bytes(4)
        + b"".join(objects)
    )
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def entry(type_, data, *, size=None, base=b""):
    """Return a pack entry with `size` in its header and, for a delta, `base` before its data."""
    return header(type_, len(data) if size is None else size) + base + zlib.compress(data)


def header(type_, size):
    """Return the header of an entry."""
    byte, size = type_ << 4 | size & 15, size >> 4
    written = bytearray()
    while size:
        written.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    return bytes([*written, byte])


def offset(number):
    """Return how far back a delta finds its base."""
    written = [number & 0x7F]
    while number := number >> 7:
        number -= 1
        written.insert(0, number & 0x7F | 0x80)
    return bytes(written)


def varint(number):
    """Return a size as a delta writes it."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def delta(before, after, *orders):
    """Return a delta between objects of two sizes."""
    return varint(before) + varint(after) + b"".join(orders)


def id_of(kind, data):
    """Return the id of an object, such as `id_of("blob", b"text")`."""
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


def never():
    """Never report that the time is up."""


COPY_64K = b"\x80"
"""Copies 65,536 bytes from the start of the base."""
