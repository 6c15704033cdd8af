"""What is not access: a Profile's quota and plugins, the namespace's limits and keys."""

from collections.abc import Iterator, Mapping

from profiles_management.kubeflow.objects import naming
from profiles_management.kubeflow.planning import namespace_limits, namespace_metadata
from profiles_management.kubeflow.planning.context import ProfileContext
from profiles_management.kubeflow.planning.profile_spec import ProfileSpecPlanner
from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Change, Pending


class ShapePlanner:
    """Plans everything about one profile that is not access."""

    def __init__(self, context: ProfileContext) -> None:
        self.context = context
        self.spec: ProfileSpecPlanner | None = None
        if context.state.profile is not None:
            self.spec = ProfileSpecPlanner(context, context.state.profile)

    def changes(self) -> Iterator[Change]:
        """Yield the changes of marks, quota, plugins, LimitRange and the namespace's keys."""
        if self.context.settings.standalone:
            yield from namespace_limits.quota_changes(self.context)
        elif self.spec is not None:
            yield from self.spec.changes()
        yield from namespace_limits.limit_changes(self.context)
        yield from namespace_metadata.changes(self.context)

    def pending(self) -> Iterator[Pending]:
        """Yield what only the profile controller still has to do."""
        if self.spec is not None:
            yield from self.spec.quota.pending()

    def warnings(self) -> Iterator[Problem]:
        """Yield what the document wants and the target cannot hold."""
        name = self.context.name
        for part, why in self._uncompared().items():
            what = f"{why}, so {part} are not compared and stay unchanged"
            yield refusal(name, "unreadable", what, "Check it with kubectl, and replace it.")
        if self._has_keys_without_namespace():
            yield refusal(
                name,
                "not-expressible",
                "labels and annotations of a namespace cannot be written to a folder",
                "Apply the document to the cluster, where the namespace is.",
                names_nobody=True,
            )
        if self._is_limit_range_foreign():
            yield refusal(
                name,
                "foreign-limit-range",
                f"LimitRange {naming.LIMITS} exists and is not ours",
                "Rename or delete it, and the document's limitRange is applied.",
                names_nobody=True,
            )

    def _uncompared(self) -> Mapping[str, str]:
        """Return by part of the document why the target cannot be compared with it."""
        uncompared = namespace_limits.uncompared(self.context)
        if self.spec is None:
            return uncompared
        return {**self.spec.uncompared, **uncompared}

    def _has_keys_without_namespace(self) -> bool:
        wanted = self.context.wanted
        return not self.context.holds("Namespace") and bool(wanted.labels or wanted.annotations)

    def _is_limit_range_foreign(self) -> bool:
        limit_range = self.context.observed.limits.get(self.context.name)
        if limit_range is None or limit_range.mark:
            return False
        return bool(self.context.wanted.limits)
