"""Access that ends at a time: which of a person's objects have ended."""

from collections.abc import Collection
from datetime import datetime

from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import PersonAccess
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.reconcile.clock import read_moment


def ended(
    access: PersonAccess, settings: Settings, now: datetime, *, is_listed: bool = False
) -> set[str]:
    """Return the names of a person's objects with our mark whose `until` has passed.

    A RoleBinding ends at its own `until`. The policies end with the last RoleBinding; without any
    RoleBinding, a policy ends at its own `until`.

    Args:
        now: with a zone.
        is_listed: whether all of it has ended, because the document says so.
    """
    bindings = _with_our_mark(access.bindings, settings)
    policies = _with_our_mark(access.policies, settings)
    if is_listed:
        return _names([*bindings, *policies])
    ended_bindings = _names(_ended(bindings, now))
    if len(ended_bindings) < len(bindings):
        return ended_bindings
    if bindings:
        return ended_bindings | _names(policies)
    return _names(_ended(policies, now))


def is_lasting(access: PersonAccess, ended_names: Collection[str]) -> bool:
    """Return whether a person has an object with a mark that has not ended."""
    return any(item.mark and item.name not in ended_names for item in access.objects)


def has_come(until: str, now: datetime) -> bool:
    """Return whether the end of an access has come.

    A text that is not a time with a zone ends nothing.
    """
    end = read_moment(until)
    return end is not None and end <= now


def _with_our_mark(
    items: Collection[Binding] | Collection[Policy], settings: Settings
) -> list[Binding | Policy]:
    return [item for item in items if item.mark == settings.instance]


def _ended(items: Collection[Binding | Policy], now: datetime) -> list[Binding | Policy]:
    return [item for item in items if has_come(item.until, now)]


def _names(items: Collection[Binding | Policy]) -> set[str]:
    return {item.name for item in items}
