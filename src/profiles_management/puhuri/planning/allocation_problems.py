"""What prevents the allocations of a document, and what to do about it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.puhuri_section import PuhuriAllocation
from profiles_management.puhuri.client.models import Allocation, Offering, Quantity
from profiles_management.puhuri.mapping.usage_months import Period


@dataclass(frozen=True, slots=True)
class AllocationProblems:
    """The problems of the allocations of one profile."""

    profile: str

    # of the document

    def no_offering(self, wanted: PuhuriAllocation, offerings: Sequence[Offering]) -> Problem:
        """Return the problem that none, or several, are called as the document calls one."""
        if not offerings:
            return self._problem(
                "unknown-offering",
                f"there is no active offering {wanted.offering}",
                "see the names in: profiles-management puhuri offerings",
            )
        return self._problem(
            "ambiguous-offering",
            f"{len(offerings)} offerings have the name {wanted.offering}: {_uuids(offerings)}",
            "write the uuid of one of them",
        )

    def no_plan(self, wanted: PuhuriAllocation, offering: Offering) -> Problem:
        """Return the problem that it is not clear which plan of an offering is meant."""
        names = ", ".join(plan.name for plan in offering.plans)
        what = "has several plans" if wanted.plan is None else f"has no plan {wanted.plan}"
        return self._problem(
            "no-plan", f"{offering.name} {what}", f"write one of its plans: plan: {names}"
        )

    def unknown_limits(self, offering: Offering, unknown: Iterable[str]) -> Problem:
        """Return the problem that an offering does not have the components of some limits."""
        known = ", ".join(component.type for component in offering.components)
        return self._problem(
            "unknown-limit",
            f"{offering.name} has no component {', '.join(unknown)}",
            f"write limits of its components: {known}",
        )

    def fractional_limits(self, wanted: PuhuriAllocation, fractions: Iterable[str]) -> Problem:
        """Return the problem that some limits are no whole numbers."""
        return self._problem(
            "fractional-limit",
            f"the allocation {wanted.name} of {wanted.offering} has a fraction as limit of "
            f"{', '.join(fractions)}, and this portal takes whole numbers only",
            "write a whole number",
        )

    def renamed(self, wanted: PuhuriAllocation, others: Iterable[Allocation]) -> Problem:
        """Return the problem that others of the offering may be the wanted one."""
        names = ", ".join(f"{other.name} ({other.uuid})" for other in others)
        return self._problem(
            "renamed-allocation",
            f"there is no allocation {wanted.name} of {wanted.offering}, but {names}",
            "rename it in the portal, or list it in the document",
        )

    def doubled(self, wanted: PuhuriAllocation, same: Sequence[Allocation]) -> Problem:
        """Return the problem that several are the wanted one."""
        return self._problem(
            "doubled-allocation",
            f"there are {len(same)} allocations {wanted.name} of {wanted.offering}: {_uuids(same)}",
            "rename or terminate all but one in the portal",
        )

    # of the portal

    def unlisted(self, allocation: Allocation) -> Problem:
        """Return the problem that one is not in the document and stays."""
        return self._problem(
            "unlisted-allocation",
            f"the allocation {allocation.name} of {allocation.offering_name} is not in the "
            "document",
            "list it, or allow its end: --allow-terminations",
        )

    def erred(self, allocation: Allocation) -> Problem:
        """Return the problem that the provider failed to make or to change one."""
        return self._problem(
            "erred-allocation",
            f"the allocation {allocation.name} of {allocation.offering_name} failed",
            "ask its provider; it can only be terminated and ordered again",
        )

    def stuck(self, allocation: Allocation) -> Problem:
        """Return the problem that one without an order can neither be used nor changed."""
        return self._problem(
            "stuck-allocation",
            f"the allocation {allocation.name} of {allocation.offering_name} is "
            f"{allocation.state}, and there is no order for it",
            f"ask the portal's support to end allocation {allocation.uuid}",
        )

    def overused(
        self,
        allocation: Allocation,
        component: str,
        limit: Quantity,
        used: Quantity,
        period: Period | None,
    ) -> Problem:
        """Return the warning that more was used than a new limit allows.

        Args:
            period: when it was used; None for all months.
        """
        return self._problem(
            "limit-below-usage",
            f"{allocation.name} of {allocation.offering_name} gets {limit} {component}, "
            f"and {used} are used in {period or 'all'}",
            "raise the limit, or leave it: the provider decides what happens",
        )

    def _problem(self, code: str, what: str, remedy: str) -> Problem:
        return Problem(code, what, Where.of_profile(self.profile), remedy)


def _uuids(objects: Iterable[Allocation] | Iterable[Offering]) -> str:
    return ", ".join(item.uuid for item in objects)
