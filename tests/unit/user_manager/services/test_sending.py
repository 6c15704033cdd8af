"""Notices reach the webhook once, signed; a receiver that fails or lies holds up nothing."""

import hashlib
import hmac
import logging
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from service_world import ANN, NOW, OLGA, SYSTEM_MODULE, approve, ask, by, events
from webhook_receiver import Receiver, receiving

from connections.certificates import Authority
from user_manager.configuration import Configuration, ConfigurationError, load
from user_manager.models import Notice
from user_manager.services import sending
from user_manager.services.sending import (
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    SendCount,
    Webhook,
    forget_old_notices,
    send_notices,
)

pytestmark = pytest.mark.django_db

SECRET = "correct horse"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def access(system: object) -> str:
    """Make two notices: a request and its approval."""
    requested = ask(ANN, SYSTEM_MODULE, call=by(ANN, notices=True))
    return approve(requested, by(OLGA, notices=True)).id


def configured(receiver: Receiver, **settings: str) -> Configuration:
    variables = {"webhook_url": receiver.url, "webhook_secret": SECRET, **settings}
    named = {f"USER_MANAGER_{name.upper()}": value for name, value in variables.items()}
    return load({"USER_MANAGER_SECRET_KEY": "x", **named})


def send(receiver: Receiver, now: datetime = NOW, **settings: str) -> SendCount:
    with Webhook.of(configured(receiver, **settings)) as webhook:
        assert webhook is not None
        return send_notices(webhook, lambda: now)


@pytest.mark.usefixtures("access")
def test_notices_are_sent_once_and_in_order(receiver: Receiver) -> None:
    assert send(receiver) == SendCount(sent=2, failed=0)
    assert send(receiver) == SendCount(sent=0, failed=0)
    assert receiver.kinds == ["requested", "decided"]
    assert set(Notice.objects.values_list("sent_at", flat=True)) == {NOW}


@pytest.mark.usefixtures("access")
def test_the_receiver_can_verify_who_sent_it_and_when(receiver: Receiver) -> None:
    send(receiver)
    delivery = receiver.deliveries[0]
    timestamp = delivery.headers["x-user-manager-timestamp"]
    assert timestamp == str(int(NOW.timestamp()))
    signed = hmac.new(SECRET.encode(), timestamp.encode() + b"." + delivery.body, hashlib.sha256)
    assert delivery.headers["x-user-manager-signature"] == f"sha256={signed.hexdigest()}"
    assert delivery.headers["content-type"] == "application/json"
    assert delivery.path == "/hook?key=hunter2"


def test_a_notice_has_an_id_and_a_link_to_the_access(receiver: Receiver, access: str) -> None:
    send(receiver, public_url="https://portal.example/")
    first, second = (delivery.content for delivery in receiver.deliveries)
    assert first["url"] == f"https://portal.example/accesses/{access}"
    assert first["id"] != second["id"]


@pytest.mark.usefixtures("access")
@pytest.mark.parametrize("status", [300, 302, 400, 404, 410, 429, 500, 503])
def test_another_status_than_success_is_tried_again_later(receiver: Receiver, status: int) -> None:
    receiver.status = status
    receiver.headers = {"Location": receiver.url, "Retry-After": "99999999999"}
    assert send(receiver) == SendCount(sent=0, failed=1)
    assert len(receiver.deliveries) == 1  # no redirect is followed, and the rest waits
    receiver.status = 204
    assert send(receiver, NOW + timedelta(seconds=30)) == SendCount(sent=2, failed=0)
    assert sorted(receiver.kinds[1:]) == ["decided", "requested"]


@pytest.mark.usefixtures("access")
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff\xfe",
        b"HTTP/1.1 999999 \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_a_failure(receiver: Receiver, raw: bytes) -> None:
    receiver.raw = raw
    assert send(receiver) == SendCount(sent=0, failed=1)


@pytest.mark.usefixtures("access")
def test_the_body_of_the_answer_is_not_read(receiver: Receiver) -> None:
    receiver.raw = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx"
    assert send(receiver) == SendCount(sent=2, failed=0)


