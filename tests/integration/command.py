"""The command as a separate process, for tests that send it signals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from profiles_management.pmr.classes import Profile

_SOURCE = Path(__file__).parents[2] / "src"


def written(document: Path, profiles: Iterable[Profile]) -> Path:
    """Write a document with these profiles, and return its path."""
    plain = [
        profile.model_dump(mode="json", exclude_none=True, by_alias=True) for profile in profiles
    ]
    document.write_text(json.dumps({"profiles": plain}))
    return document


def start_apply(
    document: Path, *options: str, kubeconfig: Path, instance: str
) -> subprocess.Popen[str]:
    """Start an apply, without settings from the environment. Output and errors are pipes."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PROFILES_MANAGEMENT_")
    }
    target = ("--kubeconfig", str(kubeconfig), "--instance", instance)
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "profiles_management", "apply", str(document), *target, *options],
        env={**kept, "PYTHONPATH": str(_SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
