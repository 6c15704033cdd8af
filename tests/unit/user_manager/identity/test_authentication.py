"""Who is calling: only what is verified counts."""

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from json_web_tokens import ANN, KEY, NOW, OTHER_KEY, jwt_settings, public, token_of
from user_manager.configuration import Configuration, load
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.domain.errors import Forbidden, Unauthenticated, Unavailable, UserManagerError
from user_manager.domain.policy import Policy
from user_manager.domain.vocabulary import Scope
from user_manager.identity import key_set as key_sets
from user_manager.identity.authentication import Identity, authenticate
from user_manager.identity.credentials import Credentials
from user_manager.identity.key_set import KeySet
from user_manager.models import Administrator, Event, Token, User
from user_manager.services.tokens import create_token, revoke_token

pytestmark = pytest.mark.django_db

PROXY = "10.1.2.3"
ENVIRONMENT = {
    "USER_MANAGER_SECRET_KEY": "x",
    "USER_MANAGER_TRUSTED_PROXIES": "10.0.0.0/8",
    "USER_MANAGER_ADMINISTRATORS": "root@example.com",
}


@pytest.fixture(autouse=True)
def _new_cache() -> Iterator[None]:
    yield
    key_sets.key_set.cache_clear()


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    named = jwt_settings(tmp_path).items()
    return load(ENVIRONMENT | {f"USER_MANAGER_{name.upper()}": value for name, value in named})


def who(configuration: Configuration, peer: str = PROXY, **headers: str) -> Identity:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return authenticate(Credentials(peer, named), configuration, NOW)


def why_not(configuration: Configuration, peer: str = PROXY, **headers: str) -> UserManagerError:
    users = User.objects.count()
    with pytest.raises((Unauthenticated, Forbidden, Unavailable)) as caught:
        who(configuration, peer, **headers)
    assert User.objects.count() == users
    return caught.value


def service_account(*scopes: Scope) -> str:
    return create_token(Call(SYSTEM, NOW, Policy()), "robot", scopes)


def test_the_header_of_a_trusted_proxy_names_a_person_and_makes_the_user(
    configuration: Configuration,
) -> None:
    identity = who(configuration, kubeflow_userid=ANN)
    assert identity.call.caller.person == ANN
    assert identity.is_from_header
    user = User.objects.get()
    assert (user.id, user.name, user.signed_in) == (ANN, ANN, True)
    who(configuration, kubeflow_userid=ANN)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("peer", ["192.168.0.1", "", "unix:", "::1", "10.1.2.3.4"])
def test_the_header_of_anybody_else_is_refused(configuration: Configuration, peer: str) -> None:
    refused = why_not(configuration, peer, kubeflow_userid=ANN)
    assert isinstance(refused, Unauthenticated)


def test_the_header_of_anybody_else_is_refused_beside_a_valid_token(
    configuration: Configuration,
) -> None:
    token = f"Bearer {service_account(Scope.READ)}"
    refused = why_not(configuration, "192.168.0.1", kubeflow_userid=ANN, authorization=token)
    assert isinstance(refused, Unauthenticated)


def test_an_ipv4_peer_of_a_socket_for_both_families_is_compared_as_ipv4(
    configuration: Configuration,
) -> None:
    assert who(configuration, "::ffff:10.1.2.3", kubeflow_userid=ANN).call.caller.person == ANN


def test_there_is_no_identity_without_header_and_token(configuration: Configuration) -> None:
    assert isinstance(why_not(configuration), Unauthenticated)


def test_the_prefix_is_stripped_and_needed() -> None:
    configuration = load(ENVIRONMENT | {"USER_MANAGER_IDENTITY_PREFIX": "accounts.google.com:"})
    identity = who(configuration, kubeflow_userid=f"accounts.google.com:{ANN}")
    assert identity.call.caller.person == ANN
    assert isinstance(why_not(configuration, kubeflow_userid="bob"), Unauthenticated)


@pytest.mark.parametrize(
    "value", ["", " ann", "ann\x00", "ann\udcff", "*", "system:admin", "a" * 254, ".", "a\u202eb"]
)
def test_a_header_that_names_no_valid_user_is_refused(
    configuration: Configuration, value: str
) -> None:
    assert isinstance(why_not(configuration, kubeflow_userid=value), Unauthenticated)


def test_a_variant_of_a_known_id_is_refused_and_makes_no_user(configuration: Configuration) -> None:
    who(configuration, kubeflow_userid=ANN)
    assert isinstance(why_not(configuration, kubeflow_userid=ANN.upper()), Forbidden)


def test_a_deactivated_person_is_refused(configuration: Configuration) -> None:
    who(configuration, kubeflow_userid=ANN)
    User.objects.update(active=False)
    assert isinstance(why_not(configuration, kubeflow_userid=ANN), Forbidden)


