"""Telemetry: what a collector receives over real HTTP, and that telemetry never fails a hook."""

import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import ops
import pytest
from charm_meta import META
from charmlibs.interfaces.otlp import OtlpProvider
from charmlibs.interfaces.tracing import TracingEndpointProvider
from collector import Collector
from cosl import LZMABase64
from lightkube.resources.core_v1 import Namespace
from ops import testing

from memory_api import MemoryApi
from profiles_charm import connection, databags, juju_log, otlp, telemetry
from profiles_charm.endpoints import Endpoints
from profiles_charm.run import Run
from profiles_management import ClusterAway, Problem, Report
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Where
from profiles_management.reconcile.plan import Plan
from profiles_management.sources import Gathered, NothingToRead
from readings import reading

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ALL = ["logs", "metrics", "traces"]
REFUSED = Problem(
    "protected",
    "namespace b is protected",
    Where.of_profile("b"),
    "Choose another.",
    names_nobody=True,
)
GOOD = Run(outcome=Report(Plan(profiles=12)), contributors=57, seconds=1.5, now=NOON, requests=9)
MODEL = testing.Model("kubeflow", uuid="f4d59020-c8e7-4053-8044-a2c1e5591c7f")


class Ours(ops.CharmBase):
    """A charm that sends the telemetry of `run` at each update-status."""

    run = GOOD

    def __init__(self, framework):
        super().__init__(framework)
        juju_log.guard()
        endpoints = Endpoints(self, *telemetry.ENDPOINTS)
        self.telemetry = telemetry.Telemetry(self, endpoints)
        framework.observe(self.on.update_status, self._told)

    def _told(self, _):
        self.telemetry.send(self.run)


@pytest.fixture
def collector():
    collector = Collector()
    yield collector
    collector.close()


def offer(url, protocol="http", telemetries=ALL):
    return {"protocol": protocol, "endpoint": url, "telemetries": telemetries, "insecure": True}


def related(*offers, endpoints=None):
    text = json.dumps(list(offers)) if endpoints is None else endpoints
    return testing.Relation("send-otlp", remote_app_data={"endpoints": text})


def tempo(url, name="otlp_http"):
    receivers = [{"protocol": {"name": name, "type": "http"}, "url": url}]
    return testing.Relation("charm-tracing", remote_app_data={"receivers": json.dumps(receivers)})


def tell(*relations, run=GOOD):
    """Send the telemetry of a run; return the log."""
    charm = type("Ours", (Ours,), {"run": run})
    context = testing.Context(charm, meta=META)
    context.run(
        context.on.update_status(),
        testing.State(leader=True, relations=set(relations), model=MODEL),
    )
    return [f"{line.level} {line.message}" for line in context.juju_log if line.level != "DEBUG"]


# what is sent


def test_a_collector_gets_metrics_a_log_and_a_trace(collector):
    tell(related(offer(collector.url)))

    assert [path for path, _ in collector.got] == ["/v1/logs", "/v1/metrics", "/v1/traces"]
    assert collector.metrics["profiles_management_profiles"] == 12
    assert collector.lines == ["INFO 12 profiles, 57 contributors"]


def test_it_gets_what_it_asks_for_and_no_more(collector):
    tell(related(offer(collector.url, telemetries=["metrics", "profiles"])))

    assert [path for path, _ in collector.got] == ["/v1/metrics"]


def test_everything_says_where_it_comes_from(collector):
    tell(related(offer(collector.url)))

    for _, body in collector.got:
        ((resource,),) = body.values()
        said = {
            one["key"]: one["value"]["stringValue"] for one in resource["resource"]["attributes"]
        }
        assert said["juju_application"] == said["service.name"] == "profiles-management"
        assert (said["juju_model"], said["juju_unit"]) == ("kubeflow", "profiles-management/0")


def test_a_span_lasts_as_long_as_the_run(collector):
    tell(related(offer(collector.url)))

    span = collector.got[-1][1]["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"]) == 1_500_000_000
    assert (len(span["traceId"]), len(span["spanId"])) == (32, 16)


