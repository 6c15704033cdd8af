"""Every event, on every kind of unit, and relations that contain anything: never a crash."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kubernetes_stand_in import serving as kubernetes_serving
from ops import testing
from portal_stand_in import serving
from user_manager_unit import FILE, Unit

ENDPOINTS = sorted({**FILE["requires"], **FILE["provides"]})
PLAIN = [
    "install",
    "start",
    "stop",
    "remove",
    "update_status",
    "config_changed",
    "leader_elected",
    "upgrade_charm",
]
OF_RELATION = [
    "relation_created",
    "relation_joined",
    "relation_changed",
    "relation_departed",
    "relation_broken",
]
UNITS = {
    "the leader": {},
    "another unit": {"leader": False},
    "a unit of many": {"planned_units": 3},
    "a unit that is removed": {"planned_units": 0},
}


@pytest.fixture(params=UNITS)
def any_unit(request, unit):
    """A unit that ran before."""
    unit.ready()
    unit.change(**UNITS[request.param])
    return unit


def without_container(unit):
    (container,) = unit.state.containers
    unit.change(containers={replace(container, can_connect=False)})


@pytest.mark.parametrize("event", PLAIN)
def test_an_event_of_the_unit_never_crashes_the_charm(any_unit, event):
    any_unit.see(event)


@pytest.mark.parametrize("event", PLAIN)
def test_nor_without_a_container_that_answers(any_unit, event):
    without_container(any_unit)
    any_unit.see(event)


@pytest.mark.parametrize("event", OF_RELATION)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_event_of_a_relation_never_crashes_the_charm(unit, endpoint, event):
    unit.ready()
    relation = unit.relate(endpoint)
    unit.run(getattr(unit.context.on, event)(relation))


@pytest.mark.parametrize("event", ["relation_joined", "relation_changed", "relation_departed"])
def test_an_event_of_a_peer_never_crashes_the_charm(unit, event):
    unit.ready()
    unit.change(planned_units=2)
    peers = replace(unit.relation("peers"), peers_data={1: {}})
    unit.change(relations={peers})
    unit.run(getattr(unit.context.on, event)(peers, remote_unit=1))

    if event != "relation_joined":  # relation_changed follows it
        assert unit.status.startswith("blocked: 2 units need PostgreSQL")


def test_an_event_of_a_check_or_the_storage_never_crashes_the_charm(unit):
    unit.ready()
    unit.take_down("ready")
    unit.fail_check("ready")
    unit.recover("ready")
    storage = testing.Storage("data")
    unit.change(storages={storage})
    unit.run(unit.context.on.storage_attached(storage))
    unit.run(unit.context.on.storage_detaching(storage))

    assert unit.status.startswith("active: ")


VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["{", "[]", "null", "{}", "[[]]", '""', "1e999", '{"a": {"b": []}}', "true", "v1", "[1]"]
    ),
    st.sampled_from(["secret:00000000000000000000", "db:5432", "[", "a b", "db:5432/x?y=z#"]),
)
KEYS = {
    "database": ["version", "requests", "data", "endpoints", "secret-user", "secret-tls", "status"],
    "ingress": ["external_host", "tls_enabled"],
    "profiles": ["version", "revision", "encoding", "report"],
    "send-otlp": ["endpoints"],
    "service-mesh": ["labels", "mesh_type"],
}


@pytest.mark.parametrize("endpoint", KEYS)
@given(data=st.data())
@settings(suppress_health_check=list(HealthCheck))
def test_a_databag_with_anything_never_crashes_the_charm(endpoint, data):
    chosen = data.draw(st.dictionaries(st.sampled_from(KEYS[endpoint]), VALUES))
    databag = {key: value.replace("\0", "") for key, value in chosen.items() if value}
    with serving() as portal:
        unit = Unit(portal)
        unit.change(leader=data.draw(st.booleans()))
        unit.changed(endpoint, **databag)


def test_labels_that_kubernetes_refuses_are_waited_for(unit, monkeypatch, tmp_path):
    with kubernetes_serving() as kubernetes:
        kubernetes.write_config(tmp_path / "kubeconfig", monkeypatch)
        kubernetes.refusal = 422
        unit.changed("service-mesh", labels='{"a b": "c"}', mesh_type='"istio"')

    assert unit.status == "waiting: the mesh cannot be joined: 422"
