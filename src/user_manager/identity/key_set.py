"""The keys that JWTs are verified with: a file, or a key set that is fetched and cached."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock

import httpx2
import jwt

from user_manager.domain.errors import Unavailable

_LARGEST = 256 * 1024  # bytes of a key set
_TIMEOUT = 5.0  # seconds
_CACHED_FOR = timedelta(hours=1)
_PAUSE = timedelta(seconds=30)  # between two attempts to read

_log = logging.getLogger(__name__)

Fetch = Callable[[str], bytes]


@dataclass(slots=True)
class KeySet:
    """The keys at one place.

    Attributes:
        place: the path of a file, or an https URL.
        fetch: reads a URL; tests replace it.
    """

    place: str
    fetch: Fetch
    _keys: dict[str | None, jwt.PyJWK] = field(default_factory=dict, repr=False)
    _read_at: datetime | None = None
    _tried_at: datetime | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def key(self, key_id: str | None, now: datetime) -> jwt.PyJWK | None:
        """Return the key with an id, or the only key where a token names none.

        An unknown id reads the key set again, because the issuer may have a new key.

        Raises:
            Unavailable: the key set cannot be read.
        """
        key = self._known(key_id)
        if key is not None and not self._is_old(now):
            return key
        # a request with a known key does not wait for another request that asks a slow issuer
        if self._lock.acquire(blocking=key is None):
            try:
                self._read(now)
            finally:
                self._lock.release()
        if not self._keys:
            raise Unavailable("The keys of JWT_KEYS cannot be read.")
        return self._known(key_id)

    def _known(self, key_id: str | None) -> jwt.PyJWK | None:
        keys = self._keys  # another thread may replace them
        if key_id is None and len(keys) == 1:
            return next(iter(keys.values()))
        return keys.get(key_id)

    def _is_old(self, now: datetime) -> bool:
        return self._read_at is None or now - self._read_at > _CACHED_FOR

    def _read(self, now: datetime) -> None:
        """Read the key set, but not for every request. The old keys stay if it cannot be read."""
        if self._tried_at is not None and now - self._tried_at < _PAUSE:
            return
        self._tried_at = now
        try:
            self._keys = _usable_keys(self._text())
        except Exception as error:  # noqa: BLE001 - of broken key sets, PyJWT raises anything
            # without the message of the error, which may have the URL
            _log.warning("JWT_KEYS cannot be read: %s", type(error).__name__)
            return
        self._read_at = now

    def _text(self) -> bytes:
        if self.place.startswith("https://"):
            return self.fetch(self.place)
        return Path(self.place).read_bytes()


def _usable_keys(text: bytes) -> dict[str | None, jwt.PyJWK]:
    """Return the keys for signatures by their ids. Keys of unknown kinds are left out."""
    content = json.loads(text)
    keys = jwt.PyJWKSet.from_dict(content).keys
    return {key.key_id: key for key in keys if key.public_key_use in {None, "sig"}}


def fetch_keys(url: str) -> bytes:
    """Return a key set from an https URL, without following redirects."""
    with (
        httpx2.Client(timeout=_TIMEOUT, follow_redirects=False) as client,
        client.stream("GET", url) as response,
    ):
        response.raise_for_status()
        text = b""
        for part in response.iter_bytes():
            text += part
            if len(text) > _LARGEST:
                raise ValueError("the key set is too large")
        return text


@lru_cache(maxsize=4)
def key_set(place: str) -> KeySet:
    """Return the key set of a place, the same one for all calls of this process."""
    return KeySet(place, fetch_keys)
