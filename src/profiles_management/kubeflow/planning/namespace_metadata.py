"""The labels and annotations of a namespace; an annotation records those of documents. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from profiles_management.kubeflow.objects import builders, merge_patch, naming
from profiles_management.kubeflow.objects.plan_terms import KubeflowField
from profiles_management.kubeflow.planning.context import ProfileContext, Spec
from profiles_management.kubeflow.state import recorded_keys
from profiles_management.kubeflow.state.observed import NamespaceSeen
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Reason,
    Write,
)

Keys = Mapping[str, str]

_KINDS = {"labels": KubeflowField.LABEL, "annotations": KubeflowField.ANNOTATION}


@dataclass(slots=True)
class _Difference:
    """What differs in the metadata of a namespace.

    Attributes:
        metadata: the metadata of the patch, by `labels` and `annotations`.
        fields: what it changes; our record is not among them.
    """

    metadata: Spec = field(default_factory=dict)
    fields: list[FieldDiff] = field(default_factory=list)

    def set(self, part: str, keys: Mapping[str, str | None]) -> None:
        """Add keys to the patch; None removes one."""
        self.metadata.setdefault(part, {}).update(keys)

    def reason(self) -> Reason:
        kinds = {field.kind for field in self.fields}
        if kinds <= {FieldKind.MANAGED_BY}:
            return Reason.ADOPTED
        return Reason.MOVED if kinds == {FieldKind.SOURCE} else Reason.CHANGED


def changes(context: ProfileContext) -> Iterator[Change]:
    """Yield what sets the document's labels and annotations, and removes earlier ones."""
    namespace = context.state.namespace
    if not context.holds("Namespace"):
        return
    if context.settings.standalone and namespace is None:
        return  # it is created with its keys
    difference = _difference(context, namespace)
    if not difference.metadata:
        return
    write = _patch(context, namespace, difference.metadata)
    yield Change(
        context.phase,
        context.name,
        write.target,
        Action.UPDATE,
        difference.reason(),
        fields=tuple(difference.fields),
        writes=(write,),
    )


def _patch(context: ProfileContext, namespace: NamespaceSeen | None, metadata: Spec) -> Write:
    target, after = ObjectRef("Namespace", "", context.name), context.state.ready
    change = {"metadata": metadata}
    if namespace is None:
        return merge_patch.patch(target, change, after=after)
    # The owner's annotation is written before, and changes the version.
    version = "" if context.state.needs_annotation else namespace.version
    return merge_patch.patch(target, change, version, after=after, uid=namespace.uid)


def _difference(context: ProfileContext, namespace: NamespaceSeen | None) -> _Difference:
    difference = _Difference()
    labels: Keys = {}
    annotations: Keys = {}
    if namespace is not None:
        labels, annotations = namespace.labels, namespace.annotations
    wanted = context.wanted
    record = annotations.get(naming.KEYS, "")
    recorded = recorded_keys.recorded(record, context.settings.rules)
    _compare("labels", labels, wanted.labels, recorded, difference)
    _compare("annotations", annotations, wanted.annotations, recorded, difference)
    new_record = recorded_keys.record(wanted.labels, wanted.annotations)
    if new_record != record:
        difference.set("annotations", {naming.KEYS: merge_patch.annotation(new_record)})
    if context.settings.standalone and namespace is not None:
        _compare_marks(context, namespace, difference)
    return difference


def _compare(
    part: str,
    existing: Keys,
    wanted: Keys,
    recorded: Mapping[str, Collection[str]],
    difference: _Difference,
) -> None:
    """Add the keys to set, and with None those to remove.

    A document set them, and no longer does.
    """
    removed = existing.keys() & set(recorded.get(part, ())) - wanted.keys()
    changed: dict[str, str | None] = dict.fromkeys(removed)
    changed.update(wanted.items() - existing.items())
    if not changed:
        return
    difference.set(part, changed)
    for key, value in sorted(changed.items()):
        field = FieldDiff(_KINDS[part], f"{part}.{key}", existing.get(key), value)
        difference.fields.append(field)


def _compare_marks(
    context: ProfileContext, namespace: NamespaceSeen, difference: _Difference
) -> None:
    """Add the marks of a profile, which are on its namespace where there are no Profiles."""
    if marks := context.mark_fields(namespace):
        difference.set("labels", builders.marks(context.settings))
        difference.fields += marks
    if sources := context.source_fields(namespace):
        difference.set(
            "annotations", {naming.SOURCE: merge_patch.annotation(context.wanted.source)}
        )
        difference.fields += sources