@pytest.mark.usefixtures("access")
def test_a_receiver_that_never_answers_is_left(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_SECONDS", 0.05)
    released = threading.Event()
    receiver.hold = released.wait  # type: ignore[assignment]
    assert send(receiver) == SendCount(sent=0, failed=1)
    released.set()


@pytest.mark.usefixtures("access")
def test_attempts_wait_longer_and_longer_and_end(receiver: Receiver) -> None:
    receiver.status = 500
    Notice.objects.filter(kind="decided").delete()
    pauses = []
    times = [NOW]
    with Webhook.of(configured(receiver)) as webhook:
        assert webhook is not None
        while Notice.objects.filter(given_up_at=None).exists():
            assert send_notices(webhook, lambda: times[-1]) == SendCount(sent=0, failed=1)
            next_attempt = Notice.objects.get().next_attempt_at
            pauses.append(next_attempt - times[-1])
            times.append(next_attempt - timedelta(seconds=1))
            assert send_notices(webhook, lambda: times[-1]) == SendCount(sent=0, failed=0)
            times.append(next_attempt)
    assert len(receiver.deliveries) == MOST_ATTEMPTS
    assert pauses[:3] == [timedelta(seconds=seconds) for seconds in (30, 60, 120)]
    assert max(pauses) == LONGEST_PAUSE
    assert send(receiver, times[-1] + timedelta(days=1)) == SendCount(sent=0, failed=0)


@pytest.mark.usefixtures("access")
def test_while_a_notice_is_sent_it_is_locked_for_nobody_and_sent_by_nobody_else(
    receiver: Receiver,
) -> None:
    counts: list[SendCount] = []

    def decide_meanwhile() -> None:
        if len(receiver.deliveries) == 1:
            reached.set()
            assert released.wait(20)

    reached, released = threading.Event(), threading.Event()
    receiver.hold = decide_meanwhile
    with Webhook.of(configured(receiver)) as webhook, ThreadPoolExecutor(1) as pool:
        assert webhook is not None
        notice = sending._claim(NOW)
        assert notice is not None
        delivered = pool.submit(webhook.deliver, notice, NOW)
        assert reached.wait(20)
        counts.append(send_notices(webhook, lambda: NOW))
        released.set()
        assert delivered.result() == ""
    assert counts == [SendCount(sent=1, failed=0)]
    assert receiver.kinds == ["requested", "decided"]


@pytest.mark.usefixtures("access")
def test_a_notice_of_a_process_that_died_is_sent_by_another_one(receiver: Receiver) -> None:
    assert sending._claim(NOW) is not None
    assert send(receiver) == SendCount(sent=1, failed=0)
    assert send(receiver, NOW + timedelta(minutes=2)) == SendCount(sent=1, failed=0)


@pytest.mark.usefixtures("access")
def test_neither_address_nor_secret_nor_names_are_logged(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    receiver.status = 500
    send(receiver)
    receiver.raw = b"hunter2 " + SECRET.encode()
    send(receiver, NOW + timedelta(hours=1))
    with Webhook.of(configured(receiver)) as webhook:
        text = caplog.text + repr(webhook)
    ours = [line for line in text.splitlines() if "httpx2" not in line]  # silent by the settings
    assert "status 500" in caplog.text
    for secret in ("hunter2", SECRET, ANN):
        assert secret not in "\n".join(ours)


@pytest.mark.usefixtures("access")
def test_a_receiver_that_is_away_fails_no_decision() -> None:
    with receiving() as gone:
        pass
    assert send(gone) == SendCount(sent=0, failed=1)
    assert events(user=ANN) == ["requested", "approved"]


@pytest.mark.usefixtures("access")
def test_certificates_are_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority()
    identity = authority.issue("receiver", "127.0.0.1")
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    (tmp_path / "tls.pem").write_bytes(identity.certificate + identity.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")
    with receiving(context) as receiver:
        assert send(receiver) == SendCount(sent=0, failed=1)
        assert receiver.deliveries == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert send(receiver, NOW + timedelta(hours=1)) == SendCount(sent=2, failed=0)


@pytest.mark.usefixtures("access")
@pytest.mark.parametrize("form", ["slack", "mattermost", "teams"])
def test_a_chat_gets_a_message_with_the_names(receiver: Receiver, form: str) -> None:
    send(receiver, webhook_format=form)
    bodies = [delivery.body.decode() for delivery in receiver.deliveries]
    assert ANN in bodies[0]
    assert OLGA in bodies[0]  # who has to decide
    assert "approved" in bodies[1]


@pytest.mark.usefixtures("access")
def test_sent_notices_are_forgotten_after_thirty_days(receiver: Receiver) -> None:
    send(receiver)
    forget_old_notices(NOW + timedelta(days=30))
    assert Notice.objects.count() == 2
    forget_old_notices(NOW + timedelta(days=31))
    assert Notice.objects.count() == 0


@pytest.mark.usefixtures("access")
def test_notices_that_wait_are_kept() -> None:
    forget_old_notices(NOW + timedelta(days=31))
    assert Notice.objects.count() == 2


def test_without_a_webhook_there_is_nothing_to_send_to() -> None:
    with Webhook.of(load({"USER_MANAGER_SECRET_KEY": "x"})) as webhook:
        assert webhook is None


@pytest.mark.parametrize("address", ["hunter2", "ftp://hunter2/", "https://", "https:hunter2"])
def test_an_address_that_is_none_stops_the_start_and_is_not_shown(address: str) -> None:
    with pytest.raises(ConfigurationError, match="USER_MANAGER_WEBHOOK_URL") as caught:
        configured(Receiver(address))
    assert "hunter2" not in str(caught.value)
