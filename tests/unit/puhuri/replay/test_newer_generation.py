"""Waldur 8.1 answers as 7.0.7 did, except for what its schema changed.

No exchange with it was recorded. The schema is that of waldur-api-client 8.1.3.
"""

from puhuri.replay.replaying import Replay
from puhuri_server.world import Version

TAKEN = {  # refused then: a fraction as a limit
    ("orders", 57),
    ("resources", 7),
}
DIFFERENT = {
    ("members", 76): "list_users has the filter username",
    ("members", 77): "list_users has the filter full_name",
    ("members", 78): "list_users has an order",
    ("members", 80): "list_users has field=",
    ("bulk", 29): "the people of a customer have field=",
    ("orders", 60): "a limit is a number, not an integer",
    ("orders", 62): "a limit is a number, not an integer",
    ("orders", 63): "a limit is written as a fraction",
    ("orders", 64): "a limit is written as a fraction",
    ("resources", 9): "a limit is written as a fraction",
    ("resources", 10): "a limit is written as a fraction",
}


def test_the_next_generation_answers_alike_except_for_what_its_schema_changed():
    different = {
        (outcome.exchange.chapter, outcome.exchange.number): outcome.differences
        for outcome in Replay(Version.FRACTIONS, without=TAKEN).outcomes()
        if outcome.differences
    }

    assert {place: words for place, words in different.items() if place not in DIFFERENT} == {}
    assert different.keys() == DIFFERENT.keys()
