"""Alert rules, dashboard and reference use exactly the metrics that are sent."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from profiles_charm.figures import of
from profiles_charm.run import Run
from profiles_charm.target_result import TargetResult
from profiles_management import Report
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.reconcile.plan import Action, Change, ObjectRef, Phase, Plan, Reason
from profiles_management.reconcile.report import Outcome, Result
from profiles_management.sources import Gathered
from readings import reading

ROOT = Path(__file__).parents[3]
RULES = yaml.safe_load((ROOT / "src/prometheus_alert_rules/profiles-management.rules").read_text())
DASHBOARD = json.loads((ROOT / "src/grafana_dashboards/profiles-management.json").read_text())
REFERENCE = (ROOT / "docs/reference/metrics.md").read_text()
METRIC = re.compile(r"\bprofiles_management_\w+")

ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def sent():
    """Return every figure that a run can have, by its name."""
    change = Change(
        Phase.GRANT, "a", ObjectRef("RoleBinding", "a", "x"), Action.CREATE, Reason.WANTED
    )
    report = Report(Plan((change,)), (Outcome(change, Result.DONE),))
    now = datetime(2026, 11, 1, tzinfo=UTC)
    pmr = ProfilesManagementRepresentation()
    gathered = Gathered(pmr, (reading("git", pmr, revision="c0ffee"),))
    run = Run(
        outcome=report,
        contributors=1,
        seconds=1.0,
        now=now,
        gathered=gathered,
        portal=TargetResult(report),
    )
    return {one.name: one for one in of(run)}


def labels_in(expression):
    """Return the labels by which an expression groups."""
    return {
        one for found in re.findall(r" by \(([^)]*)\)", expression) for one in found.split(", ")
    }


@pytest.mark.parametrize("expression", [*(rule["expr"] for rule in ALERTS.values()), *EXPRESSIONS])
def test_an_expression_asks_for_what_is_sent(expression):
    (name,) = METRIC.findall(expression)

    assert labels_in(expression) <= {"juju_model", "juju_application", *sent()[name].labels}
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize("expression", [*(rule["expr"] for rule in ALERTS.values()), *EXPRESSIONS])
def test_no_expression_asks_for_a_value_of_this_moment(expression):
    assert re.search(r"_over_time\(profiles_management_\w+(\{[^}]*\})?\[\d+[mhd]\]\)", expression)


@pytest.mark.parametrize("rule", ALERTS.values(), ids=ALERTS)
def test_an_alert_says_how_bad_it_is_and_what_it_means(rule):
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"].keys() == {"summary", "description"}
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}


def test_there_is_an_alert_for_a_sync_that_fails_and_for_a_source_that_is_stale():
    assert "profiles_management_run_success[" in ALERTS["ProfilesSyncFailing"]["expr"]
    assert "profiles_management_source_ready[" in ALERTS["ProfilesSourceStale"]["expr"]


def test_panels_have_ids_and_places_of_their_own():
    panels = DASHBOARD["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_the_dashboard_names_no_datasource_of_somebody():
    assert set(re.findall(r'"uid": "([^"]+)"', json.dumps(DASHBOARD["panels"]))) == {
        "${prometheusds}"
    }


def test_the_reference_lists_each_metric_and_no_other():
    assert set(METRIC.findall(REFERENCE)) == set(sent())


def test_the_reference_lists_each_alert_and_no_other():
    assert set(re.findall(r"^\| `(Profiles\w+)` ", REFERENCE, re.MULTILINE)) == set(ALERTS)
