"""The source `portal`: people whose access to a profile was approved in a User Manager."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from profiles_management.pmr import documents
from profiles_management.pmr.origins import USER_MANAGER
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import Clock
from profiles_management.sources import Document, SourceReport, Trust, answer_data

if TYPE_CHECKING:
    from profiles_management.portal.user_manager_client import UserManager

_SECONDS: Final = 60.0


@dataclass(slots=True)
class UserManagerSource:
    """A User Manager. It adds contributors to open profiles, and gets an answer after each apply.

    It is not trusted, and defines no profile. So while it cannot be read, it delays nobody's
    revocation, and people keep what it gave them.

    Attributes:
        url: its address, for people.
        connect: returns a client, which is closed after each use.
        trust: how many profiles and people its document may have; it has no patterns for names.
        seconds: for reading it, and for the answer: a slow one delays the run.
    """

    url: str
    connect: Callable[[], AbstractContextManager["UserManager"]]
    trust: Trust
    clock: Clock
    seconds: float = _SECONDS
    is_configured: bool = True
    is_trusted: bool = field(default=False, init=False)
    wants_catalogue: bool = field(default=True, init=False)
    _is_received: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        """The source's name. A User Manager at another address is the same source."""
        return USER_MANAGER

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"User Manager {self.url}"

    def read(self, rules: Rules) -> Document:
        """Return the approved access as additions to profiles of other sources.

        Raises:
            TargetError: the User Manager cannot be read.
            DocumentError: its document is not valid, defines a profile, or has too many people.
        """
        with self.connect() as client:
            published = client.published(deadline=self._deadline())
        self._is_received = True
        restricted = self.trust.restrict(rules)
        pmr = documents.loads(published.content, name=self.label, rules=restricted, additions=True)
        return Document(pmr, published.revision)

    def answer(self, report: SourceReport) -> None:
        """Send the report on the document; nothing where there was none.

        A report that is too large is sent without the catalogue, of which the User Manager then
        keeps the last one.

        Raises:
            TargetError: it was not taken, or only without the catalogue.
        """
        # the other sources do not need it
        from profiles_management.portal.user_manager_errors import AnswerTooLarge  # noqa: PLC0415

        if not self._is_received:
            return
        with self.connect() as client:
            try:
                client.send_answer(answer_data(report), deadline=self._deadline())
            except AnswerTooLarge:
                smaller = answer_data(replace(report, catalogue=None))
                client.send_answer(smaller, deadline=self._deadline())
                raise

    def _deadline(self) -> float:
        return self.clock.monotonic() + self.seconds
