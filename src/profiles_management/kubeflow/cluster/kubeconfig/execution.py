"""Running the exec plugin of a kubeconfig's user.

Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ and exec.go of
k8s.io/client-go/plugin/pkg/client/auth/exec. Other than there, a plugin has a time limit, and its
error output loses what looks like a credential.
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
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from profiles_management.kubeflow.cluster.kubeconfig.exec_plugin import ALWAYS, NEVER, Plugin
from profiles_management.kubeflow.cluster.kubeconfig.files import typed
from profiles_management.kubeflow.cluster.kubeconfig.issued import Issued, issued, repeatable
from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.pmr.redaction import names_secret, redacted
from profiles_management.reconcile.lines import printable

PATIENCE = 30.0
PATIENCE_WITH_PEOPLE = 300.0  # somebody may have to log in

_INFO = "KUBERNETES_EXEC_INFO"
_FOR_PLUGINS = "client.authentication.k8s.io/exec"
_LARGEST = 1024 * 1024
_KEPT = 8192  # bytes of the error output, from its end
_SHOWN = 400
_PIECE = 65536
_LOOK = 0.2  # seconds without output after which we check whether the program has ended


def run(plugin: Plugin, server: Server, *, patience: float = PATIENCE) -> Issued:
    """Run a plugin once and return what it prints.

    Args:
        server: described to the plugin, if it asks for that.
        patience: how many seconds it may take while nobody can be asked anything.

    Raises:
        ClusterError: it is not there, fails, takes too long, or prints something else.
    """
    interactive = _is_interactive(plugin)
    program = _program(plugin)
    environment = dict(os.environ) | dict(plugin.environment)
    secrets = _secrets(plugin, environment)
    environment[_INFO] = json.dumps(_information(plugin, server, interactive=interactive))
    run = _Run(plugin, secrets, interactive=interactive)
    output = run.output(program, environment, PATIENCE_WITH_PEOPLE if interactive else patience)
    return issued(plugin, output)


def _is_interactive(plugin: Plugin) -> bool:
    if plugin.mode == NEVER:
        return False
    if _is_terminal(sys.stdin):
        return True
    if plugin.mode == ALWAYS:
        raise plugin.refusal(
            "has to ask somebody (interactiveMode: Always), and there is no terminal."
        )
    return False


def _is_terminal(stream: Any) -> bool:  # noqa: ANN401 - None where it was closed
    try:
        return os.isatty(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return False


def _program(plugin: Plugin) -> str:
    """Return the path of the program; a bare name is looked for in PATH."""
    found = shutil.which(plugin.command)
    if found is not None:
        return found
    if os.sep in plugin.command and Path(plugin.command).exists():
        folder = Path(plugin.command).is_dir()
        raise plugin.refusal(
            "is a folder." if folder else "is not executable. Allow it with: chmod +x"
        )
    hint = redacted(printable(plugin.hint)) or "Install it, or correct exec.command."
    raise plugin.refusal(f"is not installed. {hint}")


# what the plugin is given


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
    """Return what the cluster's entry holds for plugins."""
    if server.entry is None:
        return {}
    for extension in server.entry.mappings("extensions"):
        if extension.fields.get("name") == _FOR_PLUGINS:
            try:
                return {"config": json.loads(json.dumps(typed(extension.fields.get("extension"))))}
            except (TypeError, ValueError):
                raise extension.refusal(
                    "extension", f"of the name {_FOR_PLUGINS} is not plain data."
                ) from None
    return {}


# the program


class _Run:
    """One run of the program: its output up to a size, its error output from the end, both up to a deadline."""

    def __init__(self, plugin: Plugin, secrets: frozenset[str], *, interactive: bool) -> None:
        self._plugin = plugin
        self._secrets = secrets
        self._interactive = interactive
        # Who is asked something has to see the question; elsewhere what a program prints is shown
        # if it fails.
        self._live = interactive and _is_terminal(sys.stderr)
        self._output = bytearray()
        self._errors = bytearray()
        self._pending = bytearray()

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
        """Start the program; whatever ends the block early ends it too, with all that it has started."""
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
            why = (getattr(error, "strerror", None) or "an argument holds a NUL character").lower()
            raise self._plugin.refusal(f"cannot be run: {why}.") from None
        with process:
            try:
                yield process
            except BaseException:  # Ctrl-C too leaves no plugin running
                self._kill(process)
                raise

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        try:
            if self._interactive:
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        except OSError:
            return  # it is gone

    def _read(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        """Read until both outputs end; return false where the time is up before.

        An output that a child in the background keeps open ends with the program.
        """
        with selectors.DefaultSelector() as selector:
            for stream in (process.stdout, process.stderr):
                selector.register(stream, selectors.EVENT_READ)  # type: ignore[arg-type]
            while selector.get_map():
                # before looking: what it has printed by then is there
                ended = process.poll() is not None
                ready = selector.select(0 if ended else _LOOK)
                for key, _ in ready:
                    if not self._take(key.fileobj, key.fileobj is process.stdout):
                        selector.unregister(key.fileobj)
                if not ready:
                    self._show(flush=True)
                    if ended:
                        break
                if time.monotonic() > deadline:
                    return False
        self._show(flush=True)
        return True

    def _take(self, stream: Any, is_output: bool) -> bool:  # noqa: ANN401, FBT001 - what a selector has registered
        """Read what is there; return false at the end."""
        piece = os.read(stream.fileno(), _PIECE)
        if is_output:
            self._output += piece
            if len(self._output) > _LARGEST:
                raise self._plugin.refusal(
                    f"printed more than {_LARGEST // 1024} KiB, which is not a credential."
                )
        else:
            self._errors = (self._errors + piece)[-_KEPT:]
            self._pending += piece
            self._show()
        return bool(piece)

    def _show(self, *, flush: bool = False) -> None:
        """Pass error output on to the terminal, whole lines as they come; what is a question has no line end."""
        end = len(self._pending) if flush else self._pending.rfind(b"\n") + 1
        text, self._pending = self._pending[:end].decode(errors="replace"), self._pending[end:]
        if self._live and text:
            sys.stderr.write(redacted(text, self._secrets))
            sys.stderr.flush()

    def _failure(self, code: int) -> str:
        how = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        return f"{how}{self._words(': ') or '.'}"

    def _words(self, before: str) -> str:
        """Return the last lines of the error output in one, without what may be a credential."""
        text = self._errors.decode(errors="replace")
        if len(self._errors) == _KEPT:  # the first word may be half a credential
            text = " ".join(text.split()[1:])
        text = redacted(text, self._secrets | repeatable(self._output), opaque=True)
        line = printable(" ".join(text.split()))
        cut = line if len(line) <= _SHOWN else f"…{line[-_SHOWN:]}"
        return f"{before}{cut}" if cut else ""


def _secrets(plugin: Plugin, environment: Mapping[str, str]) -> frozenset[str]:
    """Return what must not be shown: values whose names say so, in the environment and among the arguments."""
    found = {value for name, value in environment.items() if names_secret(name)}
    return frozenset(found | set(_secret_arguments(plugin.arguments)))


def _secret_arguments(arguments: Iterable[str]) -> Iterator[str]:
    before = ""
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if equals and names_secret(name):
            yield value
        elif names_secret(before):
            yield argument
        before = argument if argument.startswith("-") else ""
