"""Every recorded error becomes one sentence of the client, with the words of the portal."""

import json

import pytest

from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.errors import NotAllowed, NotFound, PuhuriError
from puhuri.replay.recordings import CHAPTERS, Exchange, recorded

KINDS = {401: NotAllowed, 403: NotAllowed, 404: NotFound}
MOST = 400  # characters of a message


def errors(chapter: str) -> list[tuple[Exchange, PuhuriError]]:
    """Return the client's error for each recorded one of a chapter."""
    exchanges = [exchange for exchange in recorded(chapter) if exchange.status >= 400]
    return [(exchange, error_of(exchange)) for exchange in exchanges]


def error_of(exchange: Exchange) -> PuhuriError:
    body = exchange.answer
    is_page = isinstance(body, str) and body.lstrip().startswith("<")
    content = body.encode() if is_page else json.dumps(body).encode()
    return Answer(exchange.status, content, exchange.place).error()


def words(body: object) -> list[str]:
    """Return the texts of a body."""
    if isinstance(body, dict):
        body = [*body.values()]
    if isinstance(body, list):
        return [text for part in body for text in words(part)]
    is_text = isinstance(body, str) and not body.lstrip().startswith("<")
    return [body] if is_text else []


@pytest.mark.parametrize("chapter", [name for name in CHAPTERS if errors(name)])
def test_an_error_is_one_short_line_with_the_words_of_the_portal(chapter):
    for exchange, error in errors(chapter):
        assert isinstance(error, KINDS.get(exchange.status, PuhuriError))
        message = str(error)
        assert message.endswith(".")
        assert len(message.splitlines()) == 1
        assert len(message) <= MOST
        for text in words(exchange.answer)[:2]:
            assert text.split("\n", maxsplit=1)[0].rstrip(".")[:100] in message
