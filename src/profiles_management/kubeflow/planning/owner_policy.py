"""The AuthorizationPolicy of an owner: the writes that correct it. Pure."""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import builders, compare, merge_patch, naming, policies
from profiles_management.kubeflow.planning.owner_object import OwnerObjectPlanner
from profiles_management.reconcile.plan import FieldDiff, FieldKind


class OwnerPolicyPlanner(OwnerObjectPlanner):
    """Plans the AuthorizationPolicy of an owner."""

    kind = "AuthorizationPolicy"
    name = naming.OWNER_POLICY

    @property
    def body(self) -> builders.Body:
        """The AuthorizationPolicy as this program creates it."""
        return builders.owned(self.context.profile, self.context.settings).policy

    def people_fields(self) -> Iterator[FieldDiff]:
        """Yield who is let in, and who is to be."""
        people = policies.people_of_owners_policy(self.existing.spec, self.context.settings)
        yield FieldDiff(
            FieldKind.PEOPLE,
            "lets in",
            [person.name for person in people],
            [self.context.owner.name],
        )

    def is_owner_with_prefix(self) -> bool:
        """Return whether the only other person is the owner with another prefix.

        Then nobody else loses access, and a wrong setting must not lock the owner out. The profile
        controller's own policies are not judged by the settings.
        """
        context = self.context
        if not context.settings.standalone:
            return False
        if self.others is None or len(self.others) != 1:
            return False
        if builders.lets_in(self.existing.spec, context.owner, context.settings):
            return False
        return self.others[0].name.endswith(context.owner.name)

    def _only_owner(self) -> builders.Body:
        """Let in the owner; while a profile changes hands, the previous one too."""
        owners = {self.context.owner.name}
        if self.context.previous_owner is not None:
            owners.add(self.context.previous_owner.name)
        return {"spec": policies.patch_for_only(owners, self.existing.spec, self.context.settings)}

    def _corrected_fields(self) -> Iterator[FieldDiff]:
        yield from self.reference_fields()
        if self.context.settings.standalone and self.context.is_settled:
            yield from self._spec_fields(self.body)

    def _spec_fields(self, body: builders.Body) -> tuple[FieldDiff, ...]:
        return compare.policy(self.existing.spec, compare.encoded(body["spec"]))

    def _differs(self, body: builders.Body) -> bool:
        return bool(self._spec_fields(body))

    def _replacement(self, body: builders.Body) -> builders.Body:
        return {"spec": merge_patch.replacing(compare.parsed(self.existing.spec), body["spec"])}
