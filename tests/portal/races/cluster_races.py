"""Races with the cluster, which publishes the document and takes answers and catalogues."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.db.models import QuerySet
from race_kinds import NOW, OLGA, OTTO, ROOT, Race, Side, by, make_module, make_user

from profiles_management.pmr import UserKind
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM, Caller
from user_manager.domain.cluster_answer import CatalogueProfile, ClusterAnswer, Person
from user_manager.domain.errors import UserManagerError
from user_manager.domain.limits import AskedTime
from user_manager.domain.policy import Policy
from user_manager.domain.user_lists import UserRow
from user_manager.domain.vocabulary import AccessType, Role, Scope
from user_manager.models import Access, CatalogueConflict, Module
from user_manager.services.absences import name_deputy, remove_deputy
from user_manager.services.answering import take_answer
from user_manager.services.deciding import Decision, decide
from user_manager.services.ending import Removal, revoke_in_module
from user_manager.services.importing import import_users
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.pseudonymising import pseudonymise
from user_manager.services.publishing import publish_document
from user_manager.services.requesting import AccessOrder, add_access
from user_manager.services.sweeping import sweep
from user_manager.services.users import change_user

CLUSTER = Call(Caller(token="cluster", scopes=frozenset({Scope.CLUSTER})), NOW, Policy())


class OneNewName(Race):
    """Somebody registers a module by the name of a profile that is new in the catalogue."""

    def name(self, number: int) -> str:
        return f"name-{number}"

    def sides(self, number: int) -> list[Side]:
        profile = CatalogueProfile(self.name(number), Person(UserKind.USER, OTTO), open=True)
        answer = ClusterAnswer("", problem="not read yet", catalogue=(profile,))
        return [
            lambda: put_module(by(OLGA), self.name(number), ModuleValues()),
            lambda: take_answer(CLUSTER, answer),
        ]

    def faults(self, number: int, results: list[str]) -> Iterator[str]:
        kind = Module.objects.get(id=self.name(number)).kind
        is_left_out = CatalogueConflict.objects.filter(name=self.name(number)).exists()
        expected = {"ok": ("external", True), "exists": ("profile", False)}
        if results[1] != "ok" or expected.get(results[0]) != (kind, is_left_out):
            yield f"the module is {kind}"


class Everything(Race):
    """Four processes do all sorts of things to few people and modules."""

    size = 4
    people = tuple(f"p{number}@example.com" for number in range(4))
    modules = ("mixed-a", "mixed-b")
    profiles = ("team-a", "team-b", "team-c")

    def prepare(self, number: int) -> None:
        if number == 0:
            for person in self.people:
                make_user(person)
            for module in self.modules:
                make_module(module)
            self.take_answer(random.Random(0))

    def accesses(self, number: int) -> QuerySet[Access]:
        return Access.objects.none()  # all of them are checked at the end

    def sides(self, number: int) -> list[Side]:
        cluster = [self.publish, self.take_answer, self.take_answer, self.sweep]
        people = [
            self.ask,
            self.ask,
            self.decide,
            self.decide,
            self.revoke,
            self.change,
            self.stand_in,
        ]
        jobs = [cluster, people, people, [*people, self.load, self.pseudonymise]]
        return [
            partial(self.act, verbs, random.Random(f"{number} {place}"))
            for place, verbs in enumerate(jobs)
        ]

    def act(self, verbs: list[Callable[[random.Random], object]], chance: random.Random) -> None:
        """Do ten things; what is refused is as good as what is done."""
        for _ in range(10):
            with suppress(UserManagerError):
                chance.choice(verbs)(chance)

    def ask(self, chance: random.Random) -> None:
        person = chance.choice(self.people)
        module = chance.choice([*self.modules, *self.profiles])
        until = chance.choice([None, NOW + timedelta(hours=1)])
        order = AccessOrder(
            person, module, frozenset({chance.choice([*AccessType])}), asked=AskedTime(until=until)
        )
        add_access(by(chance.choice([person, OLGA])), order)

    def decide(self, chance: random.Random) -> None:
        pending = Access.objects.filter(state="PENDING").order_by("id")
        for access in pending[:2]:
            decider = chance.choice([OLGA, ROOT, *self.people])
            decide(by(decider), access.id, Decision(chance.random() < 0.8))

    def stand_in(self, chance: random.Random) -> None:
        absent = chance.choice([OLGA, *self.people])
        if chance.random() < 0.3:
            remove_deputy(by(absent), absent)
        else:
            deputy = chance.choice(self.people)
            name_deputy(by(absent), absent, deputy, NOW + timedelta(days=1))

    def revoke(self, chance: random.Random) -> None:
        person, module = chance.choice(self.people), chance.choice([*self.modules, *self.profiles])
        types = frozenset({chance.choice([*AccessType])})
        removal = chance.choice([Removal(), Removal(types)])
        revoke_in_module(by(chance.choice([person, ROOT])), person, module, removal)

    def change(self, chance: random.Random) -> None:
        person = chance.choice(self.people)
        active = chance.random() < 0.9
        change_user(by(ROOT), person, name=f"P {chance.random()}", active=active, force=True)

    def publish(self, _: random.Random) -> None:
        publish_document(CLUSTER)

    def take_answer(self, chance: random.Random) -> None:
        revision = publish_document(CLUSTER).revision
        listed = chance.sample(self.profiles, 2)
        owner = Person(UserKind.USER, OLGA)
        profiles = tuple(CatalogueProfile(name, owner, open=True) for name in sorted(listed))
        applied = frozenset(chance.sample(self.profiles, 2))
        catalogue = chance.choice([None, profiles])
        take_answer(CLUSTER, ClusterAnswer(revision, applied=applied, catalogue=catalogue))

    def load(self, chance: random.Random) -> None:
        people = chance.sample(self.people, 3)
        rows = [UserRow(1, person, person, (chance.choice([*Role]),)) for person in people]
        import_users(Call(SYSTEM, NOW, Policy()), rows)

    def pseudonymise(self, chance: random.Random) -> None:
        """Deactivate and pseudonymise a person, whom `load` creates again."""
        person = chance.choice(self.people)
        change_user(by(ROOT), person, active=False, force=True)
        pseudonymise(by(ROOT), person)

    def sweep(self, _: random.Random) -> None:
        sweep(Call(SYSTEM, NOW + timedelta(days=1), Policy()))
