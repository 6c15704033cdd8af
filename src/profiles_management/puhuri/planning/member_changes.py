"""The members of one project: who gains, keeps, changes and loses a role. Pure.

A role that somebody has is extended and never given again: that would double it. A person
with a doubled grant is left alone for this role, because the portal can neither change nor end it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from msgspec import structs

from profiles_management.pmr.problems import Problem, Where
from profiles_management.puhuri.client.models import Grant
from profiles_management.puhuri.client.wire import moment
from profiles_management.puhuri.mapping.project_end import end_within
from profiles_management.puhuri.mapping.wanted import WantedMember, WantedProject
from profiles_management.puhuri.planning.held_roles import Roles, roles_of_people
from profiles_management.puhuri.planning.role_strength import strength
from profiles_management.puhuri.planning.terms import MEMBER, PlanItem, Verb
from profiles_management.puhuri.planning.write_bodies import MemberBody, encoded
from profiles_management.puhuri.portal_settings import PersonName
from profiles_management.reconcile.plan import (
    AccessMove,
    Action,
    Change,
    Condition,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Pending,
    Person,
    Phase,
    Reason,
    Write,
)


@dataclass(slots=True)
class MemberChanges:
    """The members of one project, as they are and as they should be.

    Attributes:
        users: the uuids of the people whom the portal lists, by their keys.
        reason: why who is not wanted loses a role.
        staying_roles: the roles that somebody keeps who is not wanted; see FrozenAccess.
        disputed: the keys of people whose roles stay as they are.
        after: what the first write for each person waits for; None for nothing.
        staying: the uuids of people who keep a role for one of these reasons, once `changes` is
            read.
    """

    project: WantedProject
    grants: Sequence[Grant]
    users: Mapping[str, Collection[str]]
    people: PersonName
    now: datetime
    reason: Reason = Reason.UNLISTED
    staying_roles: frozenset[str] = frozenset()
    disputed: frozenset[str] = frozenset()
    after: Condition | None = None
    staying: set[str] = field(default_factory=set)

    def changes(self) -> Iterator[PlanItem]:
        """Yield every change of the project's members, and what prevents one."""
        wanted = {member.key: member for member in self.project.members}
        present = roles_of_people(self.grants, self.people)
        for key in sorted({*wanted, *present}):
            accounts = present.get(key, {})
            if key in self.disputed:
                self.staying.update(accounts)
            elif key in wanted:
                yield from self._of_member(wanted[key], accounts)
            else:
                yield from self._of_unlisted(key, accounts)

    def _stays(self, accounts: Mapping[str, Roles]) -> bool:
        """Return whether a source that cannot be read may have given these roles."""
        return all(self.staying_roles.issuperset(roles.grants) for roles in accounts.values())

    # one person

    def _of_unlisted(self, key: str, accounts: Mapping[str, Roles]) -> Iterator[PlanItem]:
        """Yield the end of every role of somebody who should have none, unless they stay."""
        if self._stays(accounts):
            self.staying.update(accounts)
            return
        for roles in accounts.values():
            yield from self._doubled(roles, wanted_role="")
            yield from self._removed(key, roles)

    def _of_member(self, member: WantedMember, accounts: Mapping[str, Roles]) -> Iterator[PlanItem]:
        """Yield what gives somebody exactly the wanted role."""
        uuids = accounts or self.users.get(member.key, ())
        if len(uuids) > 1:
            yield self._ambiguous(member, uuids)
            return
        roles = self._named(member, accounts)
        yield from self._doubled(roles, member.role)
        if member.role in roles.grants:
            yield from self._kept(roles, member)
        elif roles.doubled():
            return
        elif self._is_known(roles):
            yield self._given(roles, member)
        else:
            yield self._unknown(member)

    def _named(self, member: WantedMember, accounts: Mapping[str, Roles]) -> Roles:
        """Return the grants of a wanted person with at most one account, whom the document names.

        Args:
            accounts: those with a role in this project.
        """
        if not accounts:
            return Roles(member.name, "".join(self.users.get(member.key, ())), {})
        (roles,) = accounts.values()
        if roles.name == member.name:
            return roles
        return replace(roles, name=member.name)

    def _doubled(self, roles: Roles, wanted_role: str) -> Iterator[PlanItem]:
        """Yield whom to ask about each role that somebody has more than once."""
        for role in roles.doubled():
            grants = roles.grants[role]
            if sum(not grant.is_over(self.now) for grant in grants) <= 1:
                what = f"{roles.name} has {role} twice until the portal's daily clean-up"
                yield Pending(self.project.profile, what)
                continue
            remedy = (
                f"ask the portal's support to end all grants of user {roles.user} in project "
                f"{grants[0].project_uuid}"
            )
            if role == wanted_role:
                what = f"{roles.name} has the role {role} {len(grants)} times, and should have one"
                yield self._problem("doubled-grant", what, f"{remedy} but one")
            else:
                what = f"{roles.name} has the role {role} {len(grants)} times, and should have none"
                yield self._problem("stuck-role", what, remedy)

    def _removed(self, key: str, roles: Roles) -> Iterator[Change]:
        """Yield the end of every role of somebody who should have none."""
        singles = roles.singles()
        if not singles:
            return
        over = all(grant.is_over(self.now) for grant in singles.values())
        reason = Reason.EXPIRED if over or key in self.project.expired else self.reason
        writes = self._removals(roles, singles)
        change = self._change(Phase.REVOKE, Action.DELETE, reason, roles, writes=writes)
        yield self._moved(change, self._strongest(roles), "")

    def _kept(self, roles: Roles, member: WantedMember) -> Iterator[Change]:
        """Yield what changes for somebody who has the wanted role: further roles, or its end."""
        singles = roles.singles()
        held = singles.pop(member.role, None)
        if singles:
            writes = self._removals(roles, singles)
            change = self._change(
                Phase.REVOKE, Action.DELETE, Reason.EXTRA_ROLE, roles, writes=writes
            )
            yield self._moved(change, self._strongest(roles), member.role)
        if held is not None and self._end(held) != member.until:
            yield self._extended(roles, member, held)

    def _end(self, held: Grant) -> datetime | None:
        """Return when a role ends; None for never, or with the project."""
        return end_within(held.expiration_time, self.project.end_date)

    def _extended(self, roles: Roles, member: WantedMember, held: Grant) -> Change:
        is_over = held.is_over(self.now)
        until = moment(member.until)
        has_end = until is not None
        write = self._write(Verb.SET_EXPIRY, roles, member.role, until, ends=has_end)
        end = FieldDiff(FieldKind.UNTIL, "expiration_time", moment(held.expiration_time), until)
        phase = Phase.GRANT if is_over else Phase.SWITCH
        change = self._change(phase, Action.UPDATE, Reason.CHANGED, roles, writes=(write,))
        before = "" if is_over else member.role
        return structs.replace(self._moved(change, before, member.role, until), fields=(end,))

    def _given(self, roles: Roles, member: WantedMember) -> Change:
        """Return the change that gives somebody a role; further roles end first."""
        removals = self._removals(roles, roles.singles())
        until = moment(member.until)
        addition = self._write(Verb.ADD_MEMBER, roles, member.role, until)
        writes = (*removals, addition)
        before = self._strongest(roles)
        change = self._change(Phase.GRANT, Action.CREATE, Reason.WANTED, roles, writes=writes)
        change = self._moved(change, before, member.role, until)
        if not before:
            return change
        return structs.replace(
            change,
            phase=Phase.SWITCH,
            action=Action.REPLACE,
            reason=Reason.ROLE_CHANGED,
            promotes=strength(member.role) > strength(before),
        )

    def _is_known(self, roles: Roles) -> bool:
        """Return whether the portal can be asked for a person: by address only for members."""
        return self.people is PersonName.CUID or bool(roles.user)

    def _unknown(self, member: WantedMember) -> Problem:
        return self._problem(
            "needs-cuid",
            f"no member of the customer has the address {member.name}",
            "name everybody by CUID, or let the person become a member once in the portal",
        )

    # steps

    def _change(
        self,
        phase: Phase,
        action: Action,
        reason: Reason,
        roles: Roles,
        *,
        writes: tuple[Write, ...],
    ) -> Change:
        """Return a change that moves nobody's access yet."""
        target = ObjectRef(MEMBER, self.project.profile, roles.name)
        person = Person("User", roles.name)
        return Change(phase, self.project.profile, target, action, reason, person, writes=writes)

    def _moved(self, change: Change, before: str, after: str, until: str | None = None) -> Change:
        """Return a change with the roles of its person before and after it.

        Where both are '', what was over is tidied up, and nobody's access moves.
        """
        if change.person is None or not (before or after):
            return change
        ends = until or ""
        move = AccessMove(change.person, before, after, ends)
        return structs.replace(change, before=before, after=after, until=ends, moves=(move,))

    def _removals(self, roles: Roles, singles: Mapping[str, Grant]) -> tuple[Write, ...]:
        return tuple(
            self._write(Verb.REMOVE_MEMBER, roles, role, ends=True) for role in sorted(singles)
        )

    def _write(
        self,
        verb: Verb,
        roles: Roles,
        role: str,
        until: str | None = None,
        *,
        ends: bool = False,
    ) -> Write:
        body = MemberBody(
            backend_id=self.project.backend_id,
            role=role,
            user=roles.user,
            cuid="" if roles.user else roles.name,
            until=until,
        )
        target = ObjectRef(MEMBER, self.project.profile, roles.name)
        person = Person("User", roles.name) if ends else None
        return Write(verb, target, encoded(body), after=self.after, ends=person)

    def _strongest(self, roles: Roles) -> str:
        """Return the strongest role that a person has now, '' for none."""
        active = [
            role
            for role, grants in roles.grants.items()
            if any(not grant.is_over(self.now) for grant in grants)
        ]
        return max(active, key=strength, default="")

    def _problem(self, code: str, what: str, remedy: str) -> Problem:
        return Problem(code, what, Where.of_profile(self.project.profile), remedy)

    def _ambiguous(self, member: WantedMember, uuids: Collection[str]) -> Problem:
        users = ", ".join(sorted(uuids))
        return self._problem(
            "ambiguous-person",
            f"{len(uuids)} users of the portal have the address {member.name}: {users}",
            "name people by CUID, or ask the portal's support to merge the users",
        )
