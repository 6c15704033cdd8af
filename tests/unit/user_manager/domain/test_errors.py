"""The errors: what REST and gRPC answer to each."""

import pytest

from user_manager.domain import errors

ROWS = {
    "Malformed": (400, "malformed", "INVALID_ARGUMENT"),
    "TooLarge": (413, "too-large", "INVALID_ARGUMENT"),
    "Unsupported": (415, "unsupported", "INVALID_ARGUMENT"),
    "Invalid": (422, "invalid", "INVALID_ARGUMENT"),
    "Unauthenticated": (401, "unauthenticated", "UNAUTHENTICATED"),
    "Forbidden": (403, "forbidden", "PERMISSION_DENIED"),
    "NotFound": (404, "not-found", "NOT_FOUND"),
    "Exists": (409, "exists", "ALREADY_EXISTS"),
    "Precondition": (409, "precondition", "FAILED_PRECONDITION"),
    "TooMany": (429, "too-many", "RESOURCE_EXHAUSTED"),
    "Unavailable": (503, "unavailable", "UNAVAILABLE"),
}
KINDS = {
    kind.__name__: kind
    for kind in errors.UserManagerError.__subclasses__()
    if kind.__module__ == errors.__name__  # pages have one of their own
}


def test_every_kind_of_error_has_a_row():
    assert set(KINDS) == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_an_error_has_its_status_and_its_code(name):
    kind = KINDS[name]
    assert (kind.status, kind.code, kind.grpc_status) == ROWS[name]
