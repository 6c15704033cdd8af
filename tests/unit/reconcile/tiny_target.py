"""A small target: a service that keeps projects and their members in a dictionary.

It shows what a target brings: its words (verbs, states, the kinds of its objects), a plan, and how
a write is sent. The service gives each project an id; only the target knows it. A project has to be
opened by somebody else before it takes members, so those wait for a condition.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

from msgspec import structs

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.plan import (
    AccessGroup,
    AccessMove,
    Action,
    Change,
    Condition,
    ObjectRef,
    Person,
    Phase,
    Plan,
    Reason,
    Write,
    ordered,
)
from profiles_management.reconcile.target_errors import WriteError

# the service


class Refused(Exception):
    """The service refuses a request."""


class Outdated(Exception):
    """The service holds another role than the caller has read."""


@dataclass
class Project:
    id: str
    members: dict[str, str] = field(default_factory=dict)
    is_open: bool = False


class Service:
    """Projects by id, and every request that changed something."""

    def __init__(self, *, opens_at_once=True):
        self.projects = {}
        self.names = {}
        self.requests = []
        self.before_request = lambda request: None
        self.opens_at_once = opens_at_once
        self._ids = map("id-{}".format, count(100))

    def create(self, name):
        self._request("create", name)
        project = Project(next(self._ids), is_open=self.opens_at_once)
        self.projects[project.id] = project
        self.names[name] = project.id
        return project.id

    def set_role(self, project, person, role, *, known):
        self._request("set", project, person, role)
        members = self.projects[project].members
        if members.get(person, "") != known:
            raise Outdated
        if role:
            members[person] = role
        else:
            members.pop(person)

    def open_all(self):
        for project in self.projects.values():
            project.is_open = True

    def roles(self):
        return {name: self.projects[key].members for name, key in self.names.items()}

    def _request(self, *request):
        self.before_request(request)
        self.requests.append(request)


# the target


class Verb(StrEnum):
    CREATE = "create"
    SET_ROLE = "set role"


class State(StrEnum):
    OPEN = "to be opened"


class HaltKind(StrEnum):
    CLOSED = "closed"


@dataclass(frozen=True)
class Description:
    label = "Service"
    details = "the one in this test"

    def __str__(self):
        return f"{self.label}: {self.details}"

    def data(self):
        return {"kind": "service"}


class TinyTarget:
    """A target for a service: the wanted members of each project, with their roles."""

    description = Description()

    def __init__(self, service, document, halts=()):
        self.service = service
        self.halts = halts
        self.document = document
        self.published = []
        self._ids = {}

    # read

    def observe(self):
        """Return the members of each project. The ids stay here."""
        self._ids = dict(self.service.names)
        return {name: dict(members) for name, members in self.service.roles().items()}

    def met(self, conditions):
        return frozenset(wait for wait in conditions if self._project(wait.target.name).is_open)

    # plan

    def plan(self, observed, now):
        changes = [change for name in self.document for change in self._changes(name, observed)]
        members = sum(map(len, observed.values()))
        return Plan(
            changes=ordered(changes),
            profiles=len(self.document),
            existing={AccessGroup(""): members},
            halts=self.halts,
        )

    def _changes(self, name, observed):
        project = ObjectRef("Project", "", name)
        if name not in observed:
            write = Write(Verb.CREATE, project, creates=True)
            is_open = Condition(project, State.OPEN)
            yield Change(
                Phase.SHAPE,
                name,
                project,
                Action.CREATE,
                Reason.WANTED,
                writes=(write,),
                settled=(is_open,),
            )
        wanted, members = self.document[name], observed.get(name, {})
        for person in sorted({*wanted, *members}):
            before, after = members.get(person, ""), wanted.get(person, "")
            if before != after:
                yield _role_change(project, person, before, after)

    # write

    def send(self, write, *, deadline):
        try:
            self._send(write)
        except Refused as refused:
            raise WriteError(str(refused), nameless="the service refused it") from None
        except Outdated:
            raise WriteError(
                f"{write.target} was changed by somebody else", conflict=True
            ) from None

    def _send(self, write):
        target = write.target
        if write.verb is Verb.CREATE:
            self._ids[target.name] = self.service.create(target.name)
            return
        role = write.body.decode()
        self.service.set_role(self._ids[target.parent], target.name, role, known=write.version)

    def overdue(self, awaited, left, seconds):
        what = f"nobody opened {len(left)} of {len(awaited)} projects in {seconds:.0f} s"
        return (Problem("not-opened", what, Where(), "Open them."),)

    def publish(self, report):
        self.published.append(report)
        return report

    def _project(self, name):
        return self.service.projects[self._ids[name]]


# by whether the person has a role before, and after
_KINDS = {
    (False, True): (Phase.GRANT, Action.CREATE, Reason.WANTED),
    (True, True): (Phase.SWITCH, Action.REPLACE, Reason.ROLE_CHANGED),
    (True, False): (Phase.REVOKE, Action.DELETE, Reason.UNLISTED),
}


def _role_change(project, person, before, after):
    """Return a person's role change. Its write has no id: the target adds it when it sends."""
    phase, action, reason = _KINDS[bool(before), bool(after)]
    member, who = ObjectRef("Member", project.name, person), Person("User", person)
    write = Write(Verb.SET_ROLE, member, after.encode(), version=before)
    if phase is Phase.GRANT:
        write = structs.replace(write, after=Condition(project, State.OPEN))
    if phase is Phase.REVOKE:
        write = structs.replace(write, ends=who)
    return Change(
        phase,
        project.name,
        member,
        action,
        reason,
        who,
        before,
        after,
        writes=(write,),
        moves=(AccessMove(who, before, after),),
    )
