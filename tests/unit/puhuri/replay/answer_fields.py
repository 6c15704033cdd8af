"""What a client reads of an answer, by its path. Everything else is not compared."""

import re

_ONE = "[^/]+"
_PROJECT = (
    "uuid name description backend_id customer_uuid customer_name customer_abbreviation"
    " start_date end_date created"
)
_MEMBER = "user_uuid role_name user_username user_full_name user_email expiration_time created"
_OFFERING = "uuid name url state shared type customer_uuid customer_name category_title"
_PLAN = "uuid name url archived"
_COMPONENT = (
    "type name measured_unit billing_type min_value max_value default_limit limit_period is_boolean"
)
_ORDER = (
    "uuid state type resource_name attributes marketplace_resource_uuid project_uuid project_name"
    " customer_uuid offering_uuid offering_name plan_uuid limits error_message created"
)
_ALLOCATION = (
    "uuid name description state project_uuid project_name customer_uuid customer_name"
    " offering_uuid offering_name plan_uuid plan_name backend_id end_date created limits"
)
_USAGE = (
    "uuid type name measured_unit usage date billing_period resource_uuid resource_name"
    " project_uuid project_name offering_uuid offering_name customer_uuid customer_name"
)
_FIELDS = {
    "/api-auth/password/": {"": "token"},
    "/api/users/me/": {"": "uuid username full_name email"},
    "/api/remote-eduteams/": {"": "uuid"},
    f"/api/customers/({_ONE}/)?": {"": "uuid name abbreviation url"},
    f"/api/customers/{_ONE}/users/": {
        "": "uuid username full_name email",
        "projects": "uuid name role_name expiration_time",
    },
    f"/api/projects/({_ONE}/)?": {"": _PROJECT},
    f"/api/projects/{_ONE}/list_users/": {"": _MEMBER},
    f"/api/projects/{_ONE}/(add|update|delete)_user/": {"": "expiration_time"},
    f"/api/marketplace-public-offerings/({_ONE}/)?": {
        "": _OFFERING,
        "plans": _PLAN,
        "components": _COMPONENT,
    },
    f"/api/marketplace-public-offerings/{_ONE}/plans/({_ONE}/)?": {"": _PLAN},
    f"/api/marketplace-orders/({_ONE}/)?": {"": _ORDER},
    f"/api/marketplace-resources/({_ONE}/)?": {"": _ALLOCATION},
    f"/api/marketplace-resources/{_ONE}/(update_limits|terminate)/": {"": "order_uuid"},
    f"/api/marketplace-component-usages/({_ONE}/)?": {"": _USAGE},
}


def fields(path: str) -> dict[str, list[str]] | None:
    """Return the fields that are read, and under their names those of lists in the answer.

    None where no client reads the answer.
    """
    for pattern, names in _FIELDS.items():
        if re.fullmatch(pattern, path):
            return {part: text.split() for part, text in names.items()}
    return None


def read(path: str, answer: object) -> object:
    """Return an answer without what no client reads."""
    wanted = fields(path)
    return None if wanted is None else _trimmed(answer, wanted, "")


def _trimmed(answer: object, wanted: dict[str, list[str]], part: str) -> object:
    if isinstance(answer, list):
        return [_trimmed(row, wanted, part) for row in answer]
    if not isinstance(answer, dict):
        return answer
    names = wanted[part]
    parts = [name for name in wanted if name and not part and name in answer]
    return {name: answer[name] for name in names if name in answer} | {
        name: _trimmed(answer[name], wanted, name) for name in parts
    }
