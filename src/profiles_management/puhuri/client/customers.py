"""Customers: the organizations that may have projects. Only the portal's support makes them."""

from collections.abc import Iterator
from itertools import islice

from profiles_management.pmr.names import near
from profiles_management.pmr.portal_values import is_uuid
from profiles_management.puhuri.client.errors import NotFound, PuhuriError
from profiles_management.puhuri.client.filters import (
    Filter,
    accept_all,
    filtered,
    part,
    query_params,
    same,
)
from profiles_management.puhuri.client.models import Customer
from profiles_management.puhuri.client.service import Row, Service, set_fields
from profiles_management.reconcile.lines import printable

_PATH = "/api/customers/"
_MOST_NAMED = 5  # in a message
_MOST_COMPARED = 1_000  # for a name that was misspelt


class _CustomerRow(Row[Customer], frozen=True, kw_only=True):
    name: str | None = None
    abbreviation: str | None = None

    def model(self) -> Customer:
        return Customer(**set_fields(self))


class Customers(Service):
    """Operations on customers."""

    def find(
        self,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        abbreviation: str | None = None,
        query: str | None = None,
    ) -> Iterator[Customer]:
        """Return the customers that the token may see.

        Args:
            name, abbreviation: a part of it, small and capital letters alike.
            query: a part of the name, of the abbreviation, or of further fields.

        Raises:
            PuhuriError: see Service.
        """
        filters = (
            Filter("name", name, part("name")),
            Filter("name_exact", name_exact, same("name")),
            Filter("abbreviation", abbreviation, part("abbreviation")),
            Filter("query", query, accept_all),
        )
        params = [*query_params(filters), ("o", "name")]
        customers = self.objects(_PATH, params, _CustomerRow, what="list the customers")
        return filtered(customers, filters)

    def get(self, uuid: str) -> Customer:
        """Return a customer.

        Raises:
            NotFound: there is none with this uuid, or the token may not see it.
        """
        return self.object(_PATH, uuid, _CustomerRow, what="show a customer")

    def named(self, name: str) -> Customer:
        """Return the customer with a uuid or an exact name.

        Raises:
            PuhuriError: there is none that the token may see, or several have the name.
        """
        is_name = not is_uuid(name)
        customers = [*self.find(name_exact=name)] if is_name else self._with_uuid(name)
        if len(customers) == 1:
            return customers[0]
        count = f"{len(customers)} customers" if customers else "no customer"
        known_by = "name" if is_name else "uuid"
        what = f"The portal has {count} with the {known_by} {printable(name)} for this token"
        if not customers:
            similar = self._similar(name) if is_name else None
            meant = f"Did you mean {printable(similar)}? " if similar else ""
            remedy = f"{meant}See the {known_by}s in: profiles-management puhuri customers"
            raise PuhuriError(f"{what}.", remedy=remedy)
        uuids = ", ".join(customer.uuid for customer in customers[:_MOST_NAMED])
        raise PuhuriError(f"{what}: {uuids}.", remedy="Name the customer by its uuid.")

    def _similar(self, name: str) -> str | None:
        """Return the name of the customer that was probably meant, by its name or abbreviation."""
        known = [*islice(self.find(), _MOST_COMPARED)]
        names = {customer.abbreviation: customer.name for customer in known}
        names |= {customer.name: customer.name for customer in known}
        similar = near(name, filter(None, names))
        return None if similar is None else names[similar]

    def _with_uuid(self, uuid: str) -> list[Customer]:
        try:
            return [self.get(uuid)]
        except NotFound:
            return []
