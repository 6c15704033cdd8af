"""`access` and `export` as CSV and as one HTML page for auditors."""

import base64
import csv
import hashlib
import io
import re
import sys
from datetime import UTC, datetime, timedelta

import pytest

from parsed_page import Page
from profiles_management.cli.terminal import Terminal
from profiles_management.pmr import Contributor, Owner, Profile, ProfilesManagementRepresentation
from profiles_management.pmr.exported_document import Export
from profiles_management.reconcile.plan import Person
from profiles_management.report.access.assignment_page import page
from profiles_management.report.access.export_page import export_page
from profiles_management.report.access.report_data import Assignment, Report, shown_end
from profiles_management.report.csv_table import csv_text
from profiles_management.report.style import STYLE

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOSTILE = '<script>alert("1")</script>\u202e&amp;@example.com'
DOCUMENT = """
profiles:
- name: data
  owner: {kind: User, name: dan@example.com}
  resources: {hard: {limits.cpu: "8", requests.memory: 4Gi}}
  contributors:
  - {name: ann@example.com, role: edit, until: 2026-11-20}
  - {name: li@example.com, role: view, until: "2027-06-30T17:00:00Z"}
  - {kind: Group, name: readers, role: view}
- name: ml
  owner: {kind: User, name: ann@example.com}
"""


def a_report(*people, **fields):
    assignments = [Assignment("ml", Person("User", name), "edit", source=name) for name in people]
    return Report("Access report", [("Context", "prod")], NOON, assignments, **fields)


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def audited(run, controller, api):
    """A cluster with an end that has passed, and with access that nothing manages."""
    run("apply", "-", stdin=DOCUMENT)
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        found = api.get(kind, "data", "user-li-example-com-clusterrole-view")
        found["metadata"]["annotations"]["profiles-management.io/until"] = "2026-10-01T00:00:00Z"
        api.put(found)
    rbac = "rbac.authorization.k8s.io"
    subject = {"apiGroup": rbac, "kind": "User", "name": HOSTILE}
    role = {"apiGroup": rbac, "kind": "ClusterRole", "name": "kubeflow-edit"}
    binding = {
        "apiVersion": f"{rbac}/v1",
        "kind": "RoleBinding",
        "roleRef": role,
        "subjects": [subject],
    }
    api.put({**binding, "metadata": {"name": "by-hand", "namespace": "ml"}})
    return run


# the page


@pytest.mark.parametrize("name", ["access.html", "access.csv", "export.html", "export.csv"])
def test_the_reports_are_kept(audited, keeps, name):
    command, form = name.split(".")

    text = audited(command, "--output", form).out

    keeps(
        name,
        re.sub(
            r"<footer>.*?</footer>",
            "<footer>profiles-management</footer>",
            text.replace("\r\n", "\n"),
        ),
    )


@pytest.mark.parametrize("command", ["access", "export"])
def test_the_page_is_well_formed_and_needs_nothing_else(audited, command):
    text = audited(command, "--output", "html").out

    Page(text).needs_nothing_else()


def test_the_policy_of_the_page_lets_its_own_style_through_and_nothing_else():
    text = page(a_report("ann@example.com"))

    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert ("content", policy) in Page(text).attributes


def test_whatever_a_name_contains_is_text():
    report = Report(
        HOSTILE,
        [(HOSTILE, HOSTILE)],
        NOON,
        [Assignment(HOSTILE, Person("User", HOSTILE), HOSTILE, HOSTILE, source=HOSTILE)],
        profile_notes={HOSTILE: HOSTILE},
        not_covered=[HOSTILE],
        notes=[HOSTILE],
        made_by=HOSTILE,
        place=HOSTILE,
    )

    text = page(report)

    assert "script" not in Page(text).tags
    assert "\u202e" not in text
    assert text.count("&lt;script&gt;") > 10


