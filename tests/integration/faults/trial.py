"""One scenario on the real cluster with a fault: begin, strike, finish, check."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Self

from integration.cluster.cleanup import delete_leftovers
from integration.cluster.proxy import Proxy
from integration.cluster.server import Server
from integration.cluster.waiting import TooLate, wait_for
from integration.faults.command import Command
from integration.faults.recorder import Recorder
from memory_api.faults import Death, Fault, Injury, fail_nth_write
from memory_api.requests import Request
from profiles_management import Report, create_or_update_profiles, plan_profiles
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.writing import dumps
from scenarios.access import Door, given_after, given_before
from scenarios.documents import Scenario
from scenarios.states import State, differences, of_cluster

KILLS = ("kill_before", "kill_after")
LISTED = (
    "profiles",
    "namespaces",
    "rolebindings",
    "authorizationpolicies",
    "resourcequotas",
    "limitranges",
)
_PENDING = 4
_MOST_RUNS = 5
_COUNT = count(1)


class Goal(NamedTuple):
    """The final state of a scenario without faults, and its number of writes."""

    state: State
    writes: int


@dataclass(frozen=True, slots=True)
class Lab:
    """The shared parts of all trials.

    Attributes:
        command: runs the command in processes of its own.
        tokens: of accounts that hold just the permissions of the engine, in standalone mode and
            not.
        role: tells the role in a namespace of somebody who is in some groups, by
            SubjectAccessReviews.
        settled: tells whether the profile controller has nothing left to do to a profile.
        folder: for documents and what processes print.
    """

    kubeconfig: Path
    server: Server
    recorder: Recorder
    command: Command
    tokens: dict[bool, str]
    role: Callable[..., str]
    settled: Callable[[str], bool]
    folder: Path

    @contextmanager
    def trial(self, scenario: Scenario) -> Iterator[Trial]:
        """Begin a scenario with separate names and a separate instance; delete them at the end."""
        prefix = f"f{os.getpid():x}-{next(_COUNT)}"
        with Proxy(self.kubeconfig) as proxy:
            trial = Trial(self, scenario, prefix, proxy)
            with closing(trial.client):
                yield trial.begun()
        delete_leftovers(self.server, f"{prefix}-")


class Trial:
    """A scenario under way.

    Attributes:
        struck: the write that went wrong.
        exit_code: how the command ended, where there was one.
        blind: whether a run was shown the past.
        runs: how many it took after the one in which something went wrong.
    """

    def __init__(self, lab: Lab, scenario: Scenario, prefix: str, proxy: Proxy) -> None:
        self.lab, self.proxy, self.prefix = lab, proxy, prefix
        self.scenario = scenario.called(prefix, instance=prefix)
        # by the names in the cluster, the names in reports
        self.names = {f"{prefix}-{name}": name for name in scenario.names}
        self.token = lab.tokens[scenario.settings.standalone]
        self.client = proxy.client(self.token)
        self.struck: Request | None = None
        self.exit_code: int | None = None
        self.blind = False
        self.runs = 0
        self._since = 0

    def begun(self) -> Self:
        """Create the initial state of the scenario, and record from then on."""
        self.scenario.find(self.lab.server, self._wait_for)
        if self.scenario.before.profiles:
            self._run_through(self.scenario.before)
        self._record()
        return self

    def go_on(self, pmr: ProfilesManagementRepresentation) -> list[str]:
        """Apply another document; return what is wrong with the result or the access meanwhile."""
        self.scenario = replace(self.scenario, before=self.scenario.after, after=pmr)
        self._record()
        return [*self.finish(), *self._findings()]

    def strike(self, index: int, kind: Injury) -> bool:
        """Apply the second document with a fault at one write; return whether that write occurred.

        A kill ends a real process: SIGKILL for the command, before or after the server acts.
        """
        fault = fail_nth_write(index, kind)
        with self._going_wrong(fault):
            if isinstance(fault, Death):
                self._command()
            else:
                self._apply()
        self.struck = fault.injured
        return bool(fault.hits)

    def apply(self, *faults: Fault, **changed: Any) -> Report | None:
        """Apply the second document with faults; `changed` are settings of this run only.

        Returns:
            The report, or None if the cluster could not be read.
        """
        with self._going_wrong(*faults):
            return self._apply(**changed)

    def finish(self) -> list[str]:
        """Run again without faults; return what is wrong with the result.

        Where the profile controller wrote at the same moment, which is pending and no error, it
        takes another run.
        """
        for _ in range(_MOST_RUNS):
            self.runs += 1
            report = self._apply()
            if report is None or report.exit_code != _PENDING:
                break
        problems = (
            ["the cluster could not be read"]
            if report is None
            else [*report.errors, *map(str, report.pending)]
        )
        return (
            []
            if report is not None and report.exit_code == 0
            else [f"the run after it did not finish: {problems}"]
        )

    def problems(self, goal: Goal) -> list[str]:
        """Return what is wrong at the end and what was wrong on the way; empty if nothing is."""
        found: list[str] = []
        try:
            wait_for("the goal", lambda: not self._differences(goal.state))
        except TooLate:
            found += self._differences(goal.state)
        if left := self._plan_of(self.scenario.after):
            found.append(f"there is still something to do: {left}")
        return [*found, *self._findings(), *self.wrong_roles()]

    def wrong_roles(self) -> list[str]:
        """Compare everybody's permissions by the API server with the documents."""
        after, roles = given_after(self.scenario), self.scenario.settings.cluster_roles
        role_names = {name: role for role, name in roles.items()}
        found = []
        for door in sorted(
            {door for door in (*given_before(self.scenario), *after) if door.kind == "RoleBinding"}
        ):
            wanted = "".join(role_names[name] for name in after.get(door, ()))
            try:
                wait_for("it", lambda door=door, wanted=wanted: self._role(door) == wanted)
            except TooLate:
                found.append(
                    f"{door.person} may be {self._role(door)!r} in {door.profile}, not {wanted!r}"
                )
        return found

    def goal(self) -> Goal:
        """Apply the second document, undisturbed, and return where that ends."""
        problems = self.finish()
        for name in self.names:
            self._wait_for(name)
        found = Goal(of_cluster(self.lab.server, self.names, self.prefix), len(self.proxy.writes))
        problems += self.problems(found)
        assert not problems, "\n".join(["undisturbed:", *problems])
        return found

    # inside

    @contextmanager
    def _going_wrong(self, *faults: Fault) -> Iterator[None]:
        self.proxy.faults.extend(faults)
        try:
            yield
        finally:
            self.proxy.faults.clear()

    def _apply(
        self, pmr: ProfilesManagementRepresentation | None = None, **changed: Any
    ) -> Report | None:
        pmr, settings = pmr or self.scenario.after, replace(self.scenario.settings, **changed)
        try:
            return create_or_update_profiles(pmr, target=self.client, settings=settings)
        except ClusterError:
            return None

    def _command(self) -> None:
        """Run the command until it ends or the proxy ends it."""
        folder = self.lab.folder / self.prefix
        folder.mkdir()
        document = folder / "pmr.yaml"
        document.write_text(dumps(self.scenario.after))
        settings = self.scenario.settings
        arguments = [
            *(
                "apply",
                str(document),
                "--kubeconfig",
                str(self.proxy.kubeconfig(folder, self.token)),
            ),
            *("--instance", settings.instance, "--writers", str(settings.writers)),
            *("--timeout", str(settings.deadline), "--allow-revocations"),
            *(("--standalone", "--allow-kubeflow") if settings.standalone else ()),
        ]
        self.proxy.kill = self.lab.command.kill
        self.exit_code = self.lab.command.run(arguments, folder / "out")

    def _run_through(self, pmr: ProfilesManagementRepresentation) -> None:
        wait_for(
            "a run that is through",
            lambda: (report := self._apply(pmr)) and report.exit_code != _PENDING,
        )
        wait_for(
            "an empty plan", lambda: not self._plan_of(pmr), instead=lambda: self._plan_of(pmr)
        )
        for name in pmr.profiles:
            self._wait_for(name)

    def _plan_of(self, pmr: ProfilesManagementRepresentation) -> list[str]:
        plan = plan_profiles(pmr, target=self.client, settings=self.scenario.settings)
        return [str(one) for one in (*plan.changes, *plan.pending, *plan.refused)]

    def _wait_for(self, name: str) -> None:
        if not self.scenario.settings.standalone:
            wait_for(f"the controller to be through with {name}", lambda: self.lab.settled(name))

    def _differences(self, goal: State) -> list[str]:
        return differences(of_cluster(self.lab.server, self.names, self.prefix), goal)

    def _role(self, door: Door) -> str:
        kind, _, name = door.person.partition(" ")
        groups = [name] if kind == "Group" else []
        user, standalone = (
            "somebody@example.com" if groups else name,
            self.scenario.settings.standalone,
        )
        return self.lab.role(user, door.profile, groups, standalone=standalone)

    def _record(self) -> None:
        self.proxy.log.clear()
        self._since = self.lab.recorder.mark()

    def _findings(self) -> list[str]:
        self.lab.recorder.mark()
        spaces = {*self.scenario.names, *self.names}
        history = self.lab.recorder.history(spaces, self._since, self.proxy.log)
        return history.findings(self.scenario, self.struck, blind=self.blind)
