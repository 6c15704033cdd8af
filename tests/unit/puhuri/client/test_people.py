"""People and customers: who a CUID is, who the token's owner is, and the customers by filter."""

import pytest

from profiles_management.puhuri.client.errors import (
    NotAllowed,
    NotFound,
    PuhuriAway,
    PuhuriError,
    UnknownCuid,
)
from puhuri.server.asking import GRANTS
from puhuri.server.generations import generations
from puhuri_server.sample import cuid
from puhuri_server.server import Fault
from puhuri_server.world import Version

UNKNOWN = cuid("zoe")


def test_a_cuid_is_a_user(portal):
    user = portal.user("ada")
    assert portal.user("ada") == user != portal.user("bo")
    assert portal.world.active_user(user).username == cuid("ada")


def test_a_cuid_that_the_registry_does_not_know_is_an_error_of_its_own(portal):
    for _ in range(2):
        with pytest.raises(UnknownCuid, match=r"has not been found|Unable to get user info"):
            portal.allocator.users.by_cuid(UNKNOWN)
    assert portal.allocator.users.me().username == "allocator"  # the token is still in use


def test_a_registry_that_is_away_is_the_same_error(portal):
    portal.world.registry.failure = "Failed to get user data"
    with pytest.raises(UnknownCuid, match=r"Failed to get user data|Unable to get user info"):
        portal.allocator.users.by_cuid(cuid("ada"))


@generations(*GRANTS)
def test_a_person_who_left_the_registry_is_found_once_more(portal):
    user = portal.user("ada")
    del portal.world.registry.people[cuid("ada")]

    assert portal.user("ada") == user  # and is deactivated
    with pytest.raises(UnknownCuid):
        portal.user("ada")


@pytest.mark.parametrize(
    "name",
    ["", "ada", "@host", "ada@", "a b@host", "ada@host/../x", "a/b@host", "ada@host?x=1", "é@host",
     "ada@host\n", "a@b@c", "a" * 250 + "@host.org"],
)  # fmt: skip
def test_what_cannot_be_a_cuid_is_not_sent(portal, name):
    portal.forget()
    with pytest.raises(UnknownCuid, match="cannot be a CUID"):
        portal.allocator.users.by_cuid(name)
    assert portal.portal.requests == []


def test_only_an_identity_manager_looks_people_up(portal):
    with pytest.raises(NotAllowed, match="identity manager"):
        portal.provider.users.by_cuid(cuid("ada"))


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED, Fault.ERROR, Fault.BUSY])
def test_a_look_up_is_repeated(portal, fault):
    portal.break_once("POST", "/remote-eduteams/", fault)
    assert portal.world.active_user(portal.user("ada")).username == cuid("ada")


@generations(Version.B)
def test_a_person_whose_registry_entry_makes_the_portal_fail_is_an_error(portal):
    portal.world.registry.people[UNKNOWN] = ""
    with pytest.raises(PuhuriAway, match="did not look up a CUID"):
        portal.allocator.users.by_cuid(UNKNOWN)


def test_the_owner_of_the_token(portal):
    user = portal.provider.users.me()
    assert (user.username, user.full_name) == ("provider", "Provider Rig")


# customers


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["National Research Allocator", "Research Community"]),
        ({"name": "research"}, ["National Research Allocator", "Research Community"]),
        ({"name": "MMUNIT"}, ["Research Community"]),
        ({"name_exact": "Research Community"}, ["Research Community"]),
        ({"name_exact": "research community"}, []),
        ({"name_exact": ""}, []),
        ({"abbreviation": "nr"}, ["National Research Allocator"]),
        ({"query": "comm"}, ["Research Community"]),
        ({"name": "research", "abbreviation": "x"}, []),
    ],
    ids=str,
)
def test_customers_are_found_by_each_filter(portal, filters, found):
    customers = [*portal.allocator.customers.find(**filters)]
    assert [customer.name for customer in customers] == found


def test_a_customer_that_cannot_be_seen_is_not_there(portal):
    hidden = portal.world.customers[3].uuid
    with pytest.raises(NotFound):
        portal.allocator.customers.get(hidden)
    assert portal.allocator.customers.get(portal.customer).abbreviation == "NRA"


def test_a_customer_is_named_by_uuid_or_by_its_exact_name(portal):
    named = portal.allocator.customers.named
    assert named("Research Community").abbreviation == "COMM"
    assert named(portal.customer).abbreviation == "NRA"
    for name in ("Research", "Hidden Customer", ""):
        with pytest.raises(PuhuriError):
            named(name)
    portal.world.customers[1].name = "National Research Allocator"
    with pytest.raises(PuhuriError, match="2 customers"):
        named("National Research Allocator")