def test_administrators_are_listed_in_the_setting_or_in_the_database(
    configuration: Configuration,
) -> None:
    assert who(configuration, kubeflow_userid="root@example.com").call.caller.is_administrator
    assert not who(configuration, kubeflow_userid=ANN).call.caller.is_administrator
    Administrator.objects.create(user_id=ANN, added_at=NOW)
    assert who(configuration, kubeflow_userid=ANN).call.caller.is_administrator


def test_a_jwt_names_a_person(configuration: Configuration) -> None:
    identity = who(configuration, "203.0.113.7", authorization=f"Bearer {token_of()}")
    assert identity.call.caller.person == ANN
    assert not identity.is_from_header
    assert User.objects.get().name == "Ann"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"exp": NOW - timedelta(seconds=40)},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": NOW + timedelta(days=1)},
        {"email": None},
        {"email": ["ann"]},
        {"email": "system:admin"},
    ],
)
def test_a_jwt_with_claims_that_do_not_fit_is_refused(
    configuration: Configuration, claims: dict[str, Any]
) -> None:
    refused = why_not(configuration, authorization=f"Bearer {token_of(claims)}")
    assert isinstance(refused, Unauthenticated)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"claims": {"iss": "https://other.example"}}, "InvalidIssuerError"),
        ({"claims": {"aud": "other"}}, "InvalidAudienceError"),
        ({"claims": {"exp": NOW - timedelta(seconds=40)}}, "ExpiredSignatureError"),
        ({"key_id": "two"}, "InvalidKeyError"),
        ({"key": OTHER_KEY}, "InvalidSignatureError"),
    ],
)
def test_the_log_has_the_reason_of_a_refused_jwt_and_nothing_of_the_token(
    configuration: Configuration,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
    reason: str,
) -> None:
    caplog.set_level(logging.INFO)
    why_not(configuration, authorization=f"Bearer {token_of(**changes)}")
    assert caplog.messages == [f"JWT refused: {reason}"]


def test_the_clocks_of_issuer_and_service_may_differ_by_half_a_minute(
    configuration: Configuration,
) -> None:
    now = datetime.now(UTC)  # PyJWT asks the clock of the machine
    claims = {"exp": now - timedelta(seconds=15), "nbf": now + timedelta(seconds=15)}
    assert who(configuration, authorization=f"Bearer {token_of(claims)}").call.caller.person == ANN


def test_a_jwt_with_another_key_or_algorithm_is_refused(configuration: Configuration) -> None:
    secret = "the public key is no secret, so it must never verify anything"
    tokens = [
        token_of(key=OTHER_KEY),
        token_of(key_id="two"),
        token_of(key="", algorithm="none"),
        token_of(key=secret, algorithm="HS256"),
        "not.a.token",
        "",
        "a" * 100_000,
    ]
    for token in tokens:
        refused = why_not(configuration, authorization=f"Bearer {token}")
        assert isinstance(refused, Unauthenticated)


def test_header_and_jwt_must_name_the_same_person(configuration: Configuration) -> None:
    token = f"Bearer {token_of()}"
    assert who(configuration, authorization=token, kubeflow_userid=ANN).call.caller.person == ANN
    refused = why_not(configuration, authorization=token, kubeflow_userid="bob@example.com")
    assert isinstance(refused, Unauthenticated)
    assert isinstance(
        why_not(configuration, authorization="Bearer rubbish", kubeflow_userid=ANN),
        Unauthenticated,
    )


def test_without_a_key_set_another_bearer_beside_a_trusted_header_is_ignored() -> None:
    configuration = load(ENVIRONMENT)
    identity = who(configuration, authorization=f"Bearer {token_of()}", kubeflow_userid=ANN)
    assert identity.call.caller.person == ANN
    assert isinstance(why_not(configuration, authorization=f"Bearer {token_of()}"), Unauthenticated)


def test_a_service_account_has_its_scopes_and_is_nobody(configuration: Configuration) -> None:
    token = service_account(Scope.READ, Scope.AUDIT)
    caller = who(configuration, "203.0.113.7", authorization=f"Bearer {token}").call.caller
    assert (caller.actor, caller.person) == ("token:robot", None)
    assert caller.scopes == {Scope.READ, Scope.AUDIT}
    assert not caller.is_administrator
    assert Token.objects.get().last_used_at == NOW


def test_a_revoked_or_wrong_token_is_refused(configuration: Configuration) -> None:
    token = service_account(Scope.READ)
    assert isinstance(why_not(configuration, authorization=f"Bearer {token}x"), Unauthenticated)
    revoke_token(Call(SYSTEM, NOW, Policy()), "robot")
    assert isinstance(why_not(configuration, authorization=f"Bearer {token}"), Unauthenticated)


def test_a_token_is_not_valid_after_its_end(configuration: Configuration) -> None:
    token = service_account(Scope.READ)
    Token.objects.update(expires_at=NOW)
    assert isinstance(why_not(configuration, authorization=f"Bearer {token}"), Unauthenticated)


