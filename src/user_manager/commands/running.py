"""`user-manager serve`, `grpc`, `migrate`, `check` and `sweep`."""

import sys
from contextlib import nullcontext
from datetime import timedelta
from typing import Annotated

import typer
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from user_manager.commands.migration_lock import migration_lock
from user_manager.domain.errors import Invalid
from user_manager.serving.grpc_process import grpc_process
from user_manager.serving.shared_metrics import has_shared_metrics, shared_metrics
from user_manager.serving.sweeps import sweep_once, sweep_until_stopped

Seconds = Annotated[
    int,
    typer.Option("--every", min=0, help="Repeat after this many seconds (default: once)."),
]

_WITHOUT_TLS = (
    "USER_MANAGER_PUBLIC_URL begins with http:, so cookies are sent without TLS. Use https."
)

WithGrpc = Annotated[bool, typer.Option("--with-grpc", help="Serve gRPC too.")]


def serve(with_grpc: WithGrpc = False) -> None:  # noqa: FBT002 - a flag
    """Serve the pages and the REST API until SIGTERM."""
    with shared_metrics(), grpc_process() if with_grpc else nullcontext():
        from user_manager.serving.http_server import serve as serve_http  # noqa: PLC0415

        serve_http(settings.USER_MANAGER)


def grpc() -> None:
    """Serve gRPC until SIGTERM."""
    from user_manager.serving import metrics_port  # noqa: PLC0415 - metrics come first
    from user_manager.serving.grpc_server import serve as serve_grpc  # noqa: PLC0415

    if not has_shared_metrics():
        metrics_port.start(settings.USER_MANAGER.metrics_port)
    serve_grpc(settings.USER_MANAGER)


def migrate() -> None:
    """Create or update the tables of the database. Several at once wait for each other."""
    with migration_lock():
        call_command("migrate", interactive=False)


def check() -> None:
    """Check the settings for production. Exit code 1 with what is wrong."""
    try:
        call_command("check", deploy=True, fail_level="WARNING")
        call_command("migrate", check_unapplied=True)
    except SystemCheckError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    if not settings.CSRF_COOKIE_SECURE:
        raise Invalid(_WITHOUT_TLS)


def sweep(every: Seconds = 0) -> None:
    """Write down what the clock has ended, and send notices."""
    if every == 0:
        sweep_once(settings.USER_MANAGER)
    else:
        sweep_until_stopped(settings.USER_MANAGER, timedelta(seconds=every))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (serve, grpc, migrate, check, sweep):
        app.command()(command)
