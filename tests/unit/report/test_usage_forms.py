"""A usage report as text, CSV and data: golden files, and names that are attacks."""

import csv
import io
import json

import pytest
from portal_samples import hostile_report, reported, sample_report

from profiles_management.reconcile.folding import folded
from profiles_management.reconcile.lines import plain
from profiles_management.report.usage.usage_tables import usage_csv, usage_data
from profiles_management.report.usage.usage_text import usage_lines


def text(report, width=100):
    return plain(part for line in usage_lines(report) for part in folded(line, width))


def rows(report):
    return list(csv.DictReader(io.StringIO(usage_csv(report), newline="")))


@pytest.mark.parametrize("width", [50, 80, 120])
def test_the_text_is_kept(keeps, width):
    keeps(f"usage-{width}.txt", text(sample_report(), width))


def test_the_csv_is_kept(keeps):
    keeps("usage.csv", usage_csv(sample_report()).replace("\r\n", "\n"))


def test_the_data_are_kept(keeps):
    keeps("usage.json", json.dumps(usage_data(sample_report()), indent=2) + "\n")


def test_no_customer_is_told():
    assert text(reported()) == "No customers found.\n"
    assert usage_data(reported())["customers"] == []


def test_names_cannot_steer_a_terminal():
    shown = text(hostile_report())

    assert "owned" in shown
    assert shown.replace("\n", "").isprintable()


def test_names_are_no_formulas_in_a_spreadsheet():
    of_component, of_quota = rows(hostile_report())

    names = ("customer", "project", "profile", "allocation", "offering", "component")
    cells = [of_component[name] for name in names]
    cells += [of_quota[name] for name in ("customer", "project", "profile", "quota", "component")]
    assert all(cell.startswith("'=cmd|") for cell in cells)
    assert all(cell.isprintable() for row in (of_component, of_quota) for cell in row.values())


def test_data_can_be_written_as_json_and_have_names_as_they_are():
    (customer,) = json.loads(json.dumps(usage_data(hostile_report())))["customers"]

    assert customer["projects"][0]["name"] == customer["name"]
    assert "<script>" in customer["name"]