def test_acting_for_somebody_needs_the_scope_and_an_active_person(
    configuration: Configuration,
) -> None:
    who(configuration, kubeflow_userid="root@example.com")
    token = f"Bearer {service_account(Scope.ACT_FOR, Scope.READ)}"
    caller = who(configuration, authorization=token, x_acting_for="root@example.com").call.caller
    assert (caller.actor, caller.person) == ("token:robot", "root@example.com")
    assert not caller.is_administrator
    for nobody in ["", "nobody", "ann\x00", "ann\udcff"]:
        refused = why_not(configuration, authorization=token, x_acting_for=nobody)
        assert isinstance(refused, Forbidden)
    User.objects.update(active=False)
    refused = why_not(configuration, authorization=token, x_acting_for="root@example.com")
    assert isinstance(refused, Forbidden)


def test_acting_for_somebody_without_the_scope_is_refused(configuration: Configuration) -> None:
    who(configuration, kubeflow_userid=ANN)
    token = f"Bearer {service_account(Scope.USERS)}"
    assert isinstance(why_not(configuration, authorization=token, x_acting_for=ANN), Forbidden)


def test_a_person_acts_for_nobody_else(configuration: Configuration) -> None:
    refused = why_not(configuration, kubeflow_userid=ANN, x_acting_for="root@example.com")
    assert isinstance(refused, Forbidden)
    bearer = f"Bearer {token_of()}"
    refused = why_not(configuration, authorization=bearer, x_acting_for="root@example.com")
    assert isinstance(refused, Forbidden)


def test_acting_for_another_than_the_header_names_is_refused(configuration: Configuration) -> None:
    who(configuration, kubeflow_userid=ANN)
    token = f"Bearer {service_account(Scope.ACT_FOR)}"
    headers = {"authorization": token, "x_acting_for": ANN}
    assert who(configuration, **headers, kubeflow_userid=ANN).call.caller.acting_for == ANN
    refused = why_not(configuration, **headers, kubeflow_userid="bob@example.com")
    assert isinstance(refused, Unauthenticated)


class Issuer:
    """A server of a key set."""

    def __init__(self) -> None:
        self.keys = [public(KEY, "one")]
        self.fetches = 0
        self.is_away = False

    def fetch(self, url: str) -> bytes:
        self.fetches += 1
        if self.is_away:
            raise OSError
        return json.dumps({"keys": self.keys}).encode()


def test_fetched_keys_are_cached_and_read_again_for_an_unknown_key_id() -> None:
    issuer = Issuer()
    keys = KeySet("https://issuer.example/keys", issuer.fetch)
    for _ in range(3):
        assert keys.key("one", NOW) is not None
    assert issuer.fetches == 1
    issuer.keys.append(public(OTHER_KEY, "two"))
    assert keys.key("two", NOW + timedelta(minutes=1)) is not None
    assert issuer.fetches == 2


def test_key_ids_that_nobody_knows_do_not_make_a_fetch_for_each_request() -> None:
    issuer = Issuer()
    keys = KeySet("https://issuer.example/keys", issuer.fetch)
    for number in range(20):
        assert keys.key(f"made-up-{number}", NOW) is None
    assert issuer.fetches == 1


def test_an_issuer_that_is_away_leaves_the_known_keys_in_use() -> None:
    issuer = Issuer()
    keys = KeySet("https://issuer.example/keys", issuer.fetch)
    assert keys.key("one", NOW) is not None
    issuer.is_away = True
    assert keys.key("one", NOW + timedelta(hours=2)) is not None


def test_who_has_a_known_key_does_not_wait_for_a_slow_issuer() -> None:
    issuer, asked, may_answer = Issuer(), threading.Event(), threading.Event()

    def fetch_slowly(url: str) -> bytes:
        asked.set()
        may_answer.wait()
        return issuer.fetch(url)

    keys = KeySet("https://issuer.example/keys", issuer.fetch)
    keys.key("one", NOW)
    keys.fetch = fetch_slowly
    with ThreadPoolExecutor(3) as pool:
        stranger = pool.submit(keys.key, "made-up", NOW + timedelta(minutes=1))
        asked.wait()
        try:
            for later in (timedelta(minutes=1), timedelta(hours=2)):
                assert pool.submit(keys.key, "one", NOW + later).result(timeout=30) is not None
        finally:
            may_answer.set()
        assert stranger.result() is None


def test_an_issuer_that_was_never_there_is_an_error_that_passes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    issuer = Issuer()
    issuer.is_away = True
    keys = KeySet("https://issuer.example/keys", issuer.fetch)
    for _ in range(20):
        with pytest.raises(Unavailable):
            keys.key("one", NOW)
    assert issuer.fetches == 1
    assert caplog.messages == ["JWT_KEYS cannot be read: OSError"]


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"[" * 100_000,
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": [1]}]}',
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "none"}]}',
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0c2VjcmV0", "alg": "HS256", "kid": [1]}]}',
    ],
    ids=lambda text: text[:9].decode(),
)
def test_what_is_no_key_set_is_an_error_that_passes(text: bytes) -> None:
    keys = KeySet("https://issuer.example/keys", lambda _: text)
    with pytest.raises(Unavailable):
        keys.key("one", NOW)
