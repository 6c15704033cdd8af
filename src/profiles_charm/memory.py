"""What the leader remembers between hooks, in the databag of the peer relation.

A new leader and a new pod find it there. If a relation that this deployment has seen is gone, it
was removed, and its profiles are stale. If it was never seen, it is not there yet, and its profiles
stay.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import ops

from profiles_management.reconcile.clock import read_moment

RELATION = "peers"
_SINCE, _SEEN = "since", "seen"


class Memory:
    """The databag of the peer relation.

    Only a change is written, because each write wakes every other unit. Nothing is read or written
    before the peer relation exists, as in the install hook, or on a unit that is not the leader any
    more: Juju does not let it.
    """

    def __init__(self, charm: ops.CharmBase) -> None:
        self._charm = charm

    def since(self, states: Iterable[str], now: datetime) -> Mapping[str, datetime]:
        """Return since when each of these states lasts. States that are not named have ended.

        Args:
            states: names, such as the name of a source that cannot be read.
            now: the present moment, with a zone.
        """
        known = _moments(self._read(_SINCE))
        moments = {name: known.get(name, now) for name in sorted(set(states))}
        if moments.keys() != known.keys():
            self._write(_SINCE, {name: moment.isoformat() for name, moment in moments.items()})
        return moments

    def seen(self, names: Iterable[str]) -> frozenset[str]:
        """Return all names that were ever passed to this method, with these."""
        before = _names(self._read(_SEEN))
        after = before | set(names)
        if after != before:
            self._write(_SEEN, sorted(after))
        return after

    def _peers(self) -> ops.Relation | None:
        return self._charm.model.get_relation(RELATION) if self._charm.unit.is_leader() else None

    def _read(self, key: str) -> object:
        peers = self._peers()
        if peers is None:
            return None
        try:
            return json.loads(peers.data[self._charm.app].get(key, "null"))
        except (ValueError, RecursionError):  # another version wrote something else
            return None

    def _write(self, key: str, value: object) -> None:
        peers = self._peers()
        if peers is not None:
            peers.data[self._charm.app][key] = json.dumps(value)


def worded(moment: datetime) -> str:
    """Return a moment for a status: `since 2026-01-01 12:00 UTC`."""
    return f"since {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _moments(value: object) -> dict[str, datetime]:
    if not isinstance(value, dict):
        return {}
    moments = {name: read_moment(text) for name, text in value.items()}
    return {name: moment for name, moment in moments.items() if moment is not None}


def _names(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        return frozenset()
    return frozenset(name for name in value if isinstance(name, str))
