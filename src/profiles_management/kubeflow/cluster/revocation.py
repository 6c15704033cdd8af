"""The writes that end access by an object which somebody else changed meanwhile. Pure.

A user can prevent a deletion with the resourceVersion that was read, by changing the object again
and again. A deletion with the uid cannot be prevented that way.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import structs

from profiles_management.kubeflow.objects import compare, merge_patch
from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.kubeflow.state.access_state import bound_people, holder_of, is_spent
from profiles_management.kubeflow.state.observed import Binding, ForeignObject, OwnerObject, Policy
from profiles_management.reconcile.plan import Person, Write

_NOTHING: dict[str, dict[str, Any]] = {
    "RoleBinding": {"subjects": []},
    "AuthorizationPolicy": {"spec": dict.fromkeys(compare.POLICY_FIELDS)},
}


class NotTheirs(Exception):
    """The object that has the name now is not that person's.

    Attributes:
        gives: whether it gives that person access although it is not managed.
    """

    def __init__(self, *, gives: bool) -> None:
        super().__init__()
        self.gives = gives


def rewritten(write: Write, part: Observer) -> tuple[Write, ...]:
    """Return the writes that end access by the object as it is now; empty where it has ended.

    Args:
        write: the write that ends access; it has `ends`.
        part: the object as it was read again; empty if it is gone.

    Raises:
        NotTheirs: planning recognizes the object as another person's.
    """
    person = write.ends
    assert person is not None  # noqa: S101 - documented
    seen = _managed(write, part) or _owners(write, part)
    if seen is not None:
        if not _is_theirs(write, seen, person):
            raise NotTheirs(gives=False)
        return tuple(_again(write, seen.uid, seen))
    foreign = _foreign(write, part)
    if foreign is None:
        return _as_it_was(write) if write.uid else ()
    if not write.uid or foreign.uid != write.uid:
        raise NotTheirs(gives=person in foreign.people)
    return tuple(_again(write, foreign.uid, foreign))


def is_unknown(part: Observer) -> bool:
    """Return whether an object is gone, or gives no access that planning recognizes."""
    bindings = part.bindings, part.owner_bindings, part.foreign
    policies = part.policies, part.owner_policies, part.foreign_policies
    return not any((*bindings, *policies))


def emptied(write: Write) -> Write:
    """Return the patch that removes all access from exactly the object of a deletion."""
    return merge_patch.patch(
        write.target, _NOTHING[write.target.kind], uid=write.uid, ends=write.ends
    )


def _as_it_was(write: Write) -> tuple[Write, ...]:
    """Return the write for exactly the object of the plan, whatever its version is now."""
    if write.verb is Verb.PATCH:
        return (merge_patch.patch(write.target, _body(write), uid=write.uid, ends=write.ends),)
    return (structs.replace(write, version="", after=None),)


def _again(
    write: Write, uid: str, seen: Binding | Policy | OwnerObject | ForeignObject
) -> Iterator[Write]:
    """Yield the writes with the uid of the object."""
    if write.verb is Verb.PATCH:
        yield merge_patch.patch(write.target, _body(write, seen), uid=uid, ends=write.ends)
        return
    if isinstance(seen, Binding | Policy) and is_spent(seen):
        return
    nothing = None
    if seen.finalized:
        nothing = _NOTHING[write.target.kind]
    yield from merge_patch.removal(
        write.target, nothing, is_deleting=seen.deleting, uid=uid, ends=write.ends
    )


def _body(
    write: Write, seen: Binding | Policy | OwnerObject | ForeignObject | None = None
) -> dict[str, Any]:
    """Return a patch without the version that was read.

    In a contributor's policy it also removes the fields that were added meanwhile.
    """
    body: dict[str, Any] = msgspec.json.decode(write.body)
    body.get("metadata", {}).pop("resourceVersion", None)
    if "spec" in body and isinstance(seen, Policy):
        body["spec"] = {**_NOTHING["AuthorizationPolicy"]["spec"], **body["spec"]}
    return body


def _sole_subject(write: Write) -> Person | None:
    """Return the only subject that a patch leaves, None where it leaves several or none."""
    if not write.body:
        return None
    subjects = msgspec.json.decode(write.body).get("subjects", [])
    if len(subjects) != 1:
        return None
    return Person(subjects[0]["kind"], subjects[0]["name"])


def _managed(write: Write, part: Observer) -> Binding | Policy | None:
    namespace, name = write.target.parent, write.target.name
    if write.target.kind == "RoleBinding":
        return part.bindings.get(namespace, {}).get(name)
    return part.policies.get(namespace, {}).get(name)


def _owners(write: Write, part: Observer) -> OwnerObject | None:
    if write.target.kind == "RoleBinding":
        return part.owner_bindings.get(write.target.parent)
    return part.owner_policies.get(write.target.parent)


def _foreign(write: Write, part: Observer) -> ForeignObject | None:
    """Return the unmanaged object that was read; it is the only one."""
    namespace = write.target.parent
    objects = (*part.foreign.get(namespace, ()), *part.foreign_policies.get(namespace, ()))
    return next(iter(objects), None)


def _is_theirs(write: Write, seen: Binding | Policy | OwnerObject, person: Person) -> bool:
    """Return whether an object is still that person's; new annotations on it do not change that."""
    if isinstance(seen, OwnerObject):
        return seen.subject in (None, person, _sole_subject(write))
    if holder_of(seen) == person:
        return True
    if not write.uid or seen.uid != write.uid:
        return False
    if isinstance(seen, Policy):
        return True
    people = bound_people(seen)
    return person in people or len(people) > 1  # somebody added people
