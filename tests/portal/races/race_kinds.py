"""The races: who does what at the same moment, and what must hold afterwards."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from user_manager.domain.access_types import OWNER_MASKS, parse_types
from user_manager.domain.call import Call
from user_manager.domain.caller import Caller
from user_manager.domain.identifiers import user_key
from user_manager.domain.policy import Policy
from user_manager.domain.vocabulary import Role
from user_manager.models import Absence, Access, Event, Module, User, UserRole
from user_manager.services.absences import name_deputy, remove_deputy
from user_manager.services.deciding import Decision, decide
from user_manager.services.ending import Removal, revoke_access, revoke_in_module
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.requesting import AccessOrder, add_access
from user_manager.services.users import change_user, create_user, sign_in

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OLGA, OTTO, ROOT = "olga@example.com", "otto@example.com", "root@example.com"
DAN = "dan@example.com"
Side = Callable[[], object]


def by(person: str) -> Call:
    return Call(Caller(user_id=person, is_administrator=person == ROOT), NOW, Policy())


def make_user(user_id: str, *roles: Role) -> None:
    key = user_key(user_id)
    user, _ = User.objects.get_or_create(
        id=user_id, defaults={"key": key, "name": user_id, "created_at": NOW}
    )
    for role in roles:
        UserRole.objects.get_or_create(user=user, role=role)


def ask(person: str, module: str, *types: str, access_id: str | None = None) -> Access:
    order = AccessOrder(person, module, parse_types(types), access_id)
    return add_access(by(person), order)[0]


def give(person: str, module: str, *types: str) -> Access:
    return decide(by(ROOT), ask(person, module, *types).id, Decision(approve=True))


def make_module(name: str) -> None:
    """Register a module with two OWNERs."""
    for owner in (OLGA, OTTO, ROOT):
        make_user(owner, Role.CREATE_EXT_DATAMODULE)
    put_module(by(OLGA), name, ModuleValues())
    give(OTTO, name, "OWNER")


class Race(ABC):
    """A race of two sides, round by round. Each round has a person of its own."""

    size = 2

    def person(self, number: int) -> str:
        return f"{type(self).__name__}-{number}@example.com"

    def module(self, number: int) -> str:
        """Return the module of a round; here one for all rounds."""
        return type(self).__name__.lower()

    def prepare(self, number: int) -> None:
        make_user(self.person(number))
        if not Module.objects.filter(id=self.module(number)).exists():
            make_module(self.module(number))
        self.begin(number)

    def begin(self, number: int) -> None:  # noqa: B027 - not every race needs more
        """Make what this race is about."""

    @abstractmethod
    def sides(self, number: int) -> list[Side]:
        """Return what the processes of a round do."""

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        yield from ()

    def accesses(self, number: int) -> QuerySet[Access]:
        """Return the accesses that the sides of a round change."""
        of_person = Access.objects.filter(module=self.module(number), user=self.person(number))
        return of_person.select_related("user")

    def states(self, number: int) -> list[str]:
        return sorted(self.accesses(number).values_list("state", flat=True))


class RaceOfOwners(Race):
    """A race for which each round needs a module of its own."""

    def module(self, number: int) -> str:
        return f"{type(self).__name__}-{number}".lower()

    def accesses(self, number: int) -> QuerySet[Access]:
        return Access.objects.filter(module=self.module(number)).select_related("user")

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        owners = self.accesses(number).filter(state="APPROVED", types__in=OWNER_MASKS).count()
        if sorted(results) != ["ok", "precondition"] or owners != 1:
            yield f"the module has {owners} OWNERs"


class TwoDeciders(Race):
    """Two OWNERs decide one request, one way each."""

    def begin(self, number: int) -> None:
        ask(self.person(number), self.module(number), "READ", access_id=f"deciders-{number}")

    def sides(self, number: int) -> list[Side]:
        access_id = f"deciders-{number}"
        return [
            lambda: decide(by(OLGA), access_id, Decision(approve=True)),
            lambda: decide(by(OTTO), access_id, Decision(approve=number % 2 == 0)),
        ]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        if sorted(results) != ["ok", "precondition"]:
            yield "the request was not decided exactly once"


class DecideAgainstWithdraw(Race):
    """An OWNER approves what the person withdraws."""

    def begin(self, number: int) -> None:
        ask(self.person(number), self.module(number), "READ", access_id=f"withdraw-{number}")

    def sides(self, number: int) -> list[Side]:
        access_id = f"withdraw-{number}"
        return [
            lambda: decide(by(OLGA), access_id, Decision(approve=True)),
            lambda: revoke_access(by(self.person(number)), access_id, Removal()),
        ]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        expected = {"ok": "REVOKED", "precondition": "WITHDRAWN"}
        if results[1] != "ok" or self.states(number) != [expected.get(results[0], "")]:
            yield f"the access is {self.states(number)}"


class TwoRequests(Race):
    """A person asks twice for one module."""

    def sides(self, number: int) -> list[Side]:
        person, module = self.person(number), self.module(number)
        return [lambda: ask(person, module, "READ"), lambda: ask(person, module, "WRITE")]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        if sorted(results) != ["exists", "ok"] or self.states(number) != ["PENDING"]:
            yield f"the requests are {self.states(number)}"


class OneIdForTwo(Race):
    """Two people use the same id for their requests."""

    def begin(self, number: int) -> None:
        make_user(f"other-{self.person(number)}")

    def sides(self, number: int) -> list[Side]:
        module, access_id = self.module(number), f"shared-{number}"
        return [
            lambda: ask(self.person(number), module, "READ", access_id=access_id),
            lambda: ask(f"other-{self.person(number)}", module, "READ", access_id=access_id),
        ]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        if sorted(results) != ["exists", "ok"]:
            yield "both or none have the id"


class UpgradeAgainstRemoval(Race):
    """An OWNER approves more than a person has, who gives all of it up."""

    def begin(self, number: int) -> None:
        person, module = self.person(number), self.module(number)
        give(person, module, "READ")
        ask(person, module, "WRITE", access_id=f"upgrade-{number}")

    def sides(self, number: int) -> list[Side]:
        person, module = self.person(number), self.module(number)
        return [
            lambda: decide(by(OLGA), f"upgrade-{number}", Decision(approve=True)),
            lambda: revoke_in_module(by(person), person, module, Removal()),
        ]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        if results != ["ok", "ok"]:
            yield "one side was refused"
        # removal first: the old one ended by the person, the upgrade is held;
        # upgrade first: the old one ended by the decider, and the removal ended the upgrade
        old, new = self.accesses(number).order_by("types")
        ways = {("REVOKED", self.person(number), "APPROVED"), ("REVOKED", OLGA, "REVOKED")}
        if (old.state, old.ended_by, new.state) not in ways:
            yield f"the old one is {old.state} by {old.ended_by}, the new one {new.state}"


class TwoLastOwners(RaceOfOwners):
    """The two OWNERs of a module leave."""

    def sides(self, number: int) -> list[Side]:
        module = self.module(number)
        return [
            lambda: revoke_in_module(by(OLGA), OLGA, module, Removal()),
            lambda: revoke_in_module(by(OTTO), OTTO, module, Removal(parse_types(["OWNER"]))),
        ]


class TwoOwnersDeactivated(RaceOfOwners):
    """The two OWNERs of a module are deactivated."""

    def owners(self, number: int) -> list[str]:
        return [f"{place}-{self.person(number)}" for place in ("a", "b")]

    def begin(self, number: int) -> None:
        for owner in self.owners(number):
            make_user(owner)
            give(owner, self.module(number), "OWNER")
        for owner in (OLGA, OTTO):
            revoke_in_module(by(ROOT), owner, self.module(number), Removal())

    def sides(self, number: int) -> list[Side]:
        first, second = self.owners(number)
        return [
            lambda: change_user(by(ROOT), first, active=False),
            lambda: change_user(by(ROOT), second, active=False),
        ]


class DecideAgainstDeactivation(Race):
    """An OWNER approves the request of a person who is deactivated."""

    def begin(self, number: int) -> None:
        ask(self.person(number), self.module(number), "READ", access_id=f"deactivated-{number}")

    def sides(self, number: int) -> list[Side]:
        return [
            lambda: decide(by(OLGA), f"deactivated-{number}", Decision(approve=True)),
            lambda: change_user(by(ROOT), self.person(number), active=False),
        ]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        expected = {"ok": "REVOKED", "precondition": "WITHDRAWN"}
        if results[1] != "ok" or self.states(number) != [expected.get(results[0], "")]:
            yield f"the access is {self.states(number)}"


class DecideAgainstRemovalOfDeputy(Race):
    """A deputy approves a request while the absent OWNER takes this right away."""

    def begin(self, number: int) -> None:
        make_user(DAN)
        name_deputy(by(OLGA), OLGA, DAN, NOW + timedelta(days=1))
        ask(self.person(number), self.module(number), "READ", access_id=f"deputy-{number}")

    def sides(self, number: int) -> list[Side]:
        return [
            lambda: decide(by(DAN), f"deputy-{number}", Decision(approve=True)),
            lambda: self.remove(number),
        ]

    def remove(self, number: int) -> None:
        """Remove the deputy; in some rounds as late as the other side decides."""
        for days in range(number % 4):
            name_deputy(by(OLGA), OLGA, DAN, NOW + timedelta(days=2 + days))
        remove_deputy(by(OLGA), OLGA)

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        expected = {"ok": "APPROVED", "forbidden": "PENDING", "not-found": "PENDING"}
        if results[1] != "ok" or self.states(number) != [expected.get(results[0], "")]:
            yield f"the access is {self.states(number)}"
        removed = Event.objects.filter(kind="deputy_removed").latest("seq")
        approved = Event.objects.filter(kind="approved", access=f"deputy-{number}").first()
        if approved is not None and approved.seq > removed.seq:
            yield "a deputy decided after the right was removed"


class DecideAgainstDeactivationOfDeputy(Race):
    """A deputy approves a request while an administrator deactivates them."""

    def deputy(self, number: int) -> str:
        return f"deputy-of-{self.person(number)}"

    def begin(self, number: int) -> None:
        make_user(self.deputy(number))
        name_deputy(by(OTTO), OTTO, self.deputy(number), NOW + timedelta(days=1))
        ask(self.person(number), self.module(number), "READ", access_id=f"departs-{number}")

    def sides(self, number: int) -> list[Side]:
        return [
            lambda: decide(by(self.deputy(number)), f"departs-{number}", Decision(approve=True)),
            lambda: self.deactivate(number),
        ]

    def deactivate(self, number: int) -> None:
        """Deactivate the deputy; in some rounds as late as the other side decides."""
        for name in range(number % 4):
            change_user(by(ROOT), self.deputy(number), name=f"Deputy {name}")
        change_user(by(ROOT), self.deputy(number), active=False)

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        expected = {"ok": "APPROVED", "forbidden": "PENDING", "not-found": "PENDING"}
        if results[1] != "ok" or self.states(number) != [expected.get(results[0], "")]:
            yield f"the access is {self.states(number)}"
        if Absence.objects.filter(deputy=self.deputy(number)).exists():
            yield "somebody who is deactivated is still a deputy"


class OneNewModule(Race):
    """Two people register one new module."""

    def name(self, number: int) -> str:
        return f"new-{number}"

    def sides(self, number: int) -> list[Side]:
        return [
            lambda: put_module(by(OLGA), self.name(number), ModuleValues()),
            lambda: put_module(by(OTTO), self.name(number), ModuleValues()),
        ]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        if sorted(results) != ["forbidden", "ok"] or not self.founded(number):
            yield "not exactly one of them owns the module"

    def founded(self, number: int) -> bool:
        return Module.objects.get(id=self.name(number)).accesses.count() == 1


class OneNewUser(Race):
    """A person signs in for the first time while somebody creates the user in another spelling."""

    def sides(self, number: int) -> list[Side]:
        person = f"Newcomer-{number}@example.com"
        return [
            lambda: sign_in(by(person), person, person),
            lambda: create_user(by(ROOT), person.lower(), "Newcomer"),
        ]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        if results not in (["ok", "exists"], ["forbidden", "ok"]):
            yield "both or none of the spellings are users"


RACES = (
    TwoDeciders,
    DecideAgainstWithdraw,
    TwoRequests,
    OneIdForTwo,
    UpgradeAgainstRemoval,
    TwoLastOwners,
    TwoOwnersDeactivated,
    DecideAgainstDeactivation,
    DecideAgainstRemovalOfDeputy,
    DecideAgainstDeactivationOfDeputy,
    OneNewModule,
    OneNewUser,
)
