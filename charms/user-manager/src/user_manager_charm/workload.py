"""The container of the workload: its services, and commands in it."""

import logging
from collections.abc import Iterable, Mapping

import ops
import ops.pebble

from user_manager_charm import layer
from user_manager_charm.not_ready import NotReady, blocked, waiting

CONTAINER = "user-manager"
COMMAND = "user-manager"

logger = logging.getLogger(__name__)

_SOON = 30.0  # seconds for a command
_MIGRATION = 600.0  # seconds; a hook waits for it
_RESTART = 60.0  # seconds; longer than the services may take to stop
_AWAY = (ops.pebble.APIError, ops.pebble.ConnectionError, ops.pebble.TimeoutError)
_LONGEST = 200  # characters of an output in a message


class CommandError(Exception):
    """A command in the container failed. The message has no secret in it."""


class Workload:
    """The services of the User Manager.

    Args:
        container: the container.
        environment: of every process.
        secrets: the texts that no message may contain.
        files: the texts of files that the environment names, by path.
    """

    def __init__(
        self,
        container: ops.Container,
        environment: Mapping[str, str],
        secrets: Iterable[str],
        files: Mapping[str, str],
    ) -> None:
        self._container = container
        self._environment = environment
        self._secrets = tuple(secrets)
        self._files = files

    def start(self) -> None:
        """Run the services with this environment, on a database with all migrations.

        Each unit migrates: Kubernetes upgrades one after the other, and waits until the first one
        is ready. Units that start at once wait for each other in the workload.

        Raises:
            NotReady: the container or Pebble does not answer, or a command fails.
        """
        wanted = layer.layer(self._environment)
        try:
            self._write_files()
            if not self._runs(wanted):
                self._migrate()
            self._container.add_layer(layer.LABEL, wanted, combine=True)
            self._container.pebble.replan_services(timeout=_RESTART)
        except ops.pebble.ChangeError as error:
            logger.warning("the services do not start: %s", self._hidden(error.err))
            raise blocked("user-manager does not start; see juju debug-log") from None
        except ops.pebble.PathError as error:
            raise blocked(f"a file in the container cannot be written: {error.kind}") from None
        except _AWAY:
            raise _away() from None

    def run(self, *arguments: str, patience: float = _SOON) -> str:
        """Run the command `user-manager` and return its output.

        Raises:
            CommandError: it fails, or takes too long.
        """
        try:
            process = self._container.exec(
                [COMMAND, *arguments],
                environment=dict(self._environment),
                timeout=patience,
            )
            return process.wait_output()[0]
        except ops.pebble.ExecError as error:
            lines = str(error.stderr or error.stdout or "").strip().splitlines()
            last = self._hidden(lines[-1]) if lines else f"exit code {error.exit_code}"
            raise CommandError(last) from None
        except (ops.pebble.Error, TimeoutError):
            raise CommandError("the container does not answer") from None

    def _write_files(self) -> None:
        """Write the files; a service reads them when it connects, so it need not restart."""
        for path, text in self._files.items():
            content = text.encode(errors="replace")  # others wrote it
            self._container.push(path, content, permissions=0o640, make_dirs=True)

    def _migrate(self) -> None:
        try:
            self.run("migrate", patience=_MIGRATION)
        except CommandError as error:
            logger.warning("user-manager migrate: %s", error)
            raise blocked(f"user-manager migrate: {error}") from None

    def _runs(self, wanted: ops.pebble.Layer) -> bool:
        """Whether the services run as wanted, on a database with all migrations."""
        planned = self._container.get_plan().services
        if any(planned.get(name) != service for name, service in wanted.services.items()):
            return False
        running = self._container.get_services(*layer.SERVICES).values()
        checks = self._container.get_checks(layer.READY).values()
        return all(service.is_running() for service in running) and all(
            check.status == ops.pebble.CheckStatus.UP for check in checks
        )

    def _hidden(self, text: str) -> str:
        """Return a text in one line, without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        line = " ".join(text.split())
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def stop(container: ops.Container) -> None:
    """Stop the services, where there are any.

    Raises:
        NotReady: Pebble does not answer.
    """
    try:
        names = [
            name
            for name, service in container.get_services(*layer.SERVICES).items()
            if service.is_running()
        ]
        if names:
            container.pebble.stop_services(names, timeout=_RESTART)
    except (ops.pebble.ChangeError, *_AWAY):
        raise _away() from None


def check(container: ops.Container) -> None:
    """Look at the checks of the services.

    Raises:
        NotReady: one is down, or Pebble does not answer.
    """
    try:
        checks = container.get_checks().values()
    except _AWAY:
        raise _away() from None
    down = sorted(check.name for check in checks if check.status == ops.pebble.CheckStatus.DOWN)
    if down:
        raise waiting(f"user-manager is not ready: check {', '.join(down)}")


def _away() -> NotReady:
    return waiting("waiting for Pebble in the container")
