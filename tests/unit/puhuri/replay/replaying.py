"""Send the recorded exchanges to the test server, and compare the answers."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from puhuri.replay import steps_of_orders, steps_of_people, steps_of_portal
from puhuri.replay.answer_fields import read
from puhuri.replay.recorded_portal import RecordedPortal
from puhuri.replay.recordings import CHAPTERS, Exchange, numbers, recorded
from puhuri_server.http_types import Reply
from puhuri_server.routes import Routes
from puhuri_server.world import Version

_STEPS = steps_of_people.STEPS | steps_of_orders.STEPS | steps_of_portal.STEPS
_UUID = re.compile(r"[0-9a-f]{32}")
_TIMES = {"created"}  # when something was done is another time now
_DAYS = {"date"}  # of a report too, but not its day
_NO_SUCCESS = 300
_ERROR = 400


@dataclass(frozen=True)
class Outcome:
    """How the test server answered a recorded request.

    Attributes:
        differences: what is not as it was recorded, in words.
    """

    exchange: Exchange
    differences: tuple[str, ...]

    @property
    def is_read(self) -> bool:
        """Whether a client reads the answer of a success, whose fields were compared."""
        return self.exchange.status < _NO_SUCCESS and self.exchange.answer is not None

    @property
    def is_error(self) -> bool:
        """Whether the whole body of an error was compared."""
        return self.exchange.status >= _ERROR


class Replay:
    """All chapters, one after another, on one portal as they were recorded.

    Args:
        without: chapters and numbers of the exchanges that are not sent.
    """

    def __init__(
        self, version: Version = Version.B, without: Collection[tuple[str, int]] = ()
    ) -> None:
        self.without = without
        self.portal = RecordedPortal(version)
        self.routes = Routes(self.portal)

    def outcomes(self) -> Iterator[Outcome]:
        """Send each exchange, after what happened before it."""
        for chapter in CHAPTERS:
            exchanges = {exchange.number: exchange for exchange in recorded(chapter)}
            for number in sorted(numbers(chapter)):
                step = _STEPS.get((chapter, number))
                if step is not None:
                    step(self.portal)
                if number in exchanges and (chapter, number) not in self.without:
                    yield self._outcome(exchanges[number])

    def _outcome(self, exchange: Exchange) -> Outcome:
        reply = self.routes.answer(self.portal, exchange.request())
        answer = self._answer(exchange, reply)
        is_cut = exchange.more and isinstance(answer, list)
        shown = answer[: _rows(exchange.answer)] if is_cut else answer
        pairs = {
            "status": (exchange.status, reply.status),
            "answer": (exchange.answer, shown),
            "further rows": (exchange.more, _rows(answer) - _rows(shown)),
            "count": (exchange.count, int(reply.headers.get("X-Result-Count", -1))),
        }
        if exchange.links:
            pairs["links"] = (exchange.links, reply.headers.get("Link", ""))
        if exchange.location:
            pairs["location"] = (exchange.location, reply.headers.get("Location", ""))
        differences = [
            f"{what} was {_short(was)}, is {_short(now)}"
            for what, (was, now) in pairs.items()
            if _comparable(was) != _comparable(now)
        ]
        return Outcome(exchange, tuple(differences))

    def _answer(self, exchange: Exchange, reply: Reply) -> object:
        """Return the answer, with the recorded uuids for those of new objects."""
        text = reply.content.decode()
        if reply.status >= _NO_SUCCESS:
            return _parsed(reply, text)
        answer = read(exchange.place, _parsed(reply, text))
        for uuid, known in _uuids(exchange.answer, answer):
            if uuid in self.portal.fresh:
                self.portal.rename(uuid, known)
                text = text.replace(uuid, known)
        return read(exchange.place, _parsed(reply, text))


def _parsed(reply: Reply, text: str) -> object:
    if not text:
        return None
    return json.loads(text) if reply.type == "application/json" else text


def _uuids(was: object, now: object) -> Iterator[tuple[str, str]]:
    """Yield the uuids of an answer with the recorded ones in their places."""
    if isinstance(was, dict) and isinstance(now, dict):
        for name in was.keys() & now.keys():
            yield from _uuids(was[name], now[name])
    elif isinstance(was, list) and isinstance(now, list):
        for was_row, now_row in zip(was, now, strict=False):
            yield from _uuids(was_row, now_row)
    elif isinstance(was, str) and isinstance(now, str) and _UUID.fullmatch(was):
        yield now, was


def _comparable(value: object) -> object:
    """Return a value without the times at which something was done."""
    if isinstance(value, list):
        return [_comparable(row) for row in value]
    if not isinstance(value, dict):
        return value
    return {
        name: str(part)[:10] if name in _DAYS else _comparable(part)
        for name, part in value.items()
        if name not in _TIMES
    }


def _rows(answer: object) -> int:
    return len(answer) if isinstance(answer, list) else 0


def _short(value: object) -> str:
    return json.dumps(value)[:1500]
