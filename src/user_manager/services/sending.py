"""Sending the notices of the outbox to the webhook.

A notice is claimed in a short transaction and sent outside of it, so that a slow receiver holds no
lock. Who claims it has it alone for a while; if the process dies meanwhile, it is sent again, so
that receivers compare the id.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Self

import httpx2
from django.db import transaction
from django.db.models import Q

from user_manager.configuration import Configuration
from user_manager.domain.webhook_messages import WebhookFormat, webhook_body, webhook_signature
from user_manager.models import Notice

MOST_ATTEMPTS: Final = 12
LONGEST_PAUSE: Final = timedelta(hours=1)
_FIRST_PAUSE: Final = timedelta(seconds=30)
_CLAIMED_FOR: Final = timedelta(minutes=2)
_KEPT_FOR: Final = timedelta(days=30)
_SECONDS: Final = 30.0  # for one notice, whatever the receiver does
WAITING: Final = Q(sent_at__isnull=True, given_up_at__isnull=True)
"""The condition for notices that will be sent."""

_log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where notices go.

    Attributes:
        url: the address, which may contain a secret.
        secret: what bodies are signed with.
        public_url: the address of the pages, for links; '' if it is not known.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)
    form: WebhookFormat
    public_url: str
    client: httpx2.Client = field(repr=False)

    @classmethod
    @contextmanager
    def of(cls, configuration: Configuration) -> Iterator[Self | None]:
        """Connect to the webhook of the settings; None if there is none.

        Certificates are verified and redirects are not followed.
        """
        url = configuration.webhook_url.get_secret_value()
        if not url:
            yield None
            return
        headers = {"Content-Type": "application/json", "User-Agent": "user-manager"}
        with httpx2.Client(timeout=10, headers=headers, follow_redirects=False) as client:
            secret = configuration.webhook_secret.get_secret_value()
            public_url = configuration.public_url.rstrip("/")
            yield cls(url, secret, configuration.webhook_format, public_url, client)

    def deliver(self, notice: Notice, now: datetime) -> str:
        """Send a notice; return '' if the receiver took it, else why not."""
        link = f"{self.public_url}/accesses/{notice.access}" if self.public_url else ""
        body = webhook_body({"id": notice.pk, **notice.payload, "url": link}, self.form)
        timestamp = str(int(now.timestamp()))
        headers = {
            "X-User-Manager-Timestamp": timestamp,
            "X-User-Manager-Signature": webhook_signature(self.secret, timestamp, body),
        }
        answers: SimpleQueue[str] = SimpleQueue()
        # A thread, because time limits of the client are for each wait: a receiver that sends a
        # byte now and then would hold up everything.
        Thread(target=lambda: answers.put(self._post(body, headers)), daemon=True).start()
        try:
            return answers.get(timeout=_SECONDS)
        except Empty:
            return "no answer in time"

    def _post(self, body: bytes, headers: dict[str, str]) -> str:
        """Return '' for a status of success. The body of the answer is not read."""
        try:
            with self.client.stream("POST", self.url, content=body, headers=headers) as response:
                return "" if response.is_success else f"status {response.status_code}"
        except Exception as error:  # noqa: BLE001 - whatever a receiver does is a failed attempt
            return type(error).__name__  # without its message, which has the address


@dataclass(frozen=True, slots=True)
class SendCount:
    """How many notices were sent, and how many failed and wait for another attempt."""

    sent: int
    failed: int


def send_notices(webhook: Webhook, clock: Clock) -> SendCount:
    """Send the notices that are due, until one fails: then the receiver is probably away."""
    sent = 0
    while (notice := _claim(clock())) is not None:
        problem = webhook.deliver(notice, clock())
        if problem:
            _keep_for_later(notice, problem, clock())
            return SendCount(sent, 1)
        Notice.objects.filter(pk=notice.pk).update(sent_at=clock())
        sent += 1
    return SendCount(sent, 0)


def _claim(now: datetime) -> Notice | None:
    """Return the next notice that is due, which no other process sends for a while."""
    due = Notice.objects.filter(WAITING, next_attempt_at__lte=now).order_by("next_attempt_at", "id")
    with transaction.atomic():
        notice = due.select_for_update(skip_locked=True).first()
        if notice is not None:
            notice.attempts += 1
            notice.next_attempt_at = now + _CLAIMED_FOR
            notice.save(update_fields=["attempts", "next_attempt_at"])
        return notice


def _keep_for_later(notice: Notice, problem: str, now: datetime) -> None:
    given_up = notice.attempts >= MOST_ATTEMPTS
    after = "given up" if given_up else "another attempt follows"
    _log.warning("notice %s was not sent (%s): %s", notice.pk, problem, after)
    pause = min(LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (notice.attempts - 1))
    Notice.objects.filter(pk=notice.pk).update(
        next_attempt_at=now + pause, given_up_at=now if given_up else None
    )


def forget_old_notices(now: datetime) -> None:
    """Delete notices that were sent, or given up, long ago."""
    Notice.objects.filter(created_at__lt=now - _KEPT_FOR).exclude(WAITING).delete()
