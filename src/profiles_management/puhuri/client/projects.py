"""Projects: made, changed, looked up and deleted."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from profiles_management.pmr.portal_values import uuid as checked_uuid
from profiles_management.puhuri.client.errors import NotFound, PuhuriAway
from profiles_management.puhuri.client.filters import (
    Filter,
    filter_uuid,
    filtered,
    part,
    query_params,
    same,
)
from profiles_management.puhuri.client.models import Project, Uuid
from profiles_management.puhuri.client.service import (
    Row,
    Service,
    look_up_again,
    set_fields,
    to_model,
)
from profiles_management.puhuri.client.wire import Moment

_PATH = "/api/projects/"
_CHANGEABLE = frozenset({"name", "description", "backend_id", "end_date"})


class _ProjectRow(Row[Project], frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    backend_id: str
    customer_uuid: Uuid
    customer_name: str | None = None
    customer_abbreviation: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    created: Moment | None = None

    def model(self) -> Project:
        return Project(**set_fields(self))


class Projects(Service):
    """Operations on projects."""

    def find(
        self,
        *,
        name: str | None = None,
        name_exact: str | None = None,
        description: str | None = None,
        backend_id: str | None = None,
        customer: str | None = None,
        customer_name: str | None = None,
        abbreviation: str | None = None,
    ) -> Iterator[Project]:
        """Return the projects that the token may see, the oldest first.

        Args:
            name, description, customer_name, abbreviation: a part of it, small and capital letters
                alike; the last two are those of the customer.
            customer: the uuid of the customer.

        Raises:
            PuhuriError: see Service.
        """
        filters = (
            Filter("name", name, part("name")),
            Filter("name_exact", name_exact, same("name")),
            Filter("description", description, part("description")),
            Filter("backend_id", backend_id, same("backend_id")),
            Filter("customer", filter_uuid(customer), same("customer_uuid")),
            Filter("customer_name", customer_name, part("customer_name")),
            # the guide calls it `abbreviation`, which no server ever knew and none refuses
            Filter("customer_abbreviation", abbreviation, part("customer_abbreviation")),
        )
        params = [*query_params(filters), ("o", "created")]
        projects = self.objects(_PATH, params, _ProjectRow, what="list the projects")
        return filtered(projects, filters)

    def get(self, uuid: str) -> Project:
        """Return a project.

        Raises:
            NotFound: there is none with this uuid, or the token may not see it.
        """
        return self.object(_PATH, uuid, _ProjectRow, what="show a project")

    def create(
        self,
        *,
        customer: str,
        name: str,
        description: str = "",
        backend_id: str = "",
        end_date: date | None = None,
    ) -> Project:
        """Make a project. The server makes a second one where there is one with this backend_id.

        Without an answer, the project is looked for by its backend_id.

        Args:
            customer: the uuid of the customer.

        Raises:
            PuhuriAway: it is not known whether the project was made.
            PuhuriError: see Service.
        """
        body: dict[str, Any] = {
            "customer": self.url("customers", checked_uuid(customer)),
            "name": name,
            "description": description,
            "backend_id": backend_id,
        }
        if end_date is not None:
            body["end_date"] = end_date.isoformat()
        try:
            answer = self.write("POST", _PATH, body, what="create a project", is_repeatable=False)
        except PuhuriAway as away:
            return look_up_again(away, lambda: self._with_backend_id(customer, backend_id))
        return to_model(answer, answer.read(_ProjectRow))

    def update(self, uuid: str, **fields: str | date | None) -> Project:
        """Change a project and return it as the server has it then.

        Args:
            fields: any of name, description, backend_id and end_date. No other is sent, because the
                server would move the project to another customer without a word.

        Raises:
            PuhuriError: see Service.
            TypeError: there is another field.
        """
        if not fields.keys() <= _CHANGEABLE:
            raise TypeError(f"not changeable: {', '.join(fields.keys() - _CHANGEABLE)}")
        body = {name: _text(value) for name, value in fields.items()}
        path = f"{_PATH}{checked_uuid(uuid)}/"
        answer = self.write("PATCH", path, body, what="change a project", is_repeatable=True)
        return to_model(answer, answer.read(_ProjectRow))

    def delete(self, uuid: str) -> None:
        """Delete a project. The server refuses it while the project has an allocation.

        Raises:
            PuhuriError: see Service.
        """
        path = f"{_PATH}{checked_uuid(uuid)}/"
        try:
            self.write("DELETE", path, what="delete a project", is_repeatable=False)
        except PuhuriAway as away:
            look_up_again(away, lambda: self._is_gone(uuid) or None)

    def _is_gone(self, uuid: str) -> bool:
        try:
            self.get(uuid)
        except NotFound:
            return True
        return False

    def _with_backend_id(self, customer: str, backend_id: str) -> Project | None:
        """Return the only project with a backend_id, if there is exactly one."""
        stored = backend_id.strip()
        if not stored:
            return None
        projects = [*self.find(customer=customer, backend_id=stored)]
        return projects[0] if len(projects) == 1 else None


def _text(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
