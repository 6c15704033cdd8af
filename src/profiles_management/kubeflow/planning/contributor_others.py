"""Other people who have access by a contributor's objects, and lose it when they are corrected."""

from collections.abc import Iterable, Iterator
from itertools import chain

from profiles_management.kubeflow.objects import policies
from profiles_management.kubeflow.objects.document_people import Grant
from profiles_management.kubeflow.planning.contributor_cases import ContributorCases
from profiles_management.kubeflow.planning.contributor_objects import policy_differences
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import PersonAccess, bound_people
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.reconcile.plan import LISTED, AccessMove, Person


def gives_others_access(access: PersonAccess, person: Person, settings: Settings) -> bool:
    """Return whether an object of a person gives access to others too."""
    for binding in access.bindings:
        if _binds_others(binding, person):
            return True
    return any(_lets_others_in(policy, person, settings) for policy in access.policies)


def moves_of_others(cases: ContributorCases, grant: Grant) -> Iterator[AccessMove]:
    """Yield who else is bound by a RoleBinding of this person, and is not afterwards."""
    person = grant.person
    shared = [binding for binding in _corrected(cases) if _binds_others(binding, person)]
    for other in dict.fromkeys(chain.from_iterable(map(bound_people, shared))):
        if other.name != person.name:
            yield AccessMove(other, LISTED, "", counted=False)


def _corrected(cases: ContributorCases) -> Iterable[Binding]:
    """Return the RoleBindings whose subjects the change corrects or deletes."""
    if cases.kept is not None:
        return (cases.kept,)
    return (*cases.replaced, *cases.renamed, *cases.misbound)


def _binds_others(binding: Binding, person: Person) -> bool:
    return binding.subjects is not None or binding.person != person


def _lets_others_in(policy: Policy, person: Person, settings: Settings) -> bool:
    """Whether a policy lets in others than a person.

    The policy may name the person with another prefix than the settings have.
    """
    if not policy_differences(policy, person, settings):
        return False
    let_in = policies.people_of_owners_policy(policy.spec, settings)
    if len(let_in) > 1:
        return True
    return not all(other.name.endswith(person.name) for other in let_in)
