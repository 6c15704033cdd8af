"""Which function answers which request, in each generation."""

import re

from puhuri_server import (
    customer_users,
    customers,
    logins,
    members,
    offerings,
    order_decisions,
    order_items,
    order_requests,
    orders,
    people,
    permissions,
    projects,
    resources,
    usages,
)
from puhuri_server.http_types import NOT_FOUND_PAGE, Refusal, Reply, Request, detail
from puhuri_server.translations import translated
from puhuri_server.world import Version, World

_UUID = r"([^/]+)"

_COMMON = [
    ("POST", "/api-auth/password/", logins.log_in),
    ("GET", "/api/users/me/", logins.me),
    ("POST", "/api/remote-eduteams/", people.look_up),
    ("GET", "/api/customers/", customers.show_all),
    ("POST", "/api/customers/", customers.create),
    ("GET", f"/api/customers/{_UUID}/", customers.show),
    ("GET", f"/api/customers/{_UUID}/users/", customer_users.show_all),
    ("GET", "/api/projects/", projects.show_all),
    ("POST", "/api/projects/", projects.create),
    ("GET", f"/api/projects/{_UUID}/", projects.show),
    ("PUT", f"/api/projects/{_UUID}/", projects.update),
    ("PATCH", f"/api/projects/{_UUID}/", projects.update),
    ("DELETE", f"/api/projects/{_UUID}/", projects.delete),
    ("GET", "/api/marketplace-resources/", resources.show_all),
    ("GET", f"/api/marketplace-resources/{_UUID}/", resources.show),
    ("PUT", f"/api/marketplace-resources/{_UUID}/", resources.update),
    ("PATCH", f"/api/marketplace-resources/{_UUID}/", resources.update),
    ("POST", f"/api/marketplace-resources/{_UUID}/update_limits/", resources.update_limits),
    ("POST", f"/api/marketplace-resources/{_UUID}/terminate/", resources.terminate),
    ("GET", "/api/marketplace-component-usages/", usages.show_all),
    ("POST", "/api/marketplace-component-usages/set_usage/", usages.set_usage),
    ("GET", f"/api/marketplace-component-usages/{_UUID}/", usages.show),
]
_PERMISSIONS = [
    ("GET", "/api/project-permissions/", permissions.show_all),
    ("POST", "/api/project-permissions/", permissions.create),
    ("GET", f"/api/project-permissions/{_UUID}/", permissions.show),
    ("PUT", f"/api/project-permissions/{_UUID}/", permissions.update),
    ("PATCH", f"/api/project-permissions/{_UUID}/", permissions.update),
    ("DELETE", f"/api/project-permissions/{_UUID}/", permissions.delete),
]
_GRANTS = [
    ("GET", f"/api/projects/{_UUID}/list_users/", members.show_all),
    ("POST", f"/api/projects/{_UUID}/add_user/", members.add),
    ("POST", f"/api/projects/{_UUID}/update_user/", members.update),
    ("POST", f"/api/projects/{_UUID}/delete_user/", members.remove),
]
_ITEMS = [
    ("GET", "/api/marketplace-orders/", order_items.show_all),
    ("POST", "/api/marketplace-orders/", order_items.create),
    ("GET", f"/api/marketplace-orders/{_UUID}/", order_items.show),
    ("POST", f"/api/marketplace-orders/{_UUID}/approve/", order_items.approve),
    ("POST", f"/api/marketplace-orders/{_UUID}/reject/", order_items.reject),
    ("GET", "/api/marketplace-order-items/", order_items.items),
    ("GET", f"/api/marketplace-order-items/{_UUID}/", order_items.item),
    ("POST", f"/api/marketplace-order-items/{_UUID}/approve/", order_items.approve_item),
    ("POST", f"/api/marketplace-order-items/{_UUID}/reject/", order_items.reject_item),
    ("POST", f"/api/marketplace-order-items/{_UUID}/terminate/", order_items.terminate_item),
]
_ORDER = f"/api/marketplace-orders/{_UUID}/"
_ORDERS = [
    ("GET", "/api/marketplace-orders/", orders.show_all),
    ("POST", "/api/marketplace-orders/", order_requests.create),
    ("GET", _ORDER, orders.show),
    ("DELETE", _ORDER, orders.delete),
    ("POST", f"{_ORDER}approve_by_consumer/", order_decisions.approve_by_consumer),
    ("POST", f"{_ORDER}reject_by_consumer/", order_decisions.reject_by_consumer),
    ("POST", f"{_ORDER}approve_by_provider/", order_decisions.approve_by_provider),
    ("POST", f"{_ORDER}reject_by_provider/", order_decisions.reject_by_provider),
    ("POST", f"{_ORDER}cancel/", order_decisions.cancel),
    ("POST", f"{_ORDER}set_state_done/", order_decisions.set_state_done),
    ("POST", f"{_ORDER}set_state_erred/", order_decisions.set_state_erred),
]
_PUBLIC = {"/api-auth/password/"}


