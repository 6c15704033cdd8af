"""The command as a process that Ctrl-C, SIGTERM or SIGHUP ends, at any point of a run."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from memory_api import Answer, Refusal
from memory_api.loopback import serving

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "profiles_management"]
TEAMS = 20
PATIENCE = 30  # seconds after which a test fails
# As a shell starts it; these tests may run under nohup, whose processes ignore SIGHUP.
DEFAULT_ACTIONS = "import signal, sys; [signal.signal(one, signal.SIG_DFL) for one in (1, 15)]; "
DEFAULT_ACTIONS += "signal.signal(2, signal.default_int_handler); "
STARTED = [
    sys.executable,
    "-c",
    DEFAULT_ACTIONS + "from profiles_management.cli import entry; entry()",
]


class Gate:
    """Blocks the server at a matching request until `opened`; `reached` is set at that request."""

    def __init__(self, fits, number=1):
        self.fits, self.number = fits, number
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, request, act):
        if self.fits(request):
            self.number -= 1
            if self.number == 0:
                self.reached.set()
                assert self.opened.wait(PATIENCE)
        return act()


class Process:
    """The command while it runs."""

    def __init__(self, popen):
        self.popen = popen
        self.said = ""

    def signal(self, number):
        """Send a signal and wait until the process reports it."""
        self.popen.send_signal(number)
        while "Stopping" not in self.said:
            line = self.popen.stderr.readline()
            assert line, f"it ended without a word: {self.said}"
            self.said += line

    def end(self):
        """Return its exit code, its output and its messages on standard error."""
        out, err = self.popen.communicate(timeout=PATIENCE)
        return self.popen.returncode, out, self.said + err


@pytest.fixture
def server(api):
    """The cluster in memory, over HTTP."""
    with serving(api) as url:
        yield url


@pytest.fixture
def environment(here, server):
    """The environment of a process that runs this tree against that cluster."""
    cluster = {"name": "here", "cluster": {"server": server}}
    context = {"name": "here", "context": {"cluster": "here", "user": "me"}}
    config = {
        "clusters": [cluster],
        "contexts": [context],
        "users": [{"name": "me", "user": {"token": "memory"}}],
    }
    (here / "config").write_text(json.dumps({**config, "current-context": "here"}))
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("PROFILES_MANAGEMENT_")
    }
    return {
        **kept,
        "PYTHONPATH": str(ROOT / "src"),
        "KUBECONFIG": str(here / "config"),
        "PYTHONWARNINGS": "",
    }


def document(path, *people):
    """Write a document of twenty profiles with these contributors."""
    names = [f"team-{number:02}" for number in range(TEAMS)]
    contributors = [{"name": name, "role": role} for name, role in people]
    owner = {"kind": "User", "name": "root@example.com"}
    profiles = [{"name": name, "owner": owner, "contributors": contributors} for name in names]
    path.write_text(json.dumps({"profiles": profiles}))
    return path


@pytest.fixture
def teams(here):
    """A document of twenty new profiles."""
    return document(here / "teams.yaml")


@pytest.fixture
def grants(here, run, controller, api, teams):
    """A document with one contributor more in each of twenty profiles: two writes for each."""
    assert run("apply", teams).code == 0
    api.log.clear()
    return document(here / "grants.yaml", ("ann@example.com", "edit"))


@pytest.fixture
def started(environment):
    """Start the command with one writer; it is ended when the test is over."""

    @contextmanager
    def start(*arguments):
        # A shell starts what runs in its background with SIGINT ignored.
        popen = subprocess.Popen(  # noqa: S603 - our own command
            [*STARTED, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield Process(popen)
        finally:
            popen.kill()
            popen.communicate()

    return start


def writes(request):
    return request.writes


def interrupted(api, process, number, gate):
    """Interrupt a process at the gate, then open the gate; return how the process ended."""
    api.faults.append(gate)
    with process as running:
        assert gate.reached.wait(PATIENCE)
        running.signal(number)
        gate.opened.set()
        return running.end()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str
)
def test_an_apply_that_is_asked_to_end_finishes_the_change_in_flight_and_says_what_was_done(
    number, code, api, started, grants
):
    ended, out, _ = interrupted(
        api, started("apply", grants, "--writers", "1"), number, Gate(writes, 3)
    )

    assert ended == code
    assert out.splitlines()[-2:] == [
        "Applied: 2 added (4 writes). 1 gained access. 18 not tried.",
        "Interrupted. Run it again: the next run finishes the work.",
    ]
    assert out.count("not tried: interrupted") == 18
    assert len(api.writes) == 4


def test_what_an_interrupted_apply_did_is_data_too(api, started, grants):
    process = started("apply", grants, "--writers", "1", "--output", "json")

    code, out, _ = interrupted(api, process, signal.SIGTERM, Gate(writes, 3))

    found = json.loads(out)
    assert code == 143
    assert [one["result"] for one in found["changes"]] == ["done"] * 2 + ["not_tried"] * 18
    assert [(one["code"], one["what"]) for one in found["errors"]] == [
        ("interrupted", "interrupted; 18 changes not tried")
    ]
    assert found["summary"]["access"] == {"before": 0, "lost": 0, "gained": 2, "expired": 0}


def test_the_next_run_finishes_what_was_interrupted(api, started, grants, run):
    interrupted(api, started("apply", grants, "--writers", "1"), signal.SIGTERM, Gate(writes, 3))

    assert run("apply", grants).code == 0
    assert len(api.writes) == 2 * TEAMS


def test_a_role_change_in_flight_is_finished_to_its_last_write(api, started, run, here, grants):
    run("apply", grants)
    document(here / "grants.yaml", ("ann@example.com", "view"))
    api.log.clear()

    process = started("apply", grants, "--writers", "1")
    code, out, _ = interrupted(api, process, signal.SIGTERM, Gate(writes, 1))

    assert (code, len(api.writes)) == (143, 4)
    assert "Applied: 1 replaced (4 writes). 19 not tried." in out


def test_an_apply_that_waits_for_the_controller_says_what_it_waits_for(api, started, teams):
    gate = Gate(lambda request: bool(api.writes) and not request.writes)

    code, out, _ = interrupted(api, started("apply", teams), signal.SIGTERM, gate)

    assert code == 143
    assert out.splitlines()[-1] == "Interrupted. Run it again: the next run finishes the work."
    assert "pending: waits for RoleBinding team-00/namespaceAdmin to name root@example.com" in out


def test_a_server_that_asks_to_wait_for_minutes_is_not_waited_for(api, started, grants):
    asked = threading.Event()

    def busy(request, act):
        if not request.writes:
            return act()
        asked.set()
        answer = Refusal(429, "TooManyRequests", "slow down").answer()
        return Answer(answer.status, answer.body, {**answer.headers, "Retry-After": "250"})

    api.faults.append(busy)
    with started("apply", grants, "--writers", "1") as running:
        assert asked.wait(PATIENCE)
        running.signal(signal.SIGTERM)
        code, out, _ = running.end()

    assert code == 143
    assert "failed: create rolebindings: 429" in out
    assert "1 failed, 19 not tried" in out
    assert len(api.writes) <= 2  # the one that was under way, and a last try


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_what_is_asked_to_end_while_it_reads_changes_nothing(
    api, controller, started, teams, command
):
    gate = Gate(lambda request: request.resource == "rolebindings")

    code, out, said = interrupted(api, started(command, teams), signal.SIGTERM, gate)

    assert (code, out, api.writes) == (143, "", [])
    assert said.splitlines()[-1] == "error: Interrupted. Nothing was changed."


def test_a_script_reads_that_a_plan_was_interrupted(api, controller, started, teams):
    gate = Gate(lambda request: request.resource == "rolebindings")

    code, out, _ = interrupted(
        api, started("plan", teams, "--output", "json"), signal.SIGTERM, gate
    )

    assert (code, [one["code"] for one in json.loads(out)["errors"]]) == (143, ["interrupted"])


def test_a_deletion_that_is_asked_to_end_says_what_was_deleted(
    api, controller, started, teams, run
):
    run("apply", teams)

    Path("none.yaml").write_text("profiles: []")
    process = started("delete-stale", "none.yaml", "--yes", "--writers", "1")
    code, out, _ = interrupted(api, process, signal.SIGTERM, Gate(writes, 2))

    assert code == 143
    assert "18 not tried" in out.splitlines()[-2]
    assert len(api.objects("Profile")) == TEAMS - 2


def test_a_second_sigterm_at_the_same_moment_is_the_same_request(api, started, grants):
    gate = Gate(writes, 3)
    api.faults.append(gate)
    with started("apply", grants, "--writers", "1") as running:
        assert gate.reached.wait(PATIENCE)
        running.signal(signal.SIGTERM)
        running.popen.send_signal(signal.SIGTERM)
        running.popen.send_signal(signal.SIGHUP)
        gate.opened.set()
        code, out, _ = running.end()

    assert (code, "Applied: 2 added" in out) == (143, True)


def test_ctrl_c_again_stops_at_once(api, started, grants):
    gate = Gate(writes, 3)
    api.faults.append(gate)
    with started("apply", grants, "--writers", "1") as running:
        assert gate.reached.wait(PATIENCE)
        running.signal(signal.SIGINT)
        running.popen.send_signal(signal.SIGINT)
        code, out, _ = running.end()
        gate.opened.set()

    assert (code, out) == (130, "")


def test_under_nohup_a_closed_terminal_stops_nothing(api, environment, grants):
    gate = Gate(writes, 3)
    api.faults.append(gate)
    with subprocess.Popen(  # noqa: S603 - our own command
        ["/usr/bin/nohup", *COMMAND, "apply", grants],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as popen:
        assert gate.reached.wait(PATIENCE)
        popen.send_signal(signal.SIGHUP)
        gate.opened.set()
        out, _ = popen.communicate(timeout=PATIENCE)

    assert (popen.returncode, out.splitlines()[-1]) == (
        0,
        "Applied: 20 added (40 writes). 1 gained access.",
    )


def test_if_the_terminal_is_gone_the_change_in_progress_is_still_finished(api, environment, grants):
    gate = Gate(writes, 3)
    api.faults.append(gate)
    leader, follower = pty.openpty()
    popen = subprocess.Popen(  # noqa: S603 - our own command
        [*STARTED, "apply", grants, "--writers", "1"],
        env=environment,
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    assert gate.reached.wait(PATIENCE)
    os.close(leader)
    popen.send_signal(signal.SIGHUP)
    popen.send_signal(signal.SIGHUP)
    gate.opened.set()

    assert popen.wait(PATIENCE) == 129
    # Nothing shows from outside when the process has seen the signal, so another pair or two may be
    # sent by then.
    assert len(api.writes) in range(4, 2 * TEAMS, 2)
