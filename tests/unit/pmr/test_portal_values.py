"""Values that a portal takes, for the document and for the client alike."""

import pytest

from profiles_management.pmr.portal_values import is_uuid, uuid

UUID = "6b6e5a6bfd9d4be0a0b1a2d0ce1ed4b9"


@pytest.mark.parametrize("text", [UUID, UUID.upper(), "6b6e5a6b-fd9d-4be0-a0b1-a2d0ce1ed4b9"])
def test_a_uuid_may_have_dashes_in_their_places(text):
    assert uuid(text) == UUID


@pytest.mark.parametrize("text", ["", UUID[1:], f"{UUID}0", f"-{UUID}", f"6-b{UUID[2:]}", "x" * 32])
def test_everything_else_is_not_a_uuid(text):
    assert not is_uuid(text)
    with pytest.raises(ValueError, match="is not a uuid"):
        uuid(text)
