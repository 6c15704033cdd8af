"""Which generation a portal is: found out by reading, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.client.errors import NotAllowed, PuhuriAway, UnreadableAnswer
from profiles_management.puhuri.client.generations import Generation
from puhuri.client.portal_use import names
from puhuri.server.generations import generations
from puhuri_server.http_types import NOT_FOUND_PAGE
from puhuri_server.sample import ALLOCATOR_TOKEN
from puhuri_server.server import Fault
from puhuri_server.world import Version

A = Generation(has_public_offerings=False)
A_SINCE_2022 = Generation()
MIXED = Generation(has_grants=True)
B = Generation(lists_permissions=False, has_grants=True, has_flat_orders=True)
FRACTIONS = Generation(
    lists_permissions=False, has_grants=True, has_flat_orders=True, has_fractions=True
)
# the generation, and how many requests it takes to know it
KNOWN = {
    Version.A: (A, 2),
    Version.MIXED: (MIXED, 2),
    Version.B: (B, 2),
    Version.FRACTIONS: (FRACTIONS, 2),
}


def test_it_is_found_out_by_reading_alone(portal):
    generation, requests = KNOWN[portal.version]
    assert portal.allocator.generation == generation
    assert len(portal.portal.requests) == requests
    assert {sent.method for sent in portal.portal.requests} == {"GET"}


def test_it_is_asked_once(portal):
    for _ in range(3):
        portal.allocator.generation  # noqa: B018 - it is asked once
        names(portal.allocator.offerings.find())
        portal.allocator.before(1000).generation  # noqa: B018 - as before
    asked = [sent for sent in portal.portal.requests if "page_size=1&" in f"{sent.target}&"]
    assert len(asked) == KNOWN[portal.version][1]


def test_threads_that_begin_together_ask_once(portal):
    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(lambda _number: portal.allocator.generation, range(8))]
    assert len({*map(id, found)}) == 1
    assert len(portal.portal.requests) == KNOWN[portal.version][1]


@pytest.mark.parametrize("kind", ["customers", "projects", "allocations", "usage"])
def test_it_is_not_asked_where_it_makes_no_difference(portal, kind):
    list(getattr(portal.allocator, kind).find())
    assert len(portal.portal.requests) == 1


@generations(Version.A)
def test_between_2022_and_2023_offerings_are_public_already(portal):
    world = portal.world
    world.has_public_offerings = True
    portal.portal.reset(world)
    assert portal.allocator.generation == A_SINCE_2022


@generations(Version.B)
def test_between_december_2023_and_february_2024_permissions_can_still_be_listed(portal):
    """Flat orders, and a list of `project-permissions` that takes no POST."""
    permissions = portal.reply(200, [], Allow="GET, HEAD, OPTIONS")
    portal.portal.fault = lambda _number, sent: (
        permissions if "/project-permissions/" in sent.path else None
    )
    assert portal.allocator.generation == Generation(has_grants=True, has_flat_orders=True)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ERROR, Fault.BUSY])
def test_a_portal_that_is_away_at_first_is_asked_again(portal, fault):
    portal.portal.fault = lambda number, _sent: fault if number == 0 else None
    assert portal.allocator.generation == KNOWN[portal.version][0]


def test_a_portal_that_is_away_is_asked_again_the_next_time(portal):
    portal.portal.fault = lambda _number, _sent: Fault.ERROR
    with pytest.raises(PuhuriAway, match="did not say which version it is"):
        portal.allocator.generation  # noqa: B018 - it is asked
    portal.portal.fault = lambda _number, _sent: None
    assert portal.allocator.generation == KNOWN[portal.version][0]


def test_a_token_that_is_not_accepted_is_that_error(portal):
    with pytest.raises(NotAllowed, match="Invalid token"):
        portal.client(Token("x" * 40)).generation  # noqa: B018 - it is asked


def test_a_site_without_any_of_the_lists_is_no_portal(portal):
    portal.answer(404, NOT_FOUND_PAGE)
    with pytest.raises(UnreadableAnswer, match="neither /api/project-permissions/ nor this list"):
        portal.allocator.generation  # noqa: B018 - it is asked


def test_somebody_without_any_right_can_ask_it_too(portal):
    assert portal.stranger.generation == KNOWN[portal.version][0]
    assert portal.provider.generation == KNOWN[portal.version][0]
    assert portal.client(Token(ALLOCATOR_TOKEN)).generation == KNOWN[portal.version][0]