def test_a_run_that_was_stopped_is_an_error_with_its_reason(collector):
    away = ClusterAway("reset")
    tell(related(offer(collector.url)), run=Run(outcome=away, seconds=3.0, now=NOON))

    assert collector.lines == ["ERROR The cluster does not answer: reset"]
    assert collector.metrics["profiles_management_run_success"] == 0


def test_each_thing_that_is_wrong_is_a_line(collector):
    unread = Gathered(
        ProfilesManagementRepresentation(), (reading("git", NothingToRead("no answer")),)
    )
    run = Run(
        outcome=Report(Plan(profiles=2, refused=(REFUSED,))),
        contributors=3,
        now=NOON,
        gathered=unread,
    )

    tell(related(offer(collector.url)), run=run)

    assert collector.lines[1:] == [
        "ERROR git cannot be read: no answer",
        "ERROR b: namespace b is protected",
    ]


def test_a_run_sends_at_most_so_many_lines():
    many = Run(outcome=Report(Plan(refused=(REFUSED,) * 200)), now=NOON)

    (resource,) = otlp.logs(many, {})["resourceLogs"]

    assert len(resource["scopeLogs"][0]["logRecords"]) == otlp.MOST


def test_of_two_protocols_it_takes_the_one_that_it_speaks(collector):
    tell(related(offer("grpc://x:4317", "grpc"), offer(collector.url)))

    assert len(collector.got) == 3


def test_what_the_package_offers_is_understood(collector):
    context = testing.Context(
        Theirs, meta={"name": "otelcol", "provides": {"receive-otlp": {"interface": "otlp"}}}
    )
    Theirs.url = collector.url
    state = testing.State(leader=True, relations={testing.Relation("receive-otlp")}, model=MODEL)
    (offered,) = context.run(context.on.config_changed(), state).relations

    tell(testing.Relation("send-otlp", remote_app_data=dict(offered.local_app_data)))

    assert len(collector.got) == 3


def test_tempo_gets_the_trace_alone(collector):
    tell(tempo(collector.url))

    assert [path for path, _ in collector.got] == ["/v1/traces"]


def test_a_collector_and_tempo_get_each_their_own(collector):
    tell(related(offer(collector.url, telemetries=["metrics"])), tempo(collector.url))

    assert sorted(path for path, _ in collector.got) == ["/v1/metrics", "/v1/traces"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the package is older than its pydantic
def test_what_the_package_of_tempo_offers_is_understood(collector):
    asked = published(testing.Relation("charm-tracing"))
    context = testing.Context(
        Tempo, meta={"name": "tempo", "provides": {"tracing": {"interface": "tracing"}}}
    )
    Tempo.url = collector.url
    relation = testing.Relation("tracing", remote_app_data=asked)
    (offered,) = context.run(
        context.on.config_changed(), testing.State(leader=True, relations={relation})
    ).relations

    tell(testing.Relation("charm-tracing", remote_app_data=dict(offered.local_app_data)))

    assert [path for path, _ in collector.got] == ["/v1/traces"]


class Tempo(ops.CharmBase):
    """The other end, as in tempo-coordinator-k8s: it offers the requested protocols."""

    url = ""

    def __init__(self, framework):
        super().__init__(framework)
        self.tracing = TracingEndpointProvider(self)
        framework.observe(self.on.config_changed, self._offer)

    def _offer(self, _):
        self.tracing.publish_receivers(
            [(protocol, self.url) for protocol in self.tracing.requested_protocols()]
        )


class Theirs(ops.CharmBase):
    """The other end, as in opentelemetry-collector-k8s."""

    url = ""
    rules = None

    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.config_changed, self._offer)
        framework.observe(self.on.update_status, self._read)

    def _offer(self, _):
        provider = OtlpProvider(self).add_endpoint("grpc", "http://x:4317", ALL)
        provider.add_endpoint("http", self.url, ALL).publish()

    def _read(self, _):
        (store,) = OtlpProvider(self).rules.values()
        Theirs.rules = store.promql.as_dict()


# what cannot go wrong


def test_without_a_relation_nothing_is_said_and_nothing_sent():
    assert tell() == []


@pytest.mark.parametrize(
    "endpoints",
    ["", "{}", "[1]", "no json", '[{"protocol": "http", "endpoint": "ftp://x"}]', "[{}]"],
)
def test_an_offer_that_cannot_be_understood_is_none(endpoints):
    assert tell(related(endpoints=endpoints)) == []


