"""Running the exec plugin of a kubeconfig's user.

Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ and exec.go of
k8s.io/client-go/plugin/pkg/client/auth/exec. Unlike there, a plugin has a time limit, and its error
output is shown without credentials.
"""

import base64
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry
from profiles_management.kubeflow.cluster.kubeconfig.exec_plugin import ALWAYS, NEVER, Plugin
from profiles_management.kubeflow.cluster.kubeconfig.issued import Issued, issued, repeatable
from profiles_management.kubeflow.cluster.kubeconfig.kubeconfig_files import typed
from profiles_management.kubeflow.cluster.kubeconfig.plugin_errors import (
    PluginErrors,
    is_terminal,
)
from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.kubeflow.cluster_errors import reason_of
from profiles_management.pmr.redaction import names_secret, redacted
from profiles_management.reconcile.lines import printable

PATIENCE = 30.0
PATIENCE_WITH_PEOPLE = 300.0  # a person may have to log in

_INFO = "KUBERNETES_EXEC_INFO"
_FOR_PLUGINS = "client.authentication.k8s.io/exec"
_LARGEST = 1024 * 1024
_PIECE = 65536
_LOOK = 0.2  # seconds without output before we check whether the program has ended


def run(plugin: Plugin, server: Server, *, patience: float = PATIENCE) -> Issued:
    """Run a plugin once and return what it prints.

    Args:
        plugin: the plugin.
        server: the server to describe to the plugin, if it asks for that.
        patience: the time limit in seconds for a plugin that cannot ask anybody.

    Raises:
        ClusterError: it is not installed, fails, takes too long, or prints something else.
    """
    interactive = _is_interactive(plugin)
    program = _program(plugin)
    environment = dict(os.environ) | dict(plugin.environment)
    secrets = _secrets(plugin, environment)
    environment[_INFO] = json.dumps(_information(plugin, server, interactive=interactive))
    run = _Run(plugin, PluginErrors(secrets, interactive=interactive), interactive=interactive)
    if interactive:
        patience = PATIENCE_WITH_PEOPLE
    return issued(plugin, run.output(program, environment, patience))


def _is_interactive(plugin: Plugin) -> bool:
    if plugin.mode == NEVER:
        return False
    if is_terminal(sys.stdin):
        return True
    if plugin.mode == ALWAYS:
        raise plugin.refusal(
            "has to ask somebody (interactiveMode: Always), and there is no terminal."
        )
    return False


def _program(plugin: Plugin) -> str:
    """Return the path of the program; a bare name is searched in PATH."""
    program = shutil.which(plugin.command)
    if program is not None:
        return program
    if os.sep in plugin.command:
        _refuse_existing(plugin)
    hint = redacted(printable(plugin.hint)) or "Install it, or correct exec.command."
    raise plugin.refusal(f"is not installed. {hint}")


def _refuse_existing(plugin: Plugin) -> None:
    """Refuse a path that exists, although it cannot be run."""
    path = Path(plugin.command)
    if path.is_dir():
        raise plugin.refusal("is a folder.")
    if path.exists():
        raise plugin.refusal("is not executable. Allow it with: chmod +x")


# the input of the plugin


def _information(plugin: Plugin, server: Server, *, interactive: bool) -> Mapping[str, Any]:
    spec: dict[str, Any] = {"interactive": interactive}
    if plugin.informed:
        spec["cluster"] = {key: value for key, value in _cluster(server).items() if value}
        spec["cluster"] |= _configuration(server)
    return {"apiVersion": plugin.version, "kind": "ExecCredential", "spec": spec}


def _cluster(server: Server) -> Mapping[str, Any]:
    return {
        "server": server.url,
        "tls-server-name": server.name,
        "insecure-skip-tls-verify": server.insecure,
        "certificate-authority-data": base64.b64encode(server.ca).decode(),
        "proxy-url": server.proxy,
        "disable-compression": not server.compressed,
    }


def _configuration(server: Server) -> Mapping[str, Any]:
    """Return the cluster's configuration for plugins, which is an extension of its entry."""
    if server.entry is None:
        return {}
    for extension in server.entry.mappings("extensions"):
        if extension.fields.get("name") == _FOR_PLUGINS:
            return {"config": _content(extension)}
    return {}


