"""A portal with a document: what the engine runs on.

The uuids that the portal gives stay here: a write names the backend_id of its project.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Final

import msgspec

from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem, SettingsError
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.errors import Conflict, PuhuriAway, PuhuriError, Refused
from profiles_management.puhuri.client.models import Order
from profiles_management.puhuri.mapping.wanted import wanted_allocations
from profiles_management.puhuri.observing import observe
from profiles_management.puhuri.planning import portal_planner
from profiles_management.puhuri.planning.open_orders import who_acts
from profiles_management.puhuri.planning.terms import Verb
from profiles_management.puhuri.planning.write_bodies import AllocationBody, MemberBody, ProjectBody
from profiles_management.puhuri.portal_description import PortalDescription
from profiles_management.puhuri.portal_settings import PersonName, PuhuriSettings
from profiles_management.puhuri.portal_state import Observed
from profiles_management.reconcile.clock import SYSTEM, Clock, read_moment
from profiles_management.reconcile.plan import Condition, Pending, Plan, Write
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.target_errors import WriteError

_CONFLICTS: Final = (
    "User has already the same role in this scope",
    "The fields project and user must make a unique set",
    "Pending order",
    "Impossible to create update orders with limits set to exactly the same",
    "Valid states for operation",
)
"""What the portal says where somebody else did the same, or something else, at the same moment."""


class PuhuriTarget:
    """The projects of a customer in a portal, with the document that they are to match.

    Raises:
        SettingsError: neither the settings nor the document name the customer.
    """

    def __init__(
        self,
        client: Client,
        pmr: ProfilesManagementRepresentation,
        settings: PuhuriSettings,
        *,
        clock: Clock = SYSTEM,
    ) -> None:
        self.client = client
        self.pmr = pmr
        self.settings = settings
        self.clock = clock
        self._customer = settings.customer or (pmr.puhuri and pmr.puhuri.customer) or ""
        if not self._customer:
            what = "is missing: name it in the document (puhuri.customer) or here"
            raise SettingsError(what, setting="customer")
        self._uuids: dict[str, str] = {}
        self._made: set[str] = set()
        self._orders: list[tuple[str, Order]] = []
        self._lock = threading.Lock()
        self._send: Mapping[str, Callable[[Client, Write], None]] = {
            Verb.CREATE_PROJECT: self._create_project,
            Verb.UPDATE_PROJECT: self._update_project,
            Verb.DELETE_PROJECT: self._delete_project,
            Verb.ADD_MEMBER: self._add_member,
            Verb.REMOVE_MEMBER: self._remove_member,
            Verb.SET_EXPIRY: self._set_expiry,
            Verb.ORDER_ALLOCATION: self._order,
            Verb.SET_LIMITS: self._set_limits,
            Verb.TERMINATE: self._terminate,
        }

    @property
    def description(self) -> PortalDescription:
        """Which portal and which customer it is."""
        return PortalDescription(self.client.connection.url, self._customer)

    # reading and planning

    def observe(self) -> Observed:
        """Read all that planning looks at.

        Raises:
            PuhuriError: the portal cannot be read.
        """
        customer = self.client.customers.named(self._customer)
        observed = observe(
            self.client,
            customer,
            wanted_allocations(self.pmr, self.settings),
            every_allocation=self.settings.allow_terminations,
            every_order=self.settings.allow_terminations,
            every_person=self.settings.people is PersonName.EMAIL,
        )
        with self._lock:
            self._uuids = {project.backend_id: project.uuid for project in observed.projects}
        return observed

    def plan(self, observed: Observed, now: datetime) -> Plan:
        """Return every change that leads from what was observed to what the document wants."""
        return portal_planner.plan(self.pmr, observed, self.settings, now=now)

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return the conditions that hold now: which projects there are."""
        with self._lock:
            known = {*self._uuids}
        return frozenset(
            condition
            for condition in conditions
            if self.settings.backend_id(condition.target.name) in known
        )

    def overdue(
        self,
        awaited: Collection[Condition],  # noqa: ARG002
        left: Collection[Condition],  # noqa: ARG002
        seconds: float,  # noqa: ARG002
    ) -> Collection[Problem]:
        """Return no warning: nobody else is waited for in a run."""
        return ()

    def publish(self, report: Report) -> Report:
        """Return the report with what its orders wait for."""
        waiting = tuple(
            Pending(profile, f"the allocation {order.name} waits for {who_acts(order)}")
            for profile, order in self._orders
            if order.is_open
        )
        return replace(report, waiting=(*report.waiting, *waiting))

    # writing

    def send(self, write: Write, *, deadline: float) -> None:
        """Send a write.

        Raises:
            WriteError: it was refused, or nothing answered.
        """
        try:
            self._send[write.verb](self.client.before(deadline), write)
        except PuhuriError as error:
            raise _write_error(error) from None

    def _create_project(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=ProjectBody)
        day = body.fields["end_date"]
        project = client.projects.create(
            customer=body.customer,
            name=body.fields["name"] or "",
            description=body.fields["description"] or "",
            backend_id=body.backend_id,
            end_date=None if day is None else date.fromisoformat(day),
        )
        with self._lock:
            self._uuids[body.backend_id] = project.uuid
            self._made.add(body.backend_id)

    def _update_project(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=ProjectBody)
        client.projects.update(body.uuid, **body.fields)
        with self._lock:  # an adopted project becomes that of its profile
            self._uuids[body.backend_id] = body.uuid

    def _delete_project(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=ProjectBody)
        client.projects.delete(body.uuid)

    def _add_member(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=MemberBody)
        project = self._uuid(body)
        user = body.user or self._user_without_roles(client, project, body)
        client.members.add(project, user, body.role, read_moment(body.until))

    def _user_without_roles(self, client: Client, project: str, body: MemberBody) -> str:
        """Return the uuid of a person whom the portal did not list as a member of any project.

        The look-up activates a deactivated account. Roles that it had before are listed from then
        on, and one that is given again would be doubled.

        Raises:
            Conflict: the person has a role in the project.
            PuhuriError: the portal does not know the person, or was not reached.
        """
        user = client.users.by_cuid(body.cuid)
        is_new = body.backend_id in self._made
        if not is_new and any(client.members.find(project=project, user=user)):
            raise Conflict(f"{body.cuid} has a role in this project again.")
        return user

    def _remove_member(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=MemberBody)
        client.members.remove(self._uuid(body), body.user, body.role)

    def _set_expiry(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=MemberBody)
        client.members.set_expiry(self._uuid(body), body.user, body.role, read_moment(body.until))

    def _order(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=AllocationBody)
        order = client.allocations.create(
            project=self._uuid(body),
            offering=body.offering,
            plan_url=body.plan_url,
            name=body.name,
            limits=body.limits,
            attributes=body.attributes,
            accepts_terms=body.accepts_terms,
        )
        self._placed(write, order)

    def _set_limits(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=AllocationBody)
        self._placed(
            write, client.orders.get(client.allocations.set_limits(body.uuid, body.limits))
        )

    def _terminate(self, client: Client, write: Write) -> None:
        body = msgspec.json.decode(write.body, type=AllocationBody)
        self._placed(write, client.orders.get(client.allocations.terminate(body.uuid)))

    def _placed(self, write: Write, order: Order) -> None:
        with self._lock:
            self._orders.append((write.target.parent, order))

    def _uuid(self, body: MemberBody | AllocationBody) -> str:
        """Return the uuid of the project of a write.

        Raises:
            PuhuriError: the project is not there, because making it failed.
        """
        with self._lock:
            uuid = self._uuids.get(body.backend_id)
        if uuid is None:
            raise PuhuriError("The project of this profile was not made.")
        return uuid


def _write_error(error: PuhuriError) -> WriteError:
    if isinstance(error, PuhuriAway):
        nameless = "the portal does not answer"
        return WriteError(
            str(error), unanswered=error.unanswered, nameless=nameless, remedy=error.remedy
        )
    nameless, conflict = "the portal refused it", _is_conflict(error)
    return WriteError(str(error), conflict=conflict, nameless=nameless, remedy=error.remedy)


def _is_conflict(error: PuhuriError) -> bool:
    """Return whether somebody else did the same, or something else, at the same moment."""
    if isinstance(error, Refused):
        refusals = chain.from_iterable(error.fields.values())
        return any(words in refusal for refusal in refusals for words in _CONFLICTS)
    return isinstance(error, Conflict)
