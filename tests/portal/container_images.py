"""Images of containers without a registry: a base of Debian's packages, and builds on it.

Podman with runc, and limits that a container of root on any machine may set.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PROGRAMS: Final = ("podman", "runc", "debootstrap")
SUITE: Final = "bookworm"
_PACKAGES: Final = ("ca-certificates", "python3", "python3-venv")
_LIMITS: Final = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
_SOURCES: Final = Path("/etc/apt")
# a line of sources.list, and a field of a file in the newer form
_MIRROR: Final = re.compile(
    rf"^deb\s+(?:\[[^]]*\]\s+)?(?P<line>https?://\S+)\s+{SUITE}\s|^URIs:\s+(?P<field>https?://\S+)",
    re.MULTILINE,
)


def base_image() -> str:
    """Return the name of an image of Debian with Python, which is made once and kept in the cache.

    Raises:
        RuntimeError: a program failed.
    """
    name = f"localhost/profiles-management-base:{SUITE}"
    if _exists(name):
        return name
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "profiles-management"
    cache.mkdir(parents=True, exist_ok=True)
    archive = cache / f"debian-{SUITE}-{platform.machine()}.tar"
    if not archive.exists():
        _make_archive(archive)
    _run("podman", "import", "--quiet", str(archive), name)
    return name


def build(
    name: str,
    folder: Path,
    *,
    base: str,
    target: str = "",
    arguments: Mapping[str, str] | None = None,
    volumes: tuple[str, ...] = (),
) -> None:
    """Build the Dockerfile of a folder.

    Args:
        name: of the image.
        base: the image that the argument BASE of the Dockerfile names.
        target: the stage to build, by default the last one.
        arguments: more arguments of the Dockerfile.
        volumes: folders of this machine that the build may read: `/from:/to:ro`.

    Raises:
        RuntimeError: the build failed; the message has its output.
    """
    given = {"BASE": base, **(arguments or {})}
    _run(
        *("podman", "build", "--quiet", "--runtime", "runc", "--network", "host", *_LIMITS),
        *(word for key, value in given.items() for word in ("--build-arg", f"{key}={value}")),
        *(word for volume in volumes for word in ("--volume", volume)),
        *(("--target", target) if target else ()),
        *("--tag", name, str(folder)),
    )


def download_wheels(requirements: Path, folder: Path) -> None:
    """Download what a lock names for the base image, so that a build needs no network.

    Debian's Python downloads them: it has the version of the base image.

    Raises:
        RuntimeError: the registry does not answer, or a hash differs.
    """
    pip = ("/usr/bin/python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    options = ("--require-hashes", "--only-binary=:all:", "--dest", str(folder))
    _run(*pip, *options, "--requirement", str(requirements))


def remove(image: str) -> None:
    """Remove an image and its containers."""
    _run("podman", "rmi", "--force", image)


def configuration(image: str) -> dict[str, Any]:
    """Return the configuration of an image: user, entry point, labels."""
    (found,) = json.loads(_run("podman", "image", "inspect", image))
    return dict(found["Config"])


@dataclass(frozen=True)
class Container:
    """A container that runs in the background."""

    name: str

    def run(self, *command: str) -> str:
        """Run a command in it and return what it prints."""
        return _run("podman", "--runtime", "runc", "exec", self.name, *command)

    def logs(self) -> str:
        return _run("podman", "logs", self.name)

    def stop(self) -> int:
        """Send SIGTERM, wait, and return the exit code."""
        _run("podman", "--runtime", "runc", "stop", "--time", "60", self.name)
        return int(_run("podman", "inspect", "--format", "{{.State.ExitCode}}", self.name))


def run(image: str, *command: str, options: tuple[str, ...] = ()) -> str:
    """Run a container to its end, as strictly as the deployment, and return what it prints."""
    return _run(*_strictly("--rm", *options), image, *command)


@contextmanager
def running(image: str, *command: str, options: tuple[str, ...] = ()) -> Iterator[Container]:
    """Run a container in the background until the block ends; its ports are those of this host."""
    container = Container(_run(*_strictly("--detach", *options), image, *command).strip())
    try:
        yield container
    finally:
        _run("podman", "--runtime", "runc", "rm", "--force", "--time", "0", container.name)


def _strictly(*options: str) -> tuple[str, ...]:
    return (
        *("podman", "--runtime", "runc", "run", "--network", "host", "--read-only"),
        *("--cap-drop", "all", "--security-opt", "no-new-privileges", *_LIMITS, *options),
    )


def _make_archive(archive: Path) -> None:
    """Install Debian into a folder and pack it."""
    work = Path(tempfile.mkdtemp(prefix="debian-", dir=archive.parent))
    root, packed = work / "root", work / "packed.tar"
    include = f"--include={','.join(_PACKAGES)}"
    try:
        _run("debootstrap", "--variant=minbase", include, SUITE, str(root), _mirror())
        _run("tar", "--create", "--file", str(packed), "--directory", str(root), ".")
        packed.rename(archive)
    finally:
        shutil.rmtree(work)


def _mirror() -> str:
    """Return the mirror that this machine installs packages from."""
    files = [_SOURCES / "sources.list", *sorted((_SOURCES / "sources.list.d").glob("*"))]
    for file in files:
        match = _MIRROR.search(file.read_text()) if file.is_file() else None
        if match:
            return match["line"] or match["field"]
    raise AssertionError(f"{_SOURCES} names no mirror for {SUITE}, from which images are made")


def _exists(image: str) -> bool:
    return subprocess.run(["podman", "image", "exists", image], check=False).returncode == 0  # noqa: S603, S607


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
