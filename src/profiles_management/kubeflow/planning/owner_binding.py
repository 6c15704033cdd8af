"""The RoleBinding of an owner: the writes that correct it. Pure."""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import builders, naming
from profiles_management.kubeflow.planning.owner_object import OwnerObjectPlanner
from profiles_management.reconcile.plan import FieldDiff, FieldKind


class OwnerBindingPlanner(OwnerObjectPlanner):
    """Plans the RoleBinding of an owner."""

    kind = "RoleBinding"
    name = naming.OWNER_BINDING
    gives_role = True

    @property
    def body(self) -> builders.Body:
        """The RoleBinding as this program creates it."""
        return builders.owned(self.context.profile, self.context.settings).binding

    def people_fields(self) -> Iterator[FieldDiff]:
        """Yield who is bound, and who is to be."""
        bound = [str(person) for person in self.existing.people]
        yield FieldDiff(FieldKind.PEOPLE, "subjects", bound, [str(self.context.owner)])

    def _only_owner(self) -> builders.Body:
        """Bind the owner.

        While a profile changes hands, the previous one, whom the controller replaces.
        """
        profile, previous_owner = self.context.state.profile, self.context.previous_owner
        if profile is None or previous_owner is None or previous_owner not in self.existing.people:
            return {"subjects": [builders.owner_spec(self.context.profile.owner)]}
        namespace = profile.owner_namespace or self.context.profile.name
        return {"subjects": [builders.subject(previous_owner, namespace)]}

    def _correction(self) -> builders.Body:
        if not self._is_misbound():
            return {}
        return {"subjects": [builders.owner_spec(self.context.profile.owner)]}

    def _corrected_fields(self) -> Iterator[FieldDiff]:
        if self._is_misbound():
            yield from self.people_fields()
        yield from self.reference_fields()

    def _is_misbound(self) -> bool:
        """Whether it does not bind the owner, and no controller corrects that by itself."""
        if len(self.existing.subjects) != 1:
            return True
        if not self.context.is_settled:
            return False
        if not self._has_lost_reference():
            return False
        return self.existing.subject != self.context.owner

    def _needs_recreation(self, body: builders.Body) -> bool:
        """Whether it binds to another ClusterRole, which cannot be changed."""
        return bool(self.existing.cluster_role != body["roleRef"]["name"])

    def _differs(self, body: builders.Body) -> bool:
        namespace = body["subjects"][0].get("namespace", "")
        if self.existing.subject != self.context.owner:
            return True
        return bool(self.existing.namespace != namespace)

    def _replacement(self, body: builders.Body) -> builders.Body:
        return {"subjects": body["subjects"]}
