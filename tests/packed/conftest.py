"""The charm, packed and unpacked once, a Kubernetes API on loopback, and units."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from memory_api import MemoryApi
from memory_api.controller import CHARMED_PRINCIPALS, ProfileController
from memory_api.loopback import serving
from packed import charm_file, kubeconfigs
from packed.unit import Unit

ROLES = ("kubeflow-admin", "kubeflow-edit", "kubeflow-view")


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty folder that every user may enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="unit-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def charm() -> Iterator[Path]:
    """The unpacked charm."""
    with tempfile.TemporaryDirectory(prefix="charm-") as folder:
        Path(folder).chmod(0o755)
        yield charm_file.unpacked(charm_file.packed(), Path(folder))


@pytest.fixture
def api() -> MemoryApi:
    """A cluster with Kubeflow's ClusterRoles and controller."""
    server = MemoryApi()
    server.put_all(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
        }
        for name in ROLES
    )
    ProfileController(server, principals=CHARMED_PRINCIPALS)
    return server


@pytest.fixture
def url(api: MemoryApi) -> Iterator[str]:
    """Where that cluster answers."""
    with serving(api) as address:
        yield address


@pytest.fixture
def unit(charm: Path, home: Path, url: str) -> Unit:
    """A unit, the leader, with credentials for that cluster."""
    return Unit(home, charm, kubeconfigs.write(home / "kubeconfig", {"server": url}))


@pytest.fixture
def document() -> Callable[..., str]:
    """Write a document of profiles with contributors: `document(ml={"ann": "edit"})`."""

    def build(**profiles: dict[str, str]) -> str:
        lines = ["profiles:" if profiles else "profiles: []"]
        for name, people in profiles.items():
            lines += [
                f"- name: {name}",
                "  owner: {kind: User, name: olga@example.com}",
                "  contributors:",
            ]
            lines += [
                f"  - {{name: {who}@example.com, role: {role}}}" for who, role in people.items()
            ]
        return "\n".join(lines) + "\n"

    return build
