"""How a contributor's objects differ from what is granted: as patches, and as fields of a plan."""

from collections.abc import Iterable, Iterator

from profiles_management.kubeflow.objects import builders, compare, merge_patch, naming
from profiles_management.kubeflow.objects.document_people import Grant
from profiles_management.kubeflow.planning.contributor_cases import ContributorCases
from profiles_management.kubeflow.planning.contributor_objects import policy_differences
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.reconcile.plan import FieldDiff, FieldKind


def is_annotated_for(item: Binding | Policy, grant: Grant) -> bool:
    """Return whether KFAM's annotations of an object name the person and the role of a grant."""
    return (item.person, item.role) == (grant.person, grant.role)


def metadata_patch(item: Binding | Policy, grant: Grant, settings: Settings) -> builders.Body:
    """Return the part of a patch that corrects annotations and labels, {} where they are right."""
    annotations: dict[str, str | None] = {}
    if not is_annotated_for(item, grant):
        annotations = {"user": None, "group": None, **builders.annotations(grant)}
    if item.until != grant.until:
        annotations[naming.UNTIL] = merge_patch.annotation(grant.until)
    if item.source != grant.source:
        annotations[naming.SOURCE] = merge_patch.annotation(grant.source)
    labels: dict[str, str] = {}
    if item.mark != settings.instance:
        labels = builders.marks(settings)
    metadata = merge_patch.nonempty(annotations=annotations, labels=labels)
    return merge_patch.nonempty(metadata=metadata)


def fields_of_replaced(
    cases: ContributorCases, grant: Grant, settings: Settings
) -> Iterator[FieldDiff]:
    """Yield what differs between deleted objects and their replacements, except the role."""
    if cases.kept is None:
        for binding in (*cases.replaced, *cases.renamed, *cases.misbound):
            yield from mark_fields(binding, grant, settings)
            yield from subject_fields(binding, grant)
            if (binding.person, binding.role) != (grant.person, binding.granted):
                yield from annotation_fields(binding, grant)
    if cases.policy is None:
        for policy in cases.old_policies:
            yield from mark_fields(policy, grant, settings)
            yield from policy_differences(policy, grant.person, settings)


def annotation_fields(item: Binding | Policy, grant: Grant) -> tuple[FieldDiff, ...]:
    """Return how KFAM's annotations of an object differ from a grant."""
    before = f"{item.role} {item.person.name}".strip()
    after = f"{grant.role} {grant.person.name}"
    return compare.texts(FieldKind.IDENTITY, "annotations", before, after)


def mark_fields(item: Binding | Policy, grant: Grant, settings: Settings) -> tuple[FieldDiff, ...]:
    """Return how `until`, source and instance of an object differ from a grant."""
    return (
        *compare.texts(FieldKind.UNTIL, "until", item.until, grant.until),
        *compare.texts(FieldKind.SOURCE, "source", item.source, grant.source),
        *compare.texts(FieldKind.MANAGED_BY, "managed by", item.mark, settings.instance),
    )


def subject_fields(binding: Binding, grant: Grant) -> tuple[FieldDiff, ...]:
    """Return whom a RoleBinding binds, if that is not the person of the grant alone."""
    if binding.subjects is not None:
        bound = [name for _, name, _, _ in binding.subjects]
    elif binding.person != grant.person:
        bound = [binding.person.name]
    else:
        return ()
    return (FieldDiff(FieldKind.PEOPLE, "subjects", bound, [grant.person.name]),)


def distinct(fields: Iterable[FieldDiff]) -> tuple[FieldDiff, ...]:
    """Return fields without repetitions: a person's two objects often differ in the same ones."""
    kept: list[FieldDiff] = []
    for field in fields:
        if field not in kept:
            kept.append(field)
    return tuple(kept)
