"""The database and the server of the demonstration."""

import threading
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import run
from django.core.wsgi import get_wsgi_application

from user_manager.demo.cluster import answer_once, answer_until
from user_manager.demo.identity import allow_development_identity
from user_manager.demo.sample import Sample
from user_manager.identity import clock


def prepare() -> None:
    """Make the tables and the sample data."""
    call_command("migrate", verbosity=0, interactive=False)
    now = clock.now()
    policy = settings.USER_MANAGER.policy
    sample = Sample(now, policy)
    sample.make()
    answer_once(now - timedelta(days=58), policy)
    sample.make_accesses()
    answer_once(now, policy)


def serve(address: str, port: int, on_bind: Callable[[str], None]) -> None:
    """Serve until KeyboardInterrupt, while the stand-in for the cluster answers.

    Args:
        on_bind: is given the port when the server listens.
    """
    stopped = threading.Event()
    allow_development_identity()
    policy = settings.USER_MANAGER.policy
    cluster = threading.Thread(target=answer_until, args=(stopped, policy), daemon=True)
    cluster.start()
    try:
        run(address, port, get_wsgi_application(), threading=True, on_bind=on_bind)
    finally:
        stopped.set()
        cluster.join()