def _offerings(name: str) -> list:
    return [
        ("GET", f"/api/{name}/", offerings.show_all),
        ("GET", f"/api/{name}/{_UUID}/", offerings.show),
        ("GET", f"/api/{name}/{_UUID}/plans/", offerings.plans),
        ("GET", f"/api/{name}/{_UUID}/plans/{_UUID}/", offerings.show_plan),
    ]


_VERSIONS = {
    Version.A: [*_PERMISSIONS, *_ITEMS],
    Version.MIXED: [_PERMISSIONS[0], _PERMISSIONS[2], *_GRANTS, *_ITEMS],
    Version.B: [*_GRANTS, *_ORDERS],
    Version.FRACTIONS: [*_GRANTS, *_ORDERS],
}


class Routes:
    """The routes of a portal, which depend on its generation."""

    def __init__(self, world: World) -> None:
        rows = [*_COMMON, *_offerings(offerings.route(world)), *_VERSIONS[world.version]]
        self.rows = [(method, re.compile(path), function) for method, path, function in rows]

    def answer(self, world: World, request: Request) -> Reply:
        """Return the answer to a request."""
        try:
            reply = self._answered(world, request)
        except Refusal as refusal:
            reply = refusal.reply
        allowed = self._allowed(request.path)
        if allowed:
            reply.headers["Allow"] = ", ".join(allowed)
        if request.method == "HEAD":
            reply.body = None
        reply.body = translated(reply.body, request.headers.get("accept-language", ""))
        return reply

    def _answered(self, world: World, request: Request) -> Reply:
        if not self._allowed(request.path):
            return self._elsewhere(request)
        accept = request.headers.get("accept", "*/*")
        if "json" not in accept and "*/*" not in accept:
            raise detail(406, "Could not satisfy the request Accept header.")
        request.user = logins.authenticated(world, request)
        is_public = request.path in _PUBLIC or "offerings/" in request.path
        if request.user is None and not is_public:
            raise detail(401, "Authentication credentials were not provided.")
        wanted = request.method.replace("HEAD", "GET")
        for method, path, function in self.rows:
            match = path.fullmatch(request.path)
            if match and method == wanted:
                return function(world, request, *match.groups())
        raise detail(405, f'Method "{request.method}" not allowed.')

    def _elsewhere(self, request: Request) -> Reply:
        """Answer for a path that is not there: only the slash at its end may be missing."""
        if not self._allowed(f"{request.path}/"):
            return Reply(404, NOT_FOUND_PAGE)
        query = f"?{request.query}" if request.query else ""
        return Reply(301, None, {"Location": f"{request.path}/{query}"})

    def _allowed(self, path: str) -> list[str]:
        methods = [method for method, pattern, _ in self.rows if pattern.fullmatch(path)]
        order = ("GET", "POST", "PUT", "PATCH", "DELETE")
        found = [method for method in order if method in methods]
        return [*found, "HEAD", "OPTIONS"] if found else []
