"""What the tests on real servers share."""

from collections.abc import Iterator

import pytest
from postgresql import Postgresql, running_postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    with running_postgresql() as server:
        yield server
