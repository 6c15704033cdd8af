"""The option `--requests` of CONTRIBUTING.md prints the requests of a test."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEST = "tests/unit/engine/test_brake.py::test_the_message_says_how_many_and_what_to_do"


def test_the_requests_of_a_test_are_printed():
    command = [sys.executable, "-m", "pytest", TEST, "--requests", "-q", "-p", "no:xdist"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603

    shown = ran.stdout.splitlines()
    assert TEST in shown
    assert "  GET /apis/kubeflow.org/v1/profiles -> 200" in shown
    assert "  POST /apis/kubeflow.org/v1/profiles -> 201" in shown
