"""Relations of endpoints that most deployments leave unrelated.

Asking Juju for the relations of one endpoint takes a process, as long as a tenth of an empty
charm's event. An endpoint without relations is therefore not asked about again until Juju says that
it gets one. A unit that lost what it stored, such as a new pod, asks.
"""

import ops


class Endpoints(ops.Object):
    """Knows which of some endpoints have no relation.

    Args:
        names: the endpoints.
    """

    _stored = ops.StoredState()  # type: ignore[no-untyped-call]

    def __init__(self, charm: ops.CharmBase, *names: str) -> None:
        super().__init__(charm, "endpoints")
        self._stored.set_default(unrelated=set())
        for name in names:
            self.framework.observe(charm.on[name].relation_created, self._on_relation_created)

    def relations(self, name: str) -> list[ops.Relation]:
        """Return the relations of an endpoint."""
        if name in self._stored.unrelated:
            return []
        relations = self.model.relations[name]
        if not relations:
            self._stored.unrelated.add(name)
        return relations

    def _on_relation_created(self, event: ops.RelationCreatedEvent) -> None:
        self._stored.unrelated.discard(event.relation.name)
