"""Which generations a test is about."""

import pytest

from puhuri_server.world import Version


def generations(*versions: Version) -> pytest.MarkDecorator:
    """Return the mark of a test that is about these generations only."""
    return pytest.mark.parametrize("portal", versions, indirect=True, ids=str)
