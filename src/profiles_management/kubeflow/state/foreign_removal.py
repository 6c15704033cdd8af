"""Taking away access by objects that are not managed, where the setting `foreign` is `revoke`. Pure.

That is access of users and groups. What binds ServiceAccounts or lets programs in stays, and so
does what another controller copies into the namespace, because it would come back.
"""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import builders, merge_patch, naming, policies
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import ForeignBinding, ForeignPolicy, Observed
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.reconcile.plan import (
    LISTED,
    AccessMove,
    Action,
    Change,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Person,
    Phase,
    Reason,
    Write,
)

_EVERYBODY = ("authenticated", "unauthenticated", "serviceaccounts", "anonymous")


def applies(state: ProfileState, settings: Settings, *, adopt: bool) -> bool:
    """Return whether access by objects that are not managed is taken away from a profile.

    Not in the run that adopts it: who had access before was not asked, unless the document says
    `adopt: true`.
    """
    return settings.foreign == "revoke" and (adopt or not state.needs_mark)


def removals(name: str, observed: Observed, settings: Settings) -> Iterator[Change]:
    """Yield what takes access away from users and groups of a namespace, but for the owner's objects."""
    for binding in observed.foreign.get(name, ()):
        people = _people(binding)
        if people:
            yield _of_binding(name, binding, people)
    for policy in observed.foreign_policies.get(name, ()):
        people = _people(policy)
        if people:
            yield _of_policy(name, policy, people, settings)


def is_person(person: Person) -> bool:
    """Return whether a subject is a user or a group of users, or includes everybody; programs have names of systems."""
    if person.kind == "ServiceAccount":
        return False
    prefix, _, rest = person.name.partition(":")
    return prefix != "system" or rest in _EVERYBODY


def _people(found: ForeignBinding | ForeignPolicy) -> tuple[Person, ...]:
    if found.propagated or naming.is_owners(found.kind, found.name):
        return ()
    return tuple(filter(is_person, found.people))


def _of_binding(name: str, binding: ForeignBinding, people: tuple[Person, ...]) -> Change:
    programs = [_subject(person) for person in binding.people if person not in people]
    if binding.name in naming.ACCOUNTS:  # the profile controller binds this account
        programs.append(builders.subject(Person("ServiceAccount", binding.name), name))
    ref = ObjectRef("RoleBinding", name, binding.name)
    field = FieldDiff(FieldKind.PEOPLE, "subjects", list(map(str, people)), None)
    return _change(
        ref,
        binding,
        people,
        field,
        {"subjects": programs} if programs else None,
        before=binding.role,
    )


def _of_policy(
    name: str, policy: ForeignPolicy, people: tuple[Person, ...], settings: Settings
) -> Change:
    kept = policies.rules_without(policy.spec, is_person, settings)
    ref = ObjectRef("AuthorizationPolicy", name, policy.name)
    field = FieldDiff(FieldKind.PEOPLE, "lets in", [person.name for person in people], None)
    return _change(ref, policy, people, field, {"spec": {"rules": kept}} if kept else None)


def _change(
    ref: ObjectRef,
    found: ForeignBinding | ForeignPolicy,
    people: tuple[Person, ...],
    field: FieldDiff,
    reduced: builders.Body | None,
    before: str = "",
) -> Change:
    is_one_persons = len(people) == 1 and bool(before) and reduced is None
    is_bound = ref.kind == "RoleBinding"
    lost = before if is_one_persons else LISTED
    return Change(
        Phase.REVOKE,
        ref.parent,
        ref,
        Action.DELETE if reduced is None else Action.UPDATE,
        Reason.UNLISTED,
        person=people[0] if is_one_persons else None,
        before=before if is_one_persons else "",
        moves=tuple(AccessMove(person, lost, "", counted=is_bound) for person in people),
        fields=() if is_one_persons else (field,),
        writes=tuple(writing(ref, found, people[0], reduced)),
        source=None,
    )


def writing(
    ref: ObjectRef,
    found: ForeignBinding | ForeignPolicy,
    person: Person,
    reduced: builders.Body | None = None,
) -> Iterator[Write]:
    """Yield what removes an object, or reduces it to what is given.

    Args:
        person: one of those whose access it ends.
    """
    if reduced is not None:
        yield merge_patch.patch(ref, reduced, found.version, uid=found.uid, ends=person)
        return
    empty: builders.Body = (
        {"subjects": []} if ref.kind == "RoleBinding" else {"spec": {"rules": []}}
    )
    nothing = empty if found.finalized else None
    yield from merge_patch.removal(
        ref, nothing, found.version, is_deleting=found.deleting, uid=found.uid, ends=person
    )


def _subject(person: Person) -> builders.Body:
    """Return the subject of a RoleBinding; a ServiceAccount is named `NAMESPACE:NAME`."""
    if person.kind != "ServiceAccount":
        return builders.subject(person)
    namespace, _, name = person.name.partition(":")
    return builders.subject(Person(person.kind, name), namespace)
