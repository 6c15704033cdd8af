"""`make puhuri`: what it prints is how to use it, and its portal is one to play with."""

import re
import subprocess
import sys
from pathlib import Path

from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token

TESTS = Path(__file__).parents[3]


def test_the_portal_that_is_printed_answers_until_it_is_ended():
    command = [sys.executable, "-m", "puhuri_server"]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=TESTS, stdout=subprocess.PIPE, text=True
    ) as process:
        shown = ""
        while "goes on from here" not in shown:
            line = process.stdout.readline()
            assert line, "it ended"
            shown += line
        given = dict(re.findall(r"^    export (\w+)=(\S+)$", shown, re.MULTILINE))
        with Client(given["PUHURI_URL"], Token(given["PUHURI_TOKEN"])) as client:
            (project,) = client.projects.find()
            usage = list(client.usage.find(project=project.uuid))
        process.terminate()

    assert given["PROFILES_MANAGEMENT_INSTANCE"] == "lab"
    assert (project.name, project.backend_id) == ("Climate models", "")
    assert len({record.billing_period for record in usage}) == 3
