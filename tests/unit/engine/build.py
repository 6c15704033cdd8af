"""Short builders of documents for tests, with sensible defaults."""

from profiles_management.pmr import (
    Contributor,
    Defaults,
    Owner,
    Profile,
    ProfilesManagementRepresentation,
)

OWNER = "owner@example.com"


def full(who):
    """Return the whole name of somebody: `ann` is ann@example.com, `a.b@x.com` stays."""
    return who if "@" in who else f"{who}@example.com"


def contributor(who, role="edit", **fields):
    """Build a contributor."""
    return Contributor(name=full(who), role=role, **fields)


def profile(
    name="ml",
    *,
    owner="owner",
    kind="User",
    space=None,
    contributors=(),
    cpu=None,
    fields=None,
    **roles,
):
    """Build a profile: `roles` by first name, `cpu` for a quota, `fields` for the rest."""
    quota = {} if cpu is None else {"resources": {"hard": {"limits.cpu": cpu}}}
    return Profile(
        name=name,
        owner=Owner(
            kind=kind, name=(owner if kind == "ServiceAccount" else full(owner)), namespace=space
        ),
        contributors=[*contributors, *(contributor(who, role) for who, role in roles.items())],
        **quota,
        **(fields or {}),
    )


def document(*profiles, **defaults):
    """Build a PMR; `defaults` are those of the document."""
    return ProfilesManagementRepresentation(
        profiles, defaults=Defaults(**defaults) if defaults else None
    )
