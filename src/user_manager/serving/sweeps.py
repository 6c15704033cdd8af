"""The sweep: what the clock has ended is written down, and notices are sent."""

import logging
from datetime import timedelta
from queue import Empty

from django.db import DatabaseError, close_old_connections

from user_manager.configuration import Configuration
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.identity import clock
from user_manager.services.announcing import announce
from user_manager.services.publishing import forget_old_revisions
from user_manager.services.sending import Webhook, forget_old_notices, send_notices
from user_manager.services.sweeping import sweep
from user_manager.serving.stop_signals import stop_signals

_log = logging.getLogger(__name__)


def sweep_once(configuration: Configuration) -> None:
    """Do one round.

    Raises:
        DatabaseError: the database is away.
    """
    with Webhook.of(configuration) as webhook:
        _round(configuration, webhook)


def sweep_until_stopped(configuration: Configuration, every: timedelta) -> None:
    """Do a round again and again until SIGTERM or SIGINT. It survives a database that is away.

    Args:
        every: the pause between two rounds.
    """
    with stop_signals() as signals, Webhook.of(configuration) as webhook:
        while True:
            try:
                _round(configuration, webhook)
            except DatabaseError as error:
                _log.warning("the sweep waits for the database (%s)", type(error).__name__)
            close_old_connections()
            try:
                signals.get(timeout=every.total_seconds())
            except Empty:
                continue
            return


def _round(configuration: Configuration, webhook: Webhook | None) -> None:
    call = Call(SYSTEM, clock.now(), configuration.policy)
    ended = sweep(call)
    announced = announce(call)
    forget_old_notices(call.now)
    forget_old_revisions(call.now)
    _log.info("sweep: %d accesses and requests ended, %d end soon", ended, announced)
    if webhook is not None:
        count = send_notices(webhook, clock.now)
        _log.info("notices: %d sent, %d failed", count.sent, count.failed)
