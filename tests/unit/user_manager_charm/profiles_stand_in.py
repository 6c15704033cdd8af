"""The other end of the relation `profiles`: it answers with the library, as it is told to."""

from collections.abc import Mapping
from typing import Any

import ops
from ops import testing

from charms.profiles_management.v0.profiles_management import ProfilesRequirer, RefusedPerson

_META = {
    "name": "profiles-management",
    "requires": {"profiles": {"interface": "profiles_management"}},
}


class _Requirer(ops.CharmBase):
    given: Mapping[str, Any] = {}

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.profiles = ProfilesRequirer(self, "profiles")
        framework.observe(self.on.update_status, self._on_update_status)

    def _on_update_status(self, _: ops.EventBase) -> None:
        for document in self.profiles.published():
            self.profiles.answer(document.relation_id, document.revision, **self.given)


def answer(
    published: Mapping[str, str],
    problem: str = "",
    refused: Mapping[str, str] | None = None,
    catalogue: Any = None,
    **profiles: tuple[str, str],
) -> dict[str, str]:
    """Return the databag that answers what is published.

    Args:
        refused: the profile of each person who gets no access; the reason is that it is not open.
        profiles: the state and the reason of each profile.
    """
    people = (
        RefusedPerson(profile, name, f"{profile} is not open")
        for name, profile in (refused or {}).items()
    )
    given = {
        "profiles": profiles,
        "problem": problem,
        "refused": tuple(people),
        "catalogue": catalogue,
    }
    context = testing.Context(type("Requirer", (_Requirer,), {"given": given}), meta=_META)
    relation = testing.Relation("profiles", remote_app_data=dict(published))
    state = context.run(
        context.on.update_status(), testing.State(leader=True, relations={relation})
    )
    return dict(state.get_relation(relation.id).local_app_data)
