"""KFAM over HTTP, as the dashboard uses it."""

from __future__ import annotations

from typing import NamedTuple

import httpx2

_BINDINGS = "/kfam/v1/bindings"
_HEADER = "kubeflow-userid"


class Listed(NamedTuple):
    """One line of the contributors' list."""

    namespace: str
    user: str
    role: str


class Refused(Exception):
    """KFAM refuses a request."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Dashboard:
    """A client of KFAM at an address; `by` is the user who is logged in."""

    def __init__(self, address: str) -> None:
        self._http = httpx2.Client(base_url=address, timeout=30.0, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def contributors(self, **filters: str) -> list[Listed]:
        """Return who contributes, filtered by namespace, user, role.

        Raises:
            Refused: KFAM cannot answer.
        """
        found = self._ask("GET", params=filters).json()["bindings"] or []
        return sorted(
            Listed(one["referredNamespace"], one["user"]["name"], one["RoleRef"]["name"])
            for one in found
        )

    def add(self, namespace: str, user: str, role: str, *, by: str) -> None:
        """Add a contributor.

        Raises:
            Refused: KFAM says no.
        """
        self._ask("POST", by, _body(namespace, user, role))

    def remove(self, namespace: str, user: str, role: str, *, by: str) -> None:
        """Remove a contributor.

        Raises:
            Refused: KFAM says no.
        """
        self._ask("DELETE", by, _body(namespace, user, role))

    def _ask(
        self, method: str, by: str = "", body: object = None, params: dict[str, str] | None = None
    ) -> httpx2.Response:
        answer = self._http.request(
            method, _BINDINGS, headers={_HEADER: by}, json=body, params=params
        )
        if not answer.is_success:
            raise Refused(answer.status_code, answer.text)
        return answer


def _body(namespace: str, user: str, role: str) -> dict[str, object]:
    named = {"kind": "ClusterRole", "name": role}
    return {
        "user": {"kind": "User", "name": user},
        "referredNamespace": namespace,
        "RoleRef": named,
    }
