"""The test server answers the requests that were recorded on a real Waldur 7.0.7 as that did.

Compared are the status, the whole body of an error, of other answers the fields that a client
reads, the number of rows, and the links to further pages. uuids of new objects stand for the
recorded ones; the times at which something was done are not compared.
"""

from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import puhuri_server
from profiles_management.puhuri.client import member_rows
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from puhuri.replay.answer_fields import fields
from puhuri.replay.not_replayed import NOT_REPLAYED, not_replayed
from puhuri.replay.recordings import CHAPTERS, FOLDER, numbers, recorded
from puhuri.replay.replaying import Outcome, Replay
from puhuri_server.sample import ALLOCATOR_TOKEN, sample_world
from puhuri_server.server import serving

RECORDED = 922
REPLAYED = 845
READ = 467  # answers of which a client reads fields
ERRORS = 346  # whose whole body is compared


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [*Replay().outcomes()]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_server_answers_as_it_was_recorded(outcomes, chapter):
    differences = {
        f"{outcome.exchange.number} {outcome.exchange.what}": outcome.differences
        for outcome in outcomes
        if outcome.exchange.chapter == chapter and outcome.differences
    }

    assert differences == {}


def test_as_many_exchanges_are_replayed_as_ever(outcomes):
    assert len(outcomes) == REPLAYED
    assert len([outcome for outcome in outcomes if outcome.is_read]) == READ
    assert len([outcome for outcome in outcomes if outcome.is_error]) == ERRORS


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_an_exchange_that_is_not_replayed_is_named_with_the_reason(chapter):
    replayed = {exchange.number for exchange in recorded(chapter)}
    named = Counter(
        number for chapters in NOT_REPLAYED.values() for number in chapters.get(chapter, ())
    )

    assert replayed | named.keys() == numbers(chapter)
    assert replayed & named.keys() == set()
    assert max(named.values(), default=1) == 1


def test_all_recorded_exchanges_are_known():
    assert sum(len(numbers(chapter)) for chapter in CHAPTERS) == RECORDED
    assert sum(len(not_replayed(chapter)) for chapter in CHAPTERS) == RECORDED - REPLAYED


def test_the_readme_of_the_server_has_these_numbers():
    readme = Path(puhuri_server.__file__).with_name("README.md").read_text(encoding="utf-8")
    reasons = [sum(map(len, chapters.values())) for chapters in NOT_REPLAYED.values()]

    text = " ".join(readme.split())
    assert f"{REPLAYED} of the {RECORDED} exchanges" in text
    assert f"{ERRORS} errors, and of {READ} other answers" in text
    routes, methods, unknown = reasons
    assert f"{routes} exchanges on routes" in text
    assert f"{methods} with a method and {unknown} with a field" in text


def test_the_fields_of_members_are_those_that_the_client_reads():
    of_project = fields("/api/projects/x/list_users/")
    of_customer = fields("/api/customers/x/users/")

    assert set(of_project[""]) == {*member_rows.MemberRow.__struct_fields__}
    assert {*of_customer[""], "projects"} == {*member_rows.CustomerUserRow.__struct_fields__}
    assert set(of_customer["projects"]) == {*member_rows.ProjectOfUser.__struct_fields__}


def test_the_fields_that_the_client_asks_for_are_compared():
    with serving(sample_world()) as portal:
        with Client(portal.url, Token(ALLOCATOR_TOKEN)) as client:
            services = (client.customers, client.projects, client.offerings, client.allocations)
            for service in (*services, client.orders, client.usage):
                list(service.find())
            client.users.me()
        queries = {sent.path: parse_qs(urlsplit(sent.target).query) for sent in portal.requests}
    asked = {path: set(query["field"]) for path, query in queries.items() if "field" in query}

    assert len(asked) == 7
    for path, names in asked.items():
        compared = fields(path)
        parts = {part for part in compared if part}
        assert names <= {*compared[""], *parts}


def test_the_recordings_have_no_secrets_and_no_paths():
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "/home/" not in text
        assert text.count('"token":') == text.count('"token":"token-of-') + text.count(
            '"token":"new-token-of-'
        )
