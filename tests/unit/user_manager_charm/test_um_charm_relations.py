"""The gateway, the mesh and the collector of logs."""

import json

import ops
import pytest
from charmlibs.interfaces.istio_ingress_route import IstioIngressRouteConfig
from kubernetes_stand_in import serving

MESH = {"mesh_type": '"istio"', "labels": '{"istio.io/dataplane-mode": "ambient"}'}
OTLP = json.dumps([{"protocol": "http", "endpoint": "http://otel:4318", "telemetries": ["logs"]}])

# the gateway


def route(unit):
    databag = unit.relation("ingress").local_app_data
    return IstioIngressRouteConfig.model_validate_json(databag["config"])


def test_the_gateway_serves_the_portal_at_the_root_of_a_port(unit):
    unit.ready()
    unit.relate("ingress")
    unit.see("config_changed")

    (listener,), (http,) = route(unit).listeners, route(unit).http_routes
    assert (listener.port, listener.protocol.value) == (8000, "HTTP")
    assert [match.path.value for match in http.matches] == ["/"]
    assert [(backend.service, backend.port) for backend in http.backends] == [
        ("user-manager", 8000)
    ]


def test_the_port_of_the_gateway_is_an_option(unit):
    unit.configure(ingress_port=443)
    unit.relate("ingress")
    unit.see("config_changed")

    assert [listener.port for listener in route(unit).listeners] == [443]


def test_only_the_leader_asks_the_gateway(unit):
    unit.ready()
    unit.change(leader=False)
    unit.relate("ingress")
    unit.see("config_changed")

    assert "config" not in unit.relation("ingress").local_app_data


@pytest.mark.parametrize("host", ["", "a b", "[", "evil.example.com/path", "a,b"])
def test_a_host_that_is_none_is_not_used(unit, host):
    unit.changed("ingress", external_host=host)

    assert "USER_MANAGER_PUBLIC_URL" not in unit.environment


@pytest.mark.parametrize(
    ("tls", "url"),
    [
        ("True", "https://kubeflow.example.com:8000"),
        ("False", "http://kubeflow.example.com:8000"),
    ],
)
def test_the_address_at_the_gateway_is_the_public_url(unit, tls, url):
    unit.changed("ingress", external_host="kubeflow.example.com", tls_enabled=tls)

    assert unit.environment["USER_MANAGER_PUBLIC_URL"] == url
    assert "kubeflow.example.com" in unit.environment["USER_MANAGER_ALLOWED_HOSTS"].split(",")


def test_the_option_has_precedence(unit):
    unit.configure(public_url="https://access.example.com")
    unit.changed("ingress", external_host="kubeflow.example.com", tls_enabled="True")

    assert unit.environment["USER_MANAGER_PUBLIC_URL"] == "https://access.example.com"


def test_a_gateway_that_is_removed_is_no_longer_the_public_url(unit):
    unit.changed("ingress", external_host="kubeflow.example.com", tls_enabled="True")
    unit.unrelate("ingress")

    assert "USER_MANAGER_PUBLIC_URL" not in unit.environment


# the mesh


@pytest.fixture
def kubernetes(tmp_path, monkeypatch):
    with serving() as kubernetes:
        kubernetes.write_config(tmp_path / "kubeconfig", monkeypatch)
        yield kubernetes


def test_the_pods_join_the_mesh(unit, kubernetes):
    unit.ready()
    unit.changed("service-mesh", **MESH)

    assert kubernetes.patched == {"istio.io/dataplane-mode": "ambient"}
    assert {path for _, path, _ in kubernetes.requests} == {
        "kubeflow/configmaps",
        "kubeflow/configmaps/juju-service-mesh-user-manager-labels",
        "kubeflow/services/user-manager",
        "kubeflow/statefulsets/user-manager",
    }


def test_the_pods_leave_a_mesh_that_is_removed(unit, kubernetes):
    unit.changed("service-mesh", **MESH)
    kubernetes.labels = {"istio.io/dataplane-mode": "ambient"}
    unit.unrelate("service-mesh")

    assert kubernetes.patched == {"istio.io/dataplane-mode": None}


