"""The little that is remembered between hooks: in the databag of the charm's peers, where a new leader and pod find it.

Everything that could take access away is on the cluster's objects; what is here only keeps it: a
relation that this deployment has never seen is not there yet, one that it has seen and that is gone
was removed.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import ops

from profiles_management.reconcile.clock import read_moment

RELATION = "peers"
_SINCE, _SEEN = "since", "seen"


class Memory:
    """What the leader has written down. Only a change is written, because each write wakes every other unit.

    Before the peer relation is there, as in the install hook, nothing is known and nothing is kept;
    nor on a unit that is not the leader any more, which may neither read nor write it.
    """

    def __init__(self, charm: ops.CharmBase) -> None:
        self._charm = charm

    def since(self, states: Iterable[str], now: datetime) -> Mapping[str, datetime]:
        """Return since when each of these states lasts; those that are not named have ended.

        Args:
            states: names, such as that of a source that cannot be read.
            now: with a zone.
        """
        known = _moments(self._read(_SINCE))
        found = {name: known.get(name, now) for name in sorted(set(states))}
        if found.keys() != known.keys():
            self._write(_SINCE, {name: moment.isoformat() for name, moment in found.items()})
        return found

    def seen(self, names: Iterable[str]) -> frozenset[str]:
        """Return all names that were ever given here, these included."""
        known = self._read(_SEEN)
        before = (
            frozenset(name for name in known if isinstance(name, str))
            if isinstance(known, list)
            else frozenset()
        )
        after = before | set(names)
        if after != before:
            self._write(_SEEN, sorted(after))
        return after

    def _peers(self) -> ops.Relation | None:
        return self._charm.model.get_relation(RELATION) if self._charm.unit.is_leader() else None

    def _read(self, key: str) -> object:
        peers = self._peers()
        try:
            return (
                json.loads(peers.data[self._charm.app].get(key, "null"))
                if peers is not None
                else None
            )
        except (ValueError, RecursionError):  # another version wrote something else
            return None

    def _write(self, key: str, value: object) -> None:
        peers = self._peers()
        if peers is not None:
            peers.data[self._charm.app][key] = json.dumps(value)


def worded(moment: datetime) -> str:
    """Return a moment as a status says it: `since 2026-01-01 12:00 UTC`."""
    return f"since {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _moments(value: object) -> dict[str, datetime]:
    if not isinstance(value, dict):
        return {}
    moments = {name: read_moment(text) for name, text in value.items()}
    return {name: moment for name, moment in moments.items() if moment is not None}