def test_every_view_has_every_role_assignment_once(audited):
    text = audited("access", "--output", "html").out

    views = re.findall(r'<section class="view".*?</section>', text, re.DOTALL)

    assert [view.count("<th scope=row>") for view in views] == [6, 6, 6, 6, 2]
    assert [re.search("<caption>(.*?)</caption>", view)[1].split()[-1] for view in views] == [
        "profile",
        "person",
        "role",
        "end",
        "review",
    ]


def test_the_page_says_which_cluster_when_what_was_asked_for_and_what_is_missing(audited):
    text = " ".join(
        Page(audited("access", "--person", "ann@example.com", "--output", "html").out).text
    )

    assert "2026-11-01 12:00 UTC" in text
    assert 'names that match "ann@example.com"' in text
    assert "Not covered by this report" in text
    assert "ClusterRoleBindings" in text
    assert "Server" in text


@pytest.mark.parametrize(("asked", "first"), [((), "Profile"), (("--person", "example"), "Person")])
def test_the_page_begins_with_the_view_that_was_asked_for(audited, asked, first):
    text = audited("access", *asked, "--output", "html").out

    (checked,) = re.findall(r'id="(by\d)" checked', text)
    assert f'<label for="{checked}">{first}</label>' in text


def test_what_a_reviewer_looks_at_is_marked_and_counted(audited):
    text = audited("access", "--output", "html").out

    assert '<span class=date>2026-10-01</span> <span class="m bad">past its end</span>' in text
    assert '<span class="m">not managed</span>' in text
    assert '<span class="m soon">soon</span>' in text
    assert '<li class="look"><b>1</b> <span>past its end</span></li>' in text
    assert '<li class="look"><b>1</b> <span>not managed</span></li>' in text


def test_the_page_names_the_cluster_role_bindings_that_were_asked_for(audited, api):
    rbac = "rbac.authorization.k8s.io"
    api.put(
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "ops"},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"apiGroup": rbac, "kind": "User", "name": "ann@example.com"}],
        }
    )

    assert (
        "<td>cluster-admin</td><td>ops</td>"
        in audited("access", "--cluster-wide", "--output", "html").out
    )
    (found,) = [
        row
        for row in rows(audited("access", "--cluster-wide", "--output", "csv").out)
        if row["cluster_role_binding"]
    ]
    assert (found["profile"], found["person"], found["role"]) == (
        "",
        "ann@example.com",
        "cluster-admin",
    )


def test_nobody_found_is_a_page_that_says_so_and_an_error(audited):
    ran = audited("access", "--person", "gone@example.com", "--output", "html")

    assert ran.code == 1
    assert "No role assignments." in ran.out
    assert "matches nobody who has access" in ran.out
    assert audited("access", "--person", "gone@example.com", "--output", "csv").code == 1


def test_ten_thousand_role_assignments_are_a_page_of_a_few_megabytes():
    people = [
        Assignment(f"team-{number // 10}", Person("User", f"p{number}@example.com"), "edit")
        for number in range(10_000)
    ]

    text = page(Report("Access report", [], NOON, people))

    assert text.count("<th scope=row>") == 4 * 10_000
    assert len(text) < 8_000_000


def luminance(colour):
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    parts = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("text", "page"),
        ("muted", "page"),
        ("text", "faint"),
        ("accent", "page"),
        ("bad-text", "page"),
        ("bad-text", "bad-page"),
        ("warn-text", "warn-page"),
        ("text", "quiet-page"),
    ],
)
def test_text_can_be_read_in_light_dark_and_print(scheme, text, background):
    """The contrast is at least 4.5, as WCAG 2.2 (1.4.3) requires."""
    palettes = [
        dict(re.findall(r"--([\w-]+):(#\w+)", block))
        for block in re.findall(r":root\{[^}]*--page[^}]*\}", STYLE)
    ]
    colours = {
        name: value if len(value) == 7 else "#" + "".join(mark * 2 for mark in value[1:])
        for name, value in palettes[scheme].items()
    }

    light, dark = sorted((luminance(colours[text]), luminance(colours[background])), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("until", "shown"),
    [
        ("2027-01-31T00:00:00Z", "2027-01-31"),
        ("2027-06-30T17:00:00Z", "2027-06-30 17:00 UTC"),
        ("2027-06-30T17:00:00+02:00", "2027-06-30 15:00 UTC"),
        ("2027-01-31", "2027-01-31"),
        ("whenever", "whenever"),
        ("", ""),
    ],
)
def test_an_end_is_shown_as_a_date_or_a_time_in_utc(until, shown):
    assert shown_end(until) == shown