def _content(extension: Entry) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(json.dumps(typed(extension.fields.get("extension"))))
    except (TypeError, ValueError):
        what = f"of the name {_FOR_PLUGINS} is not plain data."
        raise extension.refusal("extension", what) from None


# the program


class _Run:
    """One run of the program: its output up to a size, and its error output."""

    def __init__(self, plugin: Plugin, errors: PluginErrors, *, interactive: bool) -> None:
        self._plugin = plugin
        self._errors = errors
        self._interactive = interactive
        self._output = bytearray()

    def output(self, program: str, environment: Mapping[str, str], patience: float) -> bytes:
        deadline = time.monotonic() + patience
        late = f"did not end within {patience:.0f} s."
        with self._started(program, environment) as process:
            if not self._read(process, deadline):
                raise self._plugin.refusal(f"{late}{self._words(' It printed: ')}")
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:  # it has closed its outputs and runs on
                raise self._plugin.refusal(late) from None
        if process.returncode:
            raise self._plugin.refusal(self._failure(process.returncode))
        return bytes(self._output)

    @contextmanager
    def _started(
        self, program: str, environment: Mapping[str, str]
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start the program; an exception in the block ends it and all its processes."""
        try:
            process = subprocess.Popen(  # noqa: S603 - the kubeconfig names it, as for kubectl
                [self._plugin.command, *self._plugin.arguments],
                executable=program,
                env=environment,
                stdin=None if self._interactive else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=not self._interactive,
            )
        except (OSError, ValueError) as error:
            why = reason_of(error, "an argument contains a NUL character")
            raise self._plugin.refusal(f"cannot be run: {why}.") from None
        with process:
            try:
                yield process
            except BaseException:  # also Ctrl-C
                self._kill(process)
                raise

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(OSError):  # it has ended
            if self._interactive:
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)

    def _read(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        """Read until both outputs end; return false if the deadline passes before.

        An output that a child process keeps open ends with the program.
        """
        with selectors.DefaultSelector() as selector:
            for stream in (process.stdout, process.stderr):
                selector.register(stream, selectors.EVENT_READ)  # type: ignore[arg-type]
            while selector.get_map():
                # checked before reading, so that no output is lost
                ended = process.poll() is not None
                ready = selector.select(0 if ended else _LOOK)
                for key, _ in ready:
                    if not self._take(key.fileobj, key.fileobj is process.stdout):
                        selector.unregister(key.fileobj)
                if not ready:
                    self._errors.show_rest()
                    if ended:
                        break
                if time.monotonic() > deadline:
                    return False
        self._errors.show_rest()
        return True

    def _take(self, stream: Any, is_output: bool) -> bool:  # noqa: ANN401, FBT001 - a stream
        """Read the available output; return false at its end."""
        piece = os.read(stream.fileno(), _PIECE)
        if is_output:
            self._output += piece
            if len(self._output) > _LARGEST:
                raise self._plugin.refusal(
                    f"printed more than {_LARGEST // 1024} KiB, which is not a credential."
                )
        else:
            self._errors.add(piece)
        return bool(piece)

    def _failure(self, code: int) -> str:
        how = f"was ended by signal {-code}"
        if code > 0:
            how = f"ended with exit code {code}"
        return f"{how}{self._words(': ') or '.'}"

    def _words(self, before: str) -> str:
        return self._errors.after(before, repeatable(self._output))


def _secrets(plugin: Plugin, environment: Mapping[str, str]) -> frozenset[str]:
    """Return the secrets that must not be shown, by the names of variables and arguments."""
    values = {value for name, value in environment.items() if names_secret(name)}
    return frozenset(values.union(_secret_arguments(plugin.arguments)))


def _secret_arguments(arguments: Iterable[str]) -> Iterator[str]:
    for before, argument in pairwise(("", *arguments)):
        name, equals, value = argument.partition("=")
        if equals and names_secret(name):
            yield value
        elif before.startswith("-") and names_secret(before):
            yield argument
