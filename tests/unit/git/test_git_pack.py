"""Packs are read within a limit, for any claims in them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_management.git import GitError
from profiles_management.git.pack import Object, read
from repositories.packs import (
    BLOB,
    COPY_64K,
    OFS_DELTA,
    REF_DELTA,
    delta,
    entry,
    header,
    id_of,
    never,
    offset,
    pack,
)

MOST = 1_000_000
BROKEN = "the server sent a Git pack that is not valid. Try again."
TEXT = b"profiles: []\n" * 20
OTHER = TEXT[:13] + b"more"
DELTA = delta(len(TEXT), len(OTHER), b"\x90\x0d", b"\x04more")


def refusal(data, most=MOST, ask=never):
    """Return the message with which a pack is refused."""
    with pytest.raises(GitError) as caught:
        read(data, most=most, ask=never)
    return str(caught.value)


TOO_MUCH = "the repository unpacks to more than 1,000,000 bytes. Keep the document in a smaller repository."


def test_objects_are_found_by_their_ids():
    assert read(pack(entry(BLOB, TEXT), entry(BLOB, b"")), most=MOST, ask=never) == {
        id_of("blob", TEXT): Object(BLOB, TEXT),
        id_of("blob", b""): Object(BLOB, b""),
    }


def test_a_delta_is_applied_to_what_it_points_back_to():
    base = entry(BLOB, TEXT)

    assert id_of("blob", OTHER) in read(
        pack(base, entry(OFS_DELTA, DELTA, base=offset(len(base)))), most=MOST, ask=never
    )


@pytest.mark.parametrize("first", ["base", "delta"])
def test_a_delta_is_applied_to_what_it_names_before_or_after_it(first):
    base = entry(BLOB, TEXT)
    change = entry(REF_DELTA, DELTA, base=bytes.fromhex(id_of("blob", TEXT)))
    both = (base, change) if first == "base" else (change, base)

    assert set(read(pack(*both), most=MOST, ask=never)) == {
        id_of("blob", TEXT),
        id_of("blob", OTHER),
    }


def test_a_chain_of_deltas_may_be_longer_than_pythons_stack():
    entries = [entry(BLOB, TEXT)]
    for number in range(2_000):
        before = len(TEXT) + number
        change = delta(before, before + 1, b"\xb0" + before.to_bytes(2, "little"), b"\x01x")
        entries.append(entry(OFS_DELTA, change, base=offset(len(entries[-1]))))

    assert len(read(pack(*entries), most=10_000_000, ask=never)) == 2_001


def test_a_copy_without_a_size_is_one_of_64_kilobytes():
    data = bytes(range(256)) * 300
    base = entry(BLOB, data)
    change = entry(OFS_DELTA, delta(len(data), 65_536, COPY_64K), base=offset(len(base)))

    assert id_of("blob", data[:65_536]) in read(pack(base, change), most=MOST, ask=never)


def test_a_delta_of_a_base_of_another_size_is_refused():
    base = entry(BLOB, TEXT)
    change = delta(len(TEXT) + 1, len(OTHER), b"\x90\x0d", b"\x04more")

    assert refusal(pack(base, entry(OFS_DELTA, change, base=offset(len(base))))) == BROKEN


def test_a_bomb_of_deltas_is_not_applied():
    base = entry(BLOB, bytes(65_536))
    change = delta(65_536, 65_536 * 1_000, COPY_64K * 1_000)

    assert refusal(pack(base, entry(OFS_DELTA, change, base=offset(len(base))))) == TOO_MUCH


def test_many_tiny_objects_count_with_what_python_needs_for_them():
    assert refusal(pack(*[entry(BLOB, b"%d" % number) for number in range(5_000)])) == TOO_MUCH


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PACK",
        pack()[:-1] + b"x",
        b"LOCK" + pack()[4:],
        pack(entry(BLOB, TEXT), magic=b"LOCK"),
        pack(entry(BLOB, TEXT), version=3),
        pack(count=1),
        pack(count=2**32 - 1),
        pack(header(BLOB, 5)),
        pack(entry(BLOB, TEXT)[:-5]),
        pack(entry(BLOB, TEXT, size=len(TEXT) + 1)),
        pack(entry(BLOB, TEXT, size=len(TEXT) - 1)),
        pack(entry(5, TEXT)),
        pack(entry(0, TEXT)),
        pack(b"\xb0" + b"\x80" * 100_000),
        pack(b"\xe0" + b"\xff" * 100_000),
        pack(header(BLOB, 5) + b"not zlib at all"),
        pack(
            entry(BLOB, TEXT),
            entry(REF_DELTA, delta(1, 1, COPY_64K), base=bytes.fromhex(id_of("blob", TEXT))),
        ),
        pack(
            entry(BLOB, TEXT), entry(REF_DELTA, DELTA[:-2], base=bytes.fromhex(id_of("blob", TEXT)))
        ),
        pack(
            entry(BLOB, TEXT), entry(REF_DELTA, DELTA[:1], base=bytes.fromhex(id_of("blob", TEXT)))
        ),
        pack(
            entry(BLOB, TEXT),
            entry(REF_DELTA, DELTA + b"\x00", base=bytes.fromhex(id_of("blob", TEXT))),
        ),
        pack(
            entry(BLOB, TEXT),
            entry(REF_DELTA, DELTA + b"\x01x", base=bytes.fromhex(id_of("blob", TEXT))),
        ),
        pack(
            entry(BLOB, TEXT),
            entry(REF_DELTA, b"\xff" * 20, base=bytes.fromhex(id_of("blob", TEXT))),
        ),
    ],
)
def test_data_that_is_not_a_pack_is_refused(data):
    assert refusal(data) == BROKEN


@pytest.mark.parametrize("back", [0, 5, 12, 13, 10_000])
def test_a_delta_whose_base_is_nowhere_before_it_is_refused(back):
    assert refusal(pack(entry(OFS_DELTA, DELTA, base=offset(back)))) == BROKEN


def test_a_delta_whose_base_is_not_in_the_pack_is_refused():
    assert refusal(pack(entry(REF_DELTA, DELTA, base=bytes(20)))) == BROKEN


def test_a_pack_that_goes_on_after_its_objects_is_refused():
    assert refusal(pack(entry(BLOB, TEXT), b"more", count=1)) == BROKEN


@given(
    st.lists(
        st.builds(
            lambda type_, data, size, base: entry(type_, data, size=size, base=base),
            st.integers(0, 7),
            st.binary(max_size=60),
            st.none() | st.integers(0, 100),
            st.binary(max_size=21),
        ),
        max_size=5,
    ),
    st.binary(max_size=30),
)
def test_any_data_is_read_or_refused(entries, rest):
    with suppress(GitError):
        read(pack(*entries, rest, count=len(entries)), most=10_000, ask=never)