# CSV


def test_csv_has_a_header_and_lines_that_end_with_cr_lf(audited):
    text = audited("access", "--output", "csv").out

    assert text.split("\r\n")[0] == (
        "profile,person,kind,role,until,expired,source,managed,deleting,cluster_role_binding"
    )
    assert text.count("\n") == text.count("\r\n") == 7
    assert rows(text)[1] == {
        "profile": "data",
        "person": "ann@example.com",
        "kind": "User",
        "role": "edit",
        "until": "2026-11-20",
        "expired": "no",
        "source": "",
        "managed": "yes",
        "deleting": "no",
        "cluster_role_binding": "",
    }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\uff1d1", "\uff20x"])
def test_csv_lets_no_spreadsheet_run_a_name(text):
    assert list(csv.reader(io.StringIO(csv_text(["a", "b"], [["x", text]]))))[1] == [
        "x",
        f"'{text}",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\t=1", r"\t=1"), ("\r=1", r"\r=1"), ("a\n=1", r"a\n=1"), ("\x1b[2J", r"\x1b[2J")],
)
def test_csv_escapes_what_is_not_printable(text, shown):
    assert list(csv.reader(io.StringIO(csv_text(["a"], [[text]]))))[1] == [shown]


@pytest.mark.parametrize("text", ['a "quoted" name', "a, b", "zoë@example.com", "", "x=1"])
def test_csv_can_be_read_back(text):
    assert list(csv.reader(io.StringIO(csv_text(["a", "b"], [[text, "x"]]))))[1] == [text, "x"]


def test_an_export_as_csv_has_a_line_for_each_owner_and_contributor(audited):
    found = rows(audited("export", "--output", "csv").out)

    assert [(row["profile"], row["person"], row["role"], row["quota"]) for row in found][:2] == [
        ("data", "dan@example.com", "owner", "limits.cpu 8, requests.memory 4Gi"),
        ("data", "readers", "view", "limits.cpu 8, requests.memory 4Gi"),
    ]


@pytest.mark.parametrize(
    ("before", "is_over"), [(timedelta(0), True), (timedelta(seconds=1), False)]
)
def test_access_is_past_its_end_from_that_moment_on(before, is_over):
    ann = Contributor(name="ann@example.com", role="edit", until=NOON)
    profile = Profile(
        name="ml", owner=Owner(kind="User", name="dan@example.com"), contributors=[ann]
    )
    export = Export(ProfilesManagementRepresentation([profile]), ())

    text = export_page(export, None, NOON - before, "")

    assert ('<span class="m bad">past its end</span>' in text) is is_over
    assert ('<span class="m soon">soon</span>' in text) is not is_over


def test_the_page_of_an_export_shows_a_time_as_that_of_access_does():
    li = Contributor(
        name="li@example.com", role="view", until=datetime(2027, 6, 30, 17, tzinfo=UTC)
    )
    profile = Profile(
        name="ml", owner=Owner(kind="User", name="dan@example.com"), contributors=[li]
    )

    text = export_page(Export(ProfilesManagementRepresentation([profile]), ()), None, NOON, "")

    assert "<span class=date>2027-06-30 17:00 UTC</span>" in text


def test_a_report_is_utf_8_whatever_the_locale(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(
        sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1", errors="backslashreplace")
    )

    Terminal().file("zoë,李\r\n")

    assert raw.getvalue() == "zoë,李\r\n".encode()


@pytest.mark.parametrize("form", ["csv", "html"])
def test_an_error_is_a_message_and_no_report(run, controller, form):
    ran = run("access", "--profile", "nope", "--output", form)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: There is no profile")
