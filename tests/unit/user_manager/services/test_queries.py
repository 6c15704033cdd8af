"""How many queries a verb takes, whatever is in the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from service_world import (
    ANN,
    BOB,
    OLGA,
    PROFILE,
    SYSTEM_MODULE,
    approve,
    ask,
    by,
    give,
    make_system,
)

from user_manager.services.ending import Removal, revoke_access

pytestmark = pytest.mark.usefixtures("system", "profile")


def count(verb):
    with CaptureQueriesContext(connection) as queries:
        verb()
    # a transaction of a test is a savepoint of the test's own
    return len([query for query in queries if "SAVEPOINT" not in query["sql"]])


@pytest.mark.parametrize("module", [SYSTEM_MODULE, PROFILE])
def test_a_decision_takes_at_most_12_queries(module):
    access = ask(ANN, module)
    assert count(lambda: approve(access, by(OLGA))) <= 12


@pytest.mark.parametrize("module", [SYSTEM_MODULE, PROFILE])
def test_a_request_takes_at_most_11_queries(module):
    assert count(lambda: ask(ANN, module)) <= 11


def test_a_removal_takes_at_most_12_queries():
    access = give(ANN, SYSTEM_MODULE)
    assert count(lambda: revoke_access(by(ANN), access.id, Removal())) <= 12


def test_what_others_have_changes_no_count():
    first = count(lambda: give(ANN, SYSTEM_MODULE))
    for number in range(20):
        give(BOB, make_system(f"other-{number}").id)
    assert count(lambda: give(BOB, SYSTEM_MODULE)) == first
