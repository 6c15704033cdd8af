"""The credentials of a unit: in a file, in place of those that a pod mounts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packed.unit import own


def write(
    path: Path, cluster: Mapping[str, Any], user: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Write a kubeconfig for a cluster such as `{"server": URL}`; return its environment."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "only", "cluster": dict(cluster)}],
        "users": [{"name": "only", "user": dict(user or {})}],
        "contexts": [{"name": "only", "context": {"cluster": "only", "user": "only"}}],
        "current-context": "only",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config))
    own(path)
    return {"KUBECONFIG": str(path)}
