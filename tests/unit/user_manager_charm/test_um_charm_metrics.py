"""Metrics of the workload at a collector, and its alert rules."""

import json
import re

import ops
import pytest
from charmlibs.interfaces.otlp import OtlpProvider
from ops import testing
from telemetry_stand_in import attributes, serving
from user_manager_unit import FOLDER

from user_manager_charm import metrics

RULES = FOLDER / "src" / "prometheus_alert_rules" / "user-manager.rules"


def offer(url, *telemetries):
    endpoint = {"protocol": "http", "endpoint": url, "telemetries": [*telemetries]}
    return {"endpoints": json.dumps([endpoint])}


@pytest.fixture
def telemetry(unit, monkeypatch):
    """A workload with metrics, and a collector that the unit is related to."""
    monkeypatch.setattr(metrics, "PATIENCE", 60.0)  # the machine may be busy
    with serving() as telemetry:
        unit.change_type(metrics_urls=telemetry.sources)
        unit.ready()
        unit.changed("send-otlp", **offer(telemetry.url, "logs", "metrics"))
        yield telemetry


def test_each_value_is_a_gauge_with_its_labels_and_its_service(telemetry):
    assert telemetry.sent[-1][0] == "/v1/metrics"
    assert telemetry.points["user_manager_pending_requests"] == [
        ({"service": "web"}, 3.0),
        ({"service": "grpc"}, 3.0),
    ]
    assert telemetry.points["user_manager_requests_total"][:2] == [
        ({"api": "rest", "status": "200", "service": "web"}, 7.0),
        ({"api": "rest", "status": "404", "service": "web"}, 1.0),
    ]


def test_no_bucket_no_value_that_is_no_number_and_nothing_of_the_process_is_sent(telemetry):
    assert telemetry.points.keys() == {
        "user_manager_pending_requests",
        "user_manager_requests_total",
        "user_manager_request_seconds_count",
        "user_manager_request_seconds_sum",
    }


def test_the_place_of_the_unit_is_sent(telemetry):
    (resource,) = telemetry.sent[-1][1]["resourceMetrics"]

    place = attributes(resource["resource"]["attributes"])
    assert place["juju_unit"] == place["service.instance.id"] == "user-manager/0"
    assert place["juju_application"] == place["service.name"] == "user-manager"


def test_each_event_sends_them(unit, telemetry):
    before = len(telemetry.sent)
    unit.see("update_status")

    assert len(telemetry.sent) == before + 1


def test_a_collector_that_takes_only_logs_gets_none(unit, telemetry):
    telemetry.sent.clear()
    unit.changed("send-otlp", **offer(telemetry.url, "logs"))

    assert telemetry.sent == []


@pytest.mark.parametrize("status", [400, 503])
def test_a_collector_that_refuses_is_one_line_in_the_log(unit, telemetry, status):
    telemetry.status = status
    unit.see("update_status")

    assert warnings(unit) == [f"the collector answered with {status} to metrics"]
    assert unit.status.startswith("active: ")


@pytest.mark.parametrize("text", ["<html>", "user_manager_x not-a-number", "user_manager_x{"])
def test_metrics_that_cannot_be_read_are_one_line_in_the_log(unit, telemetry, text):
    telemetry.metrics = text
    unit.see("update_status")

    assert warnings(unit) == ["metrics were not sent: ValueError"]
    assert unit.status.startswith("active: ")


def test_a_workload_that_does_not_listen_is_one_line_in_the_log(unit, telemetry, impatient):
    unit.change_type(metrics_urls={"web": "http://127.0.0.1:1/metrics"})
    unit.see("update_status")

    assert warnings(unit) == ["metrics were not sent: NotConnectedError"]


def test_a_collector_that_does_not_speak_tls_is_one_line_in_the_log(unit, telemetry, impatient):
    unit.changed("send-otlp", **offer(telemetry.url.replace("http:", "https:"), "metrics"))

    assert warnings(unit) == ["metrics were not sent: NotConnectedError"]


def warnings(unit):
    return [line.message for line in unit.context.juju_log if line.level == "WARNING"]


class Theirs(ops.CharmBase):
    """The other end, as in opentelemetry-collector-k8s."""

    rules = None

    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.update_status, self._read)

    def _read(self, _):
        (store,) = OtlpProvider(self).rules.values()
        Theirs.rules = store.promql.as_dict()


def test_the_collector_gets_the_alert_rules(unit, telemetry):
    databag = unit.relation("send-otlp").local_app_data
    meta = {"name": "theirs", "provides": {"receive-otlp": {"interface": "otlp"}}}
    context = testing.Context(Theirs, meta=meta)
    relation = testing.Relation("receive-otlp", remote_app_name="ours", remote_app_data=databag)
    context.run(context.on.update_status(), testing.State(leader=True, relations={relation}))

    (group,) = Theirs.rules["groups"]
    assert [rule["alert"] for rule in group["rules"]] == [
        "UserManagerAccessNotApplied",
        "UserManagerAccessNotRemoved",
        "UserManagerNoticesWaiting",
        "UserManagerSilent",
    ]
    assert {rule["labels"]["juju_application"] for rule in group["rules"]} == {"user-manager"}


def test_only_the_leader_publishes_the_rules(unit):
    unit.ready()
    unit.change(leader=False)
    unit.changed("send-otlp", **offer("http://127.0.0.1:1", "logs"))

    assert unit.relation("send-otlp").local_app_data == {}


def test_every_metric_of_a_rule_is_one_of_the_workload():
    used = set(re.findall(r"user_manager_\w+", RULES.read_text()))
    source = FOLDER.parents[1] / "src" / "user_manager" / "observability" / "metrics.py"
    known = set(re.findall(r'_gauge\(\s*"(\w+)"', source.read_text()))

    assert {name.removeprefix("user_manager_") for name in used} <= known


def test_every_alert_is_in_the_reference():
    page = FOLDER.parents[1] / "docs" / "reference" / "user-manager-charm.md"

    for alert in re.findall(r"alert: (\w+)", RULES.read_text()):
        assert f"`{alert}`" in page.read_text()