@pytest.mark.parametrize("status", [400, 404, 503])
def test_a_collector_that_refuses_is_one_line(collector, status):
    collector.answer = status

    (said,) = tell(related(offer(collector.url)))

    assert said.startswith("WARNING telemetry was not sent: HTTPStatusError")
    assert len(collector.got) == 1


def test_a_collector_that_is_not_there_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    (said,) = tell(related(offer(f"http://127.0.0.1:{port}")))

    assert said.startswith("WARNING telemetry was not sent: ConnectError")


def test_one_that_is_away_keeps_nothing_from_the_other(collector):
    said = tell(related(offer("http://127.0.0.1:1")), tempo(collector.url))

    assert len(said) == 1
    assert [path for path, _ in collector.got] == ["/v1/traces"]


def test_a_fault_of_our_own_is_one_line_too(collector):
    said = tell(related(offer(collector.url)), run=None)

    assert len(said) == 1
    assert said[0].startswith("WARNING telemetry was not sent: AttributeError in _figures, line ")


def test_a_collector_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(telemetry, "_PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (said,) = tell(related(offer(f"http://127.0.0.1:{silent.getsockname()[1]}")))

    assert said.startswith("WARNING telemetry was not sent: ReadTimeout")


def test_a_certificate_that_nobody_vouches_for_is_refused():
    junk = testing.Relation(
        "receive-ca-cert", remote_app_data={"certificates": '["no certificate"]', "version": "1"}
    )

    (said,) = tell(related(offer("https://127.0.0.1:1")), junk)

    assert "SSLError" in said


def test_authorities_of_the_relation_are_trusted():
    authority = ssl.create_default_context().get_ca_certs(binary_form=True)[0]
    pem = ssl.DER_cert_to_PEM_cert(authority)

    found = databags.certificates_in({"certificates": json.dumps([pem]), "version": "1"})

    assert telemetry._trusted("\n".join(found)).get_ca_certs(binary_form=True) == [authority]


# what is counted


def test_every_request_is_counted_whichever_thread_sends_it():
    client = MemoryApi().client()
    list(client.list(Namespace))  # two threads must not be the first to decode a class (slim.learn)
    requests = connection.Requests(client)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: list(client.list(Namespace)), range(20)))

    assert requests.number == 20


# what is published


def published(relation, event="relation_created", *, leader=True):
    context = testing.Context(Ours, meta=META)
    found = (
        context.on.upgrade_charm()
        if event == "upgrade_charm"
        else context.on.relation_created(relation)
    )
    state = context.run(found, testing.State(leader=leader, relations={relation}, model=MODEL))
    return dict(state.get_relation(relation.id).local_app_data)


def test_a_collector_gets_the_alert_rules_as_the_package_reads_them():
    databag = published(testing.Relation("send-otlp"))
    context = testing.Context(
        Theirs, meta={"name": "otelcol", "provides": {"receive-otlp": {"interface": "otlp"}}}
    )
    relation = testing.Relation("receive-otlp", remote_app_name="ours", remote_app_data=databag)

    context.run(
        context.on.update_status(), testing.State(leader=True, relations={relation}, model=MODEL)
    )

    (group,) = Theirs.rules["groups"]
    assert [rule["alert"] for rule in group["rules"]] == [
        "ProfilesSyncFailing",
        "ProfilesSourceStale",
        "ProfilesPortalFailing",
        "ProfilesPending",
        "ProfilesSyncSilent",
    ]
    assert {rule["labels"]["juju_application"] for rule in group["rules"]} == {
        "profiles-management"
    }


def test_grafana_gets_the_dashboard():
    databag = published(testing.Relation("grafana-dashboard"))

    (template,) = json.loads(databag["dashboards"])["templates"].values()
    assert json.loads(LZMABase64.decompress(template["content"]))["title"] == "Profiles Management"
    assert template["juju_topology"]["application"] == "profiles-management"


def test_a_new_revision_of_the_charm_publishes_again():
    assert published(testing.Relation("grafana-dashboard"), "upgrade_charm")


def test_only_the_leader_publishes():
    assert not published(testing.Relation("grafana-dashboard"), leader=False)
