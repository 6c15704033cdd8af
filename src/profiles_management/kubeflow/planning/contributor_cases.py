"""What happens to each object of a contributor: kept, replaced, renamed or surplus."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from profiles_management.kubeflow.objects.document_people import Grant
from profiles_management.kubeflow.planning.contributor_objects import has_granted_role
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import PersonAccess, is_spent, weight
from profiles_management.kubeflow.state.observed import Binding, Policy

_Object = TypeVar("_Object", Binding, Policy)


@dataclass(frozen=True, slots=True)
class ContributorCases:
    """One person's objects in a namespace, each by what becomes of it.

    | RoleBinding                                     | case       | what happens                |
    |-------------------------------------------------|------------|-----------------------------|
    | granted name, granted role                      | `kept`     | patched where it differs    |
    | granted name, another role                      | `misbound` | deleted, then created       |
    | another name, granted role, this person alone   | `renamed`  | deleted once the new exists |
    | another name, anything else: the weakest        | `replaced` | deleted, then created; only |
    |                                                 |            | without any of those above  |
    | another name, anything else: the others         | `surplus`  | revoked first               |
    | being deleted                                   | none       | a new one is created        |

    | AuthorizationPolicy | case           | what happens                |
    |---------------------|----------------|-----------------------------|
    | granted name        | `policy`       | patched where it differs    |
    | another name        | `old_policies` | deleted once the new exists |

    Attributes:
        binding: the RoleBinding of the granted name, also one in deletion.
        surplus: the one with the weakest role first.
    """

    binding: Binding | None
    kept: Binding | None
    misbound: tuple[Binding, ...]
    renamed: tuple[Binding, ...]
    replaced: tuple[Binding, ...]
    surplus: tuple[Binding, ...]
    policy: Policy | None
    old_policies: tuple[Policy, ...]

    @property
    def recreated(self) -> tuple[Binding, ...]:
        """The RoleBindings that are deleted first, so that there are never two roles."""
        return *self.replaced, *self.misbound


_NO_OBJECTS = ContributorCases(None, None, (), (), (), (), None, ())


def cases_of(access: PersonAccess, name: str, grant: Grant, settings: Settings) -> ContributorCases:
    """Return the case of each object of a person who is granted a role under a name."""
    if not access.bindings and not access.policies:
        return _NO_OBJECTS
    binding = _with_name(name, access.bindings)
    kept, misbound = _kept_or_misbound(binding, grant, settings)
    renamed, wrong = _by_role(_with_other_name(name, access.bindings), grant, settings)
    replaced: list[Binding] = []
    if binding is None and not renamed:
        replaced = wrong[:1]
    return ContributorCases(
        binding=binding,
        kept=kept,
        misbound=misbound,
        renamed=tuple(renamed),
        replaced=tuple(replaced),
        surplus=tuple(wrong[len(replaced) :]),
        policy=_with_name(name, access.policies),
        old_policies=tuple(_with_other_name(name, access.policies)),
    )


def _kept_or_misbound(
    binding: Binding | None, grant: Grant, settings: Settings
) -> tuple[Binding | None, tuple[Binding, ...]]:
    """Return the RoleBinding of the granted name as kept or as misbound.

    Its role cannot be changed.
    """
    if binding is None or binding.deleting:
        return None, ()
    if has_granted_role(binding, grant, settings):
        return binding, ()
    return None, (binding,)


def _by_role(
    bindings: Iterable[Binding], grant: Grant, settings: Settings
) -> tuple[list[Binding], list[Binding]]:
    """Return the RoleBindings of the granted role, and all others with the weakest first."""
    right: list[Binding] = []
    wrong: list[Binding] = []
    for binding in bindings:
        if binding.subjects is None and has_granted_role(binding, grant, settings):
            right.append(binding)
        else:
            wrong.append(binding)
    wrong.sort(key=lambda binding: (weight(binding.granted), binding.name))
    return right, wrong


def _with_name(name: str, items: Iterable[_Object]) -> _Object | None:
    return next((item for item in items if item.name == name), None)


def _with_other_name(name: str, items: Iterable[_Object]) -> list[_Object]:
    """Return the objects of other names that still give access."""
    return [item for item in items if item.name != name and not is_spent(item)]
