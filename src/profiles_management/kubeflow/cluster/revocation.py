"""Repeating a write that ends access: what to send for the object as it is now, if somebody changed it. Pure.

A deletion that is bound to the version that was read can be outrun by somebody who changes the
object. One that is bound to the identity of the object cannot.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

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
    """Return what carries out a write that ends access, for the object as it is now; nothing where that is done.

    Args:
        write: has `ends`.
        part: the object as it was read again, or nothing.

    Raises:
        NotTheirs: the object is not that person's, by what planning recognizes.
    """
    person = write.ends
    assert person is not None  # noqa: S101 - what it is for
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
    """Return whether an object that was read again is gone, or gives nobody anything that planning recognizes."""
    places = (part.bindings, part.policies, part.owner_bindings, part.owner_policies, part.foreign)
    return not any(places) and not part.foreign_policies


def emptied(write: Write) -> Write:
    """Return what takes everything from exactly the object that a deletion is about."""
    return merge_patch.patch(
        write.target, _NOTHING[write.target.kind], uid=write.uid, ends=write.ends
    )


def _as_it_was(write: Write) -> tuple[Write, ...]:
    """Return the write for exactly the object that the plan is about, whatever has become of it."""
    if write.verb is Verb.PATCH:
        return (merge_patch.patch(write.target, _body(write), uid=write.uid, ends=write.ends),)
    return (replace(write, version="", after=None),)


def _again(
    write: Write, uid: str, seen: Binding | Policy | OwnerObject | ForeignObject
) -> Iterator[Write]:
    """Yield the writes, bound to the identity of the object."""
    if write.verb is Verb.PATCH:
        yield merge_patch.patch(write.target, _body(write, seen), uid=uid, ends=write.ends)
        return
    if isinstance(seen, Binding | Policy) and is_spent(seen):
        return
    nothing = _NOTHING[write.target.kind] if seen.finalized else None
    yield from merge_patch.removal(
        write.target, nothing, is_deleting=seen.deleting, uid=uid, ends=write.ends
    )


def _body(
    write: Write, seen: Binding | Policy | OwnerObject | ForeignObject | None = None
) -> dict[str, Any]:
    """Return a patch without the version that was read; of a contributor's policy it removes what came in meanwhile."""
    body: dict[str, Any] = msgspec.json.decode(write.body)
    body.get("metadata", {}).pop("resourceVersion", None)
    if "spec" in body and isinstance(seen, Policy):
        body["spec"] = {**_NOTHING["AuthorizationPolicy"]["spec"], **body["spec"]}
    return body


def _sole_subject(write: Write) -> Person | None:
    """Return whom a patch leaves as the only subject."""
    subjects = msgspec.json.decode(write.body).get("subjects", []) if write.body else []
    return Person(subjects[0]["kind"], subjects[0]["name"]) if len(subjects) == 1 else None


def _managed(write: Write, part: Observer) -> Binding | Policy | None:
    places = part.bindings if write.target.kind == "RoleBinding" else part.policies
    return places.get(write.target.parent, {}).get(write.target.name)


def _owners(write: Write, part: Observer) -> OwnerObject | None:
    places = part.owner_bindings if write.target.kind == "RoleBinding" else part.owner_policies
    return places.get(write.target.parent)


def _foreign(write: Write, part: Observer) -> ForeignObject | None:
    space = write.target.parent
    return next(iter((*part.foreign.get(space, ()), *part.foreign_policies.get(space, ()))), None)


def _is_theirs(write: Write, seen: Binding | Policy | OwnerObject, person: Person) -> bool:
    """Return whether an object is still that person's; who reannotates the same object keeps nothing by that."""
    if isinstance(seen, OwnerObject):
        return seen.subject in (None, person, _sole_subject(write))
    if holder_of(seen) == person:
        return True
    if not write.uid or seen.uid != write.uid:
        return False
    # of many not all are kept
    return isinstance(seen, Policy) or person in bound_people(seen) or len(bound_people(seen)) > 1
