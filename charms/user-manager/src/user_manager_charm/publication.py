"""The way between the workload and the relation `profiles`: accesses out, the cluster's answer in.

The leader does both in each event. An equal document is not written again, and the workload takes
an equal answer again, so nothing has to be remembered.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

import ops

from charms.profiles_management.v0.profiles_management import (
    ProfilesProvider,
    PublishError,
    Report,
)
from user_manager_charm.cluster_token import TokenMaker
from user_manager_charm.kept_secret import KeptSecret
from user_manager_charm.not_ready import blocked, waiting
from user_manager_charm.portal import Portal, PortalAway, PortalError, TokenRefused, UnknownRevision

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Publication:
    """Publishes the approved accesses and hands over the cluster's answer.

    Args:
        portal: the workload.
        profiles: the relation.
        kept: where the token for the workload is kept.
        make_token: makes a token in the workload, in place of the last one.
    """

    def __init__(
        self, portal: Portal, profiles: ProfilesProvider, kept: KeptSecret, make_token: TokenMaker
    ) -> None:
        self._portal = portal
        self._profiles = profiles
        self._kept = kept
        self._make_token = make_token

    def exchange(self) -> bool:
        """Hand over the last answer, then publish; return whether any access is published.

        In this order, because a new catalogue may allow more accesses.

        Raises:
            NotReady: the workload does not answer, or not as it should.
        """
        try:
            for report in self._profiles.reports:
                self._hand_over(report)
            document = self._with_token(self._portal.document)
            self._profiles.publish(document.text)
        except PortalAway as error:
            raise waiting(f"{error}; the next event tries again") from None
        except TokenRefused as error:
            raise blocked(f"user-manager refuses a new token: {error}") from None
        except (PortalError, PublishError) as error:
            raise blocked(str(error)) from None
        return document.profiles > 0

    def _hand_over(self, report: Report) -> None:
        try:
            self._with_token(lambda token: self._portal.report(token, report.data()))
        except UnknownRevision:
            logger.info("the report is about another revision; the next one follows")

    def _with_token(self, request: Callable[[str], T]) -> T:
        """Send a request, with a new token if there is none or it is refused."""
        token = self._kept.read()
        if token:
            try:
                return request(token)
            except TokenRefused:
                logger.info("the token of the charm is not valid any more")
        token = self._make_token()
        self._kept.write(token)
        return request(token)


def status(profiles: ProfilesProvider) -> ops.StatusBase:
    """Return the status of the published accesses in the cluster, without names of people."""
    report = profiles.report
    if report is None or not report.is_current:
        return ops.ActiveStatus("accesses published; not applied yet")
    if report.problem:
        return ops.BlockedStatus(f"{report.app}: {report.problem}")
    if report.failed:
        return ops.BlockedStatus(f"{report.app}: {len(report.failed)} failed: {_names(report)}")
    parts = [f"{_count(len(report.applied), 'profile')} applied"]
    if report.pending:
        parts.append(f"{len(report.pending)} pending")
    if report.refused:
        parts.append(f"{_count(len(report.refused), 'person', 'people')} refused")
    if report.catalogue_problem:
        parts.append(f"no catalogue: {report.catalogue_problem}")
    return ops.ActiveStatus(", ".join(parts))


def _count(number: int, singular: str, plural: str = "") -> str:
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"


def _names(report: Report) -> str:
    names = sorted(report.failed)
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")  # noqa: PLR2004
