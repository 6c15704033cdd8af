#!/usr/bin/env python3
"""Build the control plane from Go modules, once, and print its folder; `--check` looks for Go."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS: Mapping[str, str] = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}
ISTIO_CRDS = "istio-crds.yaml"

_GO = (1, 26)
_ISTIO = "istio.io/api"
_ISTIO_FILE = "kubernetes/customresourcedefinitions.gen.yaml"
_LAYOUT = "1"  # version of the content of the folder; another number builds it again

Say = Callable[[str], object]


class CannotBuild(Exception):
    """The control plane cannot be built; the message is one line with the remedy."""


def built(say: Say = lambda line: None) -> Path:
    """Return the folder with the programs and Istio's CRDs; build them if they are missing.

    Two processes never build at once: the second waits and uses the result of the first.

    Args:
        say: called with a line of text before each long step.

    Raises:
        CannotBuild: Go is missing or too old, or the build failed.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "profiles-management"
    home = cache / key()
    if home.is_dir():
        return home
    check_go()
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{home.name}.lock", say):
        if not home.is_dir():
            _build(home, say)
    return home


def key() -> str:
    """Return the name of the folder: a hash of go.sum, go.mod, the version and the machine."""
    parts = [(HERE / name).read_text() for name in ("go.sum", "go.mod")]
    parts += [version(), _LAYOUT, sys.platform, platform.machine()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def version() -> str:
    """Return the version of Kubernetes in go.mod, such as v1.36.3."""
    found = re.search(r"k8s\.io/kubernetes (v\S+)", (HERE / "go.mod").read_text())
    if found is None:
        raise CannotBuild(f"{HERE / 'go.mod'} names no version of k8s.io/kubernetes.")
    return found.group(1)


def check_go() -> None:
    """Look for Go.

    Raises:
        CannotBuild: it is missing or too old.
    """
    wanted = ".".join(map(str, _GO))
    needs = f"The integration tests build a Kubernetes control plane and need Go {wanted} or newer on PATH (https://go.dev/dl)"
    go = shutil.which("go")
    if go is None:
        raise CannotBuild(
            f"{needs}; there is none. A cluster of your own will do too: set PROFILES_TEST_KUBECONFIG."
        )
    found = subprocess.run(  # noqa: S603
        [go, "env", "GOVERSION"], capture_output=True, text=True, env=_environment(), check=False
    )
    numbers = re.match(r"go(\d+)\.(\d+)", found.stdout)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < _GO:
        said = (found.stdout or found.stderr).strip()
        raise CannotBuild(
            f"{needs}; {go} is {said}. A cluster of your own will do too: set PROFILES_TEST_KUBECONFIG."
        )


@contextmanager
def _alone(path: Path, say: Say) -> Iterator[None]:
    """Hold a lock that ends with this process, however it ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is building the control plane; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(home: Path, say: Say) -> None:
    say(
        f"Building a Kubernetes {version()} control plane from Go modules, once (about 5 minutes from nothing)."
    )
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(dir=home.parent, prefix="building-") as made:
        folder = Path(made, "made")
        folder.mkdir()
        for name, package in PROGRAMS.items():
            started = time.monotonic()
            _go(
                "build", "-trimpath", "-ldflags", _linker_flags(), "-o", str(folder / name), package
            )
            say(f"  {name} in {time.monotonic() - started:.0f} s")
        # no build needs this module, so it may be missing
        module = json.loads(_go("mod", "download", "-json", _ISTIO))
        shutil.copyfile(Path(module["Dir"], _ISTIO_FILE), folder / ISTIO_CRDS)
        folder.rename(home)  # atomic: the folder exists only if it is complete
    say(f"  kept in {home}; it took {time.monotonic() - begun:.0f} s")


def _linker_flags() -> str:
    _, minor, _ = version().split(".")
    variables = {"gitVersion": version(), "gitMajor": "1", "gitMinor": minor}
    return " ".join(
        [
            "-s",
            "-w",
            *(
                f"-X k8s.io/component-base/version.{name}={value}"
                for name, value in variables.items()
            ),
        ]
    )


def _go(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - go from PATH, as check_go has found it
        [shutil.which("go") or "go", *arguments],
        cwd=HERE,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise CannotBuild(f"go {arguments[0]} {arguments[-1]} failed:\n{end}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment without variables that would change the build."""
    fixed = {
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }
    return {**os.environ, **fixed}


def _aloud(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> int:
    """Build, or with `--check` only look whether one could."""
    try:
        if sys.argv[1:] == ["--check"]:
            if not os.environ.get("PROFILES_TEST_KUBECONFIG"):
                check_go()
        else:
            sys.stdout.write(f"{built(_aloud)}\n")
    except CannotBuild as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
