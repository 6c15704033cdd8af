"""Allocations of one project: ordered, given other limits, terminated. Pure.

An allocation has at most one open order. While there is one, nothing else is asked for: it is
reported with whom it waits for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final

from profiles_management.pmr.problems import Problem
from profiles_management.pmr.puhuri_section import PuhuriAllocation
from profiles_management.puhuri.client.models import (
    Allocation,
    AllocationState,
    Offering,
    OfferingPlan,
    Order,
    Quantity,
)
from profiles_management.puhuri.client.wire import quantity
from profiles_management.puhuri.mapping.present_allocations import (
    is_of_offering,
    is_the_same,
    merged_limits,
)
from profiles_management.puhuri.mapping.usage_months import limited_period
from profiles_management.puhuri.mapping.wanted import WantedProject
from profiles_management.puhuri.planning.allocation_problems import AllocationProblems
from profiles_management.puhuri.planning.open_orders import who_acts
from profiles_management.puhuri.planning.project_changes import is_ours
from profiles_management.puhuri.planning.terms import ALLOCATION, Field, PlanItem, Verb
from profiles_management.puhuri.planning.write_bodies import AllocationBody, encoded
from profiles_management.puhuri.portal_state import Observed
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldDiff,
    ObjectRef,
    Pending,
    Phase,
    Reason,
    Write,
)

_ENDING: Final = frozenset({AllocationState.TERMINATING, AllocationState.ERRED})
_IN_MOTION: Final = frozenset({AllocationState.UPDATING, AllocationState.TERMINATING})


@dataclass(frozen=True, slots=True)
class AllocationChanges:
    """The allocations of one project, as they are and as they should be.

    Attributes:
        present: those of the project but for terminated ones.
        may_terminate: whether those that are not wanted are terminated.
        month: the first day of the current month.
    """

    project: WantedProject
    observed: Observed
    present: Sequence[Allocation]
    may_terminate: bool
    month: date

    @property
    def problems(self) -> AllocationProblems:
        """What prevents these changes."""
        return AllocationProblems(self.project.profile)

    def changes(self) -> Iterator[PlanItem]:
        """Yield every change of the project's allocations, and what prevents one."""
        if self.project.allocations is None:
            return
        missing: list[PuhuriAllocation] = []
        matched: set[str] = set()
        for wanted in self.project.allocations:
            same = [present for present in self.present if is_the_same(present, wanted)]
            matched |= {allocation.uuid for allocation in same}
            if same:
                yield from self._of_wanted(wanted, same)
            else:
                missing.append(wanted)
        others = [present for present in self.present if present.uuid not in matched]
        for wanted in missing:
            yield self._missing(wanted, others)
        if not missing:
            yield from chain.from_iterable(map(self.unlisted, others))

    def _missing(self, wanted: PuhuriAllocation, others: Sequence[Allocation]) -> PlanItem:
        """Return the order of an allocation, unless one that is there may be the same, renamed.

        Every member of a project can rename its allocations. A second one, and the end of the
        first, would cost what the portal lets only managers decide.
        """
        renamed = [
            other
            for other in others
            if other.state not in _ENDING and is_of_offering(other, wanted)
        ]
        if not renamed:
            return self._order(wanted)
        return self.problems.renamed(wanted, renamed)

    def unlisted(self, allocation: Allocation) -> Iterator[PlanItem]:
        """Yield the end of an allocation that is not wanted, or why it stays."""
        order = self.observed.open_orders.get(allocation.uuid)
        if order is not None:
            yield self._pending(allocation, order)
        elif allocation.state not in (AllocationState.OK, AllocationState.ERRED):
            yield self._stuck(allocation)
        elif self.may_terminate:
            yield self._termination(allocation)
        else:
            yield self.problems.unlisted(allocation)

    def _of_wanted(self, wanted: PuhuriAllocation, same: list[Allocation]) -> Iterator[PlanItem]:
        if len(same) > 1:
            yield self.problems.doubled(wanted, same)
        else:
            yield from self._kept(wanted, same[0])

    def _kept(self, wanted: PuhuriAllocation, allocation: Allocation) -> Iterator[PlanItem]:
        order = self.observed.open_orders.get(allocation.uuid)
        if order is not None:
            yield self._pending(allocation, order)
        elif allocation.state == AllocationState.ERRED:
            yield self.problems.erred(allocation)
        elif allocation.state != AllocationState.OK:
            yield self._stuck(allocation)
        else:
            yield from self._limited(wanted, allocation)

    def _limited(self, wanted: PuhuriAllocation, allocation: Allocation) -> Iterator[PlanItem]:
        fractions = self._fractions(wanted)
        if fractions:
            yield self.problems.fractional_limits(wanted, fractions)
            return
        limits = merged_limits(wanted, allocation)
        if limits == dict(allocation.limits):
            return
        yield from self._overused(allocation, limits)
        body = AllocationBody(
            backend_id=self.project.backend_id, uuid=allocation.uuid, limits=limits
        )
        yield self._change(
            Action.UPDATE,
            Reason.CHANGED,
            allocation.name,
            Write(Verb.SET_LIMITS, self._reference(allocation.name), encoded(body)),
            tuple(_limit_diffs(allocation.limits, limits)),
        )

    def _overused(
        self, allocation: Allocation, limits: Mapping[str, Quantity]
    ) -> Iterator[Problem]:
        """Yield a warning about each limit that is lower than what is used."""
        components = self.observed.limited.get(allocation.offering_uuid, ())
        limit_periods = {component.type: component.limit_period for component in components}
        usages = self.observed.usages.get(allocation.uuid, ())
        for component, limit in sorted(limits.items()):
            period = limited_period(limit_periods.get(component, ""), self.month)
            used = sum(
                usage.usage
                for usage in usages
                if usage.type == component and (period is None or period.has(usage.billing_period))
            )
            if limit < used:
                yield self.problems.overused(allocation, component, limit, used, period)

    def _fractions(self, wanted: PuhuriAllocation) -> list[str]:
        """Return the components of which a limit is a fraction that the portal cannot have."""
        if self.observed.has_fractions:
            return []
        return sorted(name for name, limit in wanted.limits.items() if limit % 1)

    # new ones

    def _order(self, wanted: PuhuriAllocation) -> PlanItem:
        offerings = self.observed.offerings.get(wanted.offering, ())
        if len(offerings) != 1:
            return self.problems.no_offering(wanted, offerings)
        offering = offerings[0]
        plans = _plans(offering, wanted.plan)
        if len(plans) > 1 or (wanted.plan is not None and not plans):
            return self.problems.no_plan(wanted, offering)
        components = {component.type for component in offering.components}
        unknown = sorted(set(wanted.limits) - components)
        if unknown:
            return self.problems.unknown_limits(offering, unknown)
        fractions = self._fractions(wanted)
        if fractions:
            return self.problems.fractional_limits(wanted, fractions)
        body = AllocationBody(
            backend_id=self.project.backend_id,
            name=wanted.name,
            offering=offering.uuid,
            plan_url=plans[0].url if plans else "",
            limits={name: quantity(limit) for name, limit in wanted.limits.items()},
            attributes=wanted.attributes,
            accepts_terms=wanted.accept_terms,
        )
        reference = self._reference(wanted.name)
        after = is_ours(self.project.profile)
        write = Write(Verb.ORDER_ALLOCATION, reference, encoded(body), after=after, creates=True)
        diffs = tuple(_limit_diffs({}, body.limits))
        return self._change(Action.CREATE, Reason.WANTED, wanted.name, write, diffs)

    # steps

    def _termination(self, allocation: Allocation) -> Change:
        body = AllocationBody(backend_id=self.project.backend_id, uuid=allocation.uuid)
        write = Write(Verb.TERMINATE, self._reference(allocation.name), encoded(body))
        return self._change(Action.DELETE, Reason.UNLISTED, allocation.name, write)

    def _change(
        self,
        action: Action,
        reason: Reason,
        name: str,
        write: Write,
        fields: tuple[FieldDiff, ...] = (),
    ) -> Change:
        return Change(
            Phase.SHAPE,
            self.project.profile,
            self._reference(name),
            action,
            reason,
            fields=fields,
            writes=(write,),
            label=f"allocation {name}",
        )

    def _reference(self, name: str) -> ObjectRef:
        return ObjectRef(ALLOCATION, self.project.profile, name)

    def _pending(self, allocation: Allocation, order: Order) -> Pending:
        what = f"the allocation {allocation.name} waits for {who_acts(order)}"
        return Pending(self.project.profile, what)

    def _stuck(self, allocation: Allocation) -> PlanItem:
        """Return why an allocation without an open order neither works nor can be changed."""
        if allocation.state in _IN_MOTION:
            what = f"the allocation {allocation.name} is {allocation.state}"
            return Pending(self.project.profile, what)
        return self.problems.stuck(allocation)


def _plans(offering: Offering, wanted: str | None) -> list[OfferingPlan]:
    plans = [plan for plan in offering.plans if not plan.archived]
    if wanted is None:
        return plans
    return [plan for plan in plans if wanted in (plan.uuid, plan.name)]


def _limit_diffs(
    before: Mapping[str, Quantity], after: Mapping[str, Quantity]
) -> Iterator[FieldDiff]:
    for component in sorted(after):
        old, new = _text(before.get(component)), _text(after[component])
        if old != new:
            yield FieldDiff(Field.LIMIT, f"limits.{component}", old, new)


def _text(limit: Quantity | None) -> str | None:
    if limit is None:
        return None
    return str(limit)
