"""Offerings: what projects can be given a share of."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from profiles_management.puhuri.client.filters import (
    Filter,
    accept_all,
    filter_uuid,
    filtered,
    part,
    query_params,
    same,
)
from profiles_management.puhuri.client.models import (
    Component,
    Offering,
    OfferingPlan,
    OfferingState,
)
from profiles_management.puhuri.client.service import Row, Service, in_known_state, set_fields
from profiles_management.puhuri.client.wire import quantity

_PUBLIC = "/api/marketplace-public-offerings/"
_FIRST = "/api/marketplace-offerings/"  # until November 2022
_BOUNDS = ("min_value", "max_value", "default_limit")


class _ComponentRow(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    name: str | None = None
    measured_unit: str | None = None
    billing_type: str | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    default_limit: Decimal | None = None
    limit_period: str | None = None
    is_boolean: bool | None = None

    def component(self) -> Component:
        fields = set_fields(self)
        return Component(
            **fields | {name: quantity(fields[name]) for name in _BOUNDS if name in fields}
        )


class _PlanRow(Row[OfferingPlan], frozen=True, kw_only=True):
    name: str | None = None
    url: str = ""
    archived: bool | None = None

    def model(self) -> OfferingPlan:
        return OfferingPlan(**set_fields(self))


class _OfferingRow(Row[Offering], frozen=True, kw_only=True):
    name: str | None = None
    url: str = ""
    state: str | None = None
    shared: bool | None = None
    type: str | None = None
    customer_uuid: str | None = None
    customer_name: str | None = None
    category_title: str | None = None
    plans: tuple[_PlanRow, ...] = ()
    components: tuple[_ComponentRow, ...] = ()

    def model(self) -> Offering:
        plans = tuple(plan.model() for plan in self.plans)
        components = tuple(component.component() for component in self.components)
        return Offering(**set_fields(self) | {"plans": plans, "components": components})


class Offerings(Service):
    """Operations on offerings."""

    def find(
        self,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        state: str | None = None,
        shared: bool | None = None,
        category: str | None = None,
        type: str | None = None,  # noqa: A002 - the field's name in the API
        customer: str | None = None,
    ) -> Iterator[Offering]:
        """Return the offerings that the token may see, with their plans and components.

        Args:
            name: a part of it, small and capital letters alike.
            state: a member of OfferingState, in its capital and small letters.
            category, customer: a uuid; the customer is the one that provides the offering.

        Raises:
            PuhuriError: see Service.
        """
        filters = (
            Filter("name", name, part("name")),
            Filter("name_exact", name_exact, same("name")),
            Filter("state", state, same("state")),
            Filter("shared", shared, same("shared")),
            Filter("category_uuid", filter_uuid(category), accept_all),
            Filter("type", type, same("type")),
            Filter("customer_uuid", filter_uuid(customer), same("customer_uuid")),
        )
        params = [*query_params(filters), ("o", "created")]
        offerings = self.objects(self._path(), params, _OfferingRow, what="list the offerings")
        return filtered(in_known_state(offerings, state, OfferingState), filters)

    def get(self, uuid: str) -> Offering:
        """Return an offering with its plans and components.

        Raises:
            NotFound: there is none with this uuid, or the token may not see it.
        """
        return self.object(self._path(), uuid, _OfferingRow, what="show an offering")

    def _path(self) -> str:
        return _PUBLIC if self.session.generation.has_public_offerings else _FIRST