def test_without_a_mesh_the_kubernetes_api_is_not_asked(unit, kubernetes):
    unit.ready()

    assert kubernetes.requests == []


def test_only_the_leader_joins(unit, kubernetes):
    unit.ready()
    unit.change(leader=False)
    unit.changed("service-mesh", **MESH)

    assert kubernetes.requests == []


def test_the_mesh_lets_the_gateway_in(unit, kubernetes):
    unit.created("service-mesh")
    unit.created("ingress")

    (policy,) = json.loads(unit.relation("service-mesh").local_app_data["policies"])
    assert policy["source_app_name"] == "other"
    assert [endpoint["ports"] for endpoint in policy["endpoints"]] == [[8000]]


def test_a_charm_without_trust_is_told_how_to_get_it(unit, kubernetes):
    unit.ready()
    kubernetes.refusal = 403
    unit.changed("service-mesh", **MESH)

    assert unit.status == "blocked: not allowed to join the mesh; run juju trust user-manager"
    assert unit.running == {"web", "grpc", "sweep"}


def test_a_kubernetes_api_that_fails_is_waited_for(unit, kubernetes):
    kubernetes.refusal = 500
    unit.changed("service-mesh", **MESH)

    assert unit.status == "waiting: the mesh cannot be joined: 500"


def test_a_kubernetes_api_that_is_away_is_waited_for(unit, monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    unit.changed("service-mesh", **MESH)

    assert unit.status == "waiting: the mesh cannot be joined: no Kubernetes API"


@pytest.mark.parametrize(
    "databag",
    [
        {"labels": "{", "mesh_type": '"istio"'},
        {"labels": "[]", "mesh_type": '"istio"'},
        {"labels": "{}", "mesh_type": '"other"'},
        {"unknown": "1"},
        {},
    ],
)
def test_a_databag_of_a_mesh_that_is_not_valid_changes_nothing(unit, kubernetes, databag):
    unit.changed("service-mesh", **databag)

    assert kubernetes.requests == []
    assert unit.running == {"web", "grpc", "sweep"}


# the collector


def test_the_logs_go_to_a_collector(unit):
    unit.ready()
    unit.changed("send-otlp", endpoints=OTLP)

    target = unit.plan.log_targets["otlp"]
    assert (target.type, target.location) == ("opentelemetry", "http://otel:4318")
    assert target.services == ["web", "grpc", "sweep"]
    assert target.labels["juju_unit"] == "user-manager/0"
    assert target.labels["juju_model"] == "kubeflow"


def test_a_collector_that_is_removed_gets_nothing_more(unit):
    unit.ready()
    unit.changed("send-otlp", endpoints=OTLP)
    unit.unrelate("send-otlp")

    assert not unit.plan.log_targets["otlp"].services


def test_without_a_collector_there_is_no_target(unit):
    unit.ready()

    assert unit.plan.log_targets == {}


@pytest.mark.parametrize(
    "endpoints",
    [
        "{",
        "null",
        "[]",
        '[{"protocol": "http"}]',
        '[{"protocol": "grpc", "endpoint": "http://otel:4317", "telemetries": ["logs"]}]',
        '[{"protocol": "http", "endpoint": "http://otel:4318", "telemetries": ["metrics"]}]',
    ],
)
def test_a_collector_that_takes_no_logs_is_not_used(unit, endpoints):
    unit.ready()
    unit.changed("send-otlp", endpoints=endpoints)

    assert unit.plan.log_targets == {}


def test_an_older_pebble_runs_the_portal_without_forwarding(unit, monkeypatch):
    unit.ready()
    add_layer = ops.Container.add_layer

    def refuse(self, label, layer, **options):
        if label == "logs":
            raise ops.pebble.APIError({}, 400, "Bad Request", "unknown type")
        add_layer(self, label, layer, **options)

    monkeypatch.setattr(ops.Container, "add_layer", refuse)
    unit.changed("send-otlp", endpoints=OTLP)

    assert unit.running == {"web", "grpc", "sweep"}
    assert unit.status.startswith("active: ")
