"""What an owner waits for: the owner's RoleBinding, and the namespace's annotation. Pure."""

from profiles_management.kubeflow.objects import document_people, merge_patch, naming
from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.kubeflow.state.observed import NamespaceSeen
from profiles_management.pmr.classes import Profile
from profiles_management.reconcile.plan import Condition, ObjectRef, Person, Write


def owner_bound(profile: Profile) -> Condition:
    """Return the condition under which a profile's owner has an owner's access."""
    binding = ObjectRef("RoleBinding", profile.name, naming.OWNER_BINDING)
    return Condition(binding, State.BOUND, str(document_people.owner_of(profile)))


def owner_annotated(namespace: NamespaceSeen, owner: Person) -> Write:
    """Return the write after which the annotation of a namespace names the owner."""
    change = {"metadata": {"annotations": {naming.OWNER: owner.name}}}
    target = ObjectRef("Namespace", "", namespace.name)
    return merge_patch.patch(target, change, namespace.version, replaces=namespace.owner)
