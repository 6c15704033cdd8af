"""Access types: a set, which a higher type makes larger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_manager.domain.access_types import (
    cluster_role,
    from_mask,
    holds,
    parse_types,
    sorted_names,
    to_mask,
)
from user_manager.domain.errors import Invalid
from user_manager.domain.vocabulary import AccessType

READ, WRITE, OWNER = AccessType
TYPES = st.frozensets(st.sampled_from(AccessType), min_size=1)


def test_types_are_read_by_name_and_repeated_names_fold():
    assert parse_types(["WRITE", "READ", "WRITE"]) == {READ, WRITE}


@pytest.mark.parametrize("names", [[], ["READ"] * 4, ["READ"] * 10_000])
def test_there_are_one_to_three_types(names):
    with pytest.raises(Invalid, match="1 to 3 types are allowed"):
        parse_types(names)


@pytest.mark.parametrize("name", ["read", "", "ADMIN", "0", "READ\0", "\ud800", "name"])
def test_an_unknown_type_is_refused_with_its_place(name):
    with pytest.raises(Invalid) as error:
        parse_types(["READ", name])

    (wrong,) = error.value.errors
    assert (wrong.path, wrong.what) == ("types[1]", "must be READ, WRITE, OWNER")


def test_types_are_printed_in_the_order_of_the_proto():
    assert sorted_names(frozenset({OWNER, READ, WRITE})) == ["READ", "WRITE", "OWNER"]


def test_a_mask_has_the_bit_of_the_number_of_each_type():
    assert [to_mask(frozenset({access_type})) for access_type in AccessType] == [1, 2, 4]


@given(TYPES)
def test_types_survive_names_and_masks(types):
    assert parse_types(sorted_names(types)) == types
    assert from_mask(to_mask(types)) == types


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        ({OWNER}, {READ, WRITE}, True),
        ({WRITE}, {READ}, True),
        ({READ}, {READ}, True),
        ({READ}, {WRITE}, False),
        ({READ, WRITE}, {OWNER}, False),
        (set(), {READ}, False),
    ],
)
def test_owner_holds_write_and_write_holds_read(held, wanted, expected):
    assert holds(frozenset(held), frozenset(wanted)) is expected


@given(TYPES, TYPES)
def test_types_hold_all_of_their_parts(held, more):
    assert holds(held | more, held)


@pytest.mark.parametrize(
    ("types", "role"),
    [({READ}, "view"), ({WRITE}, "edit"), ({OWNER}, "edit"), ({READ, WRITE}, "edit")],
)
def test_the_highest_type_gives_the_role_in_the_cluster_and_never_admin(types, role):
    assert cluster_role(frozenset(types)) == role
