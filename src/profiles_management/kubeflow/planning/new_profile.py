"""A new profile: the change that creates its Profile, or in standalone mode its Namespace. Pure."""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import (
    builders,
    compare,
    document_people,
    merge_patch,
    naming,
)
from profiles_management.kubeflow.planning.context import ProfileContext
from profiles_management.kubeflow.planning.owner_conditions import owner_annotated, owner_bound
from profiles_management.kubeflow.planning.profile_spec import recorded_fields
from profiles_management.kubeflow.planning.resource_quota import follows
from profiles_management.kubeflow.state import profile_state, recorded_keys
from profiles_management.pmr.classes import Profile
from profiles_management.reconcile.plan import (
    OWNER,
    AccessMove,
    Action,
    Change,
    Condition,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Phase,
    Reason,
    Write,
)


def creation(profile: Profile, context: ProfileContext, role: str = "") -> Change:
    """Return the step that creates a profile with its owner.

    Args:
        role: the role that the owner has as a contributor until now, '' for none.
    """
    owner = document_people.owner_of(profile)
    fields = [FieldDiff(FieldKind.OWNER, "owner", None, str(owner))]
    if context.settings.standalone:
        kind, writes = "Namespace", tuple(_namespace(profile, context))
    else:
        kind, writes = "Profile", tuple(_profile(profile, context))
        fields += compare.quota({}, context.wanted.quota or {})
    return Change(
        Phase.GRANT,
        profile.name,
        ObjectRef(kind, "", profile.name),
        Action.CREATE,
        Reason.WANTED if context.state.namespace is None else Reason.ADOPTED,
        moves=(AccessMove(owner, role, OWNER),),
        fields=tuple(fields),
        writes=writes,
        settled=_settled(profile, context),
    )


def _settled(profile: Profile, context: ProfileContext) -> tuple[Condition, ...]:
    """Return what must hold before the step is done.

    The profile controller binds the owner after it created the namespace, and then creates the
    quota.
    """
    if not context.holds("Namespace"):
        return ()
    if context.settings.standalone:
        owner = document_people.owner_of(profile)
        return (profile_state.namespace_ready(profile.name, owner.name),)
    if not context.wanted.quota:
        return (owner_bound(profile),)
    return owner_bound(profile), follows(profile.name, context.wanted.quota)


def _profile(profile: Profile, context: ProfileContext) -> Iterator[Write]:
    """Yield the writes.

    A namespace that exists has to name its owner first, or the controller refuses the Profile.
    """
    namespace = context.state.namespace
    touched = ""
    if namespace is not None:
        touched = profile_state.woken_for(namespace)
        if context.state.needs_annotation:
            yield owner_annotated(namespace, document_people.owner_of(profile))
    annotations = {
        naming.SETS: recorded_fields(context.wanted.sets()),
        naming.SOURCE: context.wanted.source,
        naming.TOUCHED: touched,
    }
    quota, settings = context.wanted.quota, context.settings
    kept = merge_patch.nonempty(**annotations)
    yield merge_patch.create(builders.profile_body(profile, quota, kept, settings))


def _namespace(profile: Profile, context: ProfileContext) -> Iterator[Write]:
    """Yield the writes that create a Namespace with the owner's objects."""
    wanted, settings = context.wanted, context.settings
    records = {
        naming.KEYS: recorded_keys.record(wanted.labels, wanted.annotations),
        naming.SOURCE: wanted.source,
    }
    owner = {naming.OWNER: document_people.owner_of(profile).name}
    yield merge_patch.create(
        builders.named(
            "Namespace",
            profile.name,
            labels={**wanted.labels, **builders.marks(settings)},
            annotations={**wanted.annotations, **merge_patch.nonempty(**records), **owner},
        )
    )
    owned = builders.owned(profile, settings)
    yield merge_patch.create(owned.binding)
    if context.holds("AuthorizationPolicy"):
        yield merge_patch.create(owned.policy)
