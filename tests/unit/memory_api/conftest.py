"""A server and common objects for its tests."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from memory_api import MemoryApi

Object = dict[str, Any]

RBAC = "rbac.authorization.k8s.io"


@pytest.fixture
def api() -> MemoryApi:
    """A server with the namespace `ml`, which is not in the log."""
    return MemoryApi(objects=[{"kind": "Namespace", "metadata": {"name": "ml"}}])


@pytest.fixture
def http(api: MemoryApi) -> httpx2.Client:
    """A bare HTTP client without lightkube."""
    return httpx2.Client(
        base_url="http://memory", transport=api.transport, headers={"User-Agent": "tests/1"}
    )


@pytest.fixture
def binding() -> Callable[..., Object]:
    """Build a RoleBinding: `binding("b", role="view", labels={...})`; keywords are metadata."""

    def build(name: str = "b", *, user: str = "ann", role: str = "edit", **metadata: Any) -> Object:
        return {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": name, "namespace": "ml", **metadata},
            "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        }

    return build


@pytest.fixture
def profile() -> Callable[..., Object]:
    """Build a Profile: `profile("ml", owner="ann", hard={"cpu": "1"})`; keywords are its spec."""

    def build(
        name: str = "ml", *, owner: str = "ann", hard: Object | None = None, **spec: Any
    ) -> Object:
        quota = {"resourceQuotaSpec": {"hard": hard}} if hard is not None else {}
        subject = {"apiGroup": RBAC, "kind": "User", "name": owner}
        return {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": name},
            "spec": {"owner": subject, **quota, **spec},
        }

    return build
