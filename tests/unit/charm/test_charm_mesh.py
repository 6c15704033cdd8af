"""The relation `service-mesh` binds policies to the waypoint; the option has precedence."""

import json

import ops
import pytest
import yaml
from charmlibs.interfaces.service_mesh import ServiceMeshProvider
from ops import testing

from profiles_charm import mesh

META = yaml.safe_load(
    "{name: ours, requires: {service-mesh: {interface: service_mesh, limit: 1, optional: true}}}"
)
# What istio-beacon-k8s publishes: labels with which a charm's own pod would join its mesh.
BEACON = {
    "labels": json.dumps(
        {"istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "istio-beacon-k8s-waypoint"}
    ),
    "mesh_type": '"istio"',
}


class Ours(ops.CharmBase):
    """Reads the waypoint at each event; the option is empty."""

    def __init__(self, framework):
        super().__init__(framework)
        self.found = {}
        for event in (self.on.update_status, self.on["service-mesh"].relation_broken):
            framework.observe(event, self._ask)

    def _ask(self, _):
        self.found = {
            option: mesh.waypoint(self.model.relations[mesh.ENDPOINT], option)
            for option in ("", "mine")
        }


def found(databag=None, *, option="", broken=False):
    context = testing.Context(Ours, meta=META)
    relation = testing.Relation("service-mesh", remote_app_data=databag or {})
    state = testing.State(relations=() if databag is None else {relation})
    event = context.on.relation_broken(relation) if broken else context.on.update_status()
    with context(event, state) as manager:
        manager.run()
        return manager.charm.found[option]


def test_without_a_mesh_policies_are_bound_to_nothing():
    assert found() == ""


def test_with_a_mesh_they_are_bound_to_the_waypoint_of_each_profile_and_not_to_the_beacons():
    assert found(BEACON) == "waypoint"


def test_the_option_comes_first():
    assert found(BEACON, option="mine") == "mine"
    assert found(option="mine") == "mine"


def test_when_the_relation_goes_so_does_the_waypoint():
    assert found(BEACON, broken=True) == ""


@pytest.mark.parametrize(
    "databag", [{}, {"mesh_type": "istio"}, {"mesh_type": '"linkerd"'}, {"mesh_type": "["}]
)
def test_a_mesh_that_has_not_said_what_it_is_counts_for_none(databag):
    assert found(databag) == ""


def test_what_the_package_publishes_is_understood():
    published = testing.Context(Beacon, meta={"name": "beacon", "provides": META["requires"]}).run(
        testing.CharmEvents.config_changed(),
        testing.State(leader=True, relations={testing.Relation("service-mesh")}),
    )

    (relation,) = published.relations

    assert found(dict(relation.local_app_data)) == "waypoint"


class Beacon(ops.CharmBase):
    """The other end of the relation, as in istio-beacon-k8s."""

    def __init__(self, framework):
        from canonical_service_mesh.enums import MeshType  # noqa: PLC0415 - only this test needs it

        super().__init__(framework)
        self.mesh = ServiceMeshProvider(
            self, labels={"istio.io/dataplane-mode": "ambient"}, mesh_type=MeshType.istio
        )
