"""Each command: its effect, output and exit code."""

import json
import signal
from pathlib import Path

import httpx2
import pytest

from memory_api import Kfam

NOBODY = "profiles: []\n"
MILLI = """\
profiles:
- name: ml
  owner: {kind: User, name: a@example.com}
  resources:
    hard: {limits.memory: 512m}
"""
ONE, TWO, EXTRA = (f"cluster.local/ns/mesh/sa/{name}" for name in ("one", "two", "extra"))
CLUSTER = "Cluster: context memory, server http://memory.invalid, user memory"
ML = "profiles: [{name: ml, owner: {kind: User, name: a@example.com}}]\n"


def test_a_valid_document_is_counted(run):
    ran = run("validate", "pmr.yaml")

    assert (ran.code, ran.out) == (0, "pmr.yaml is valid: 2 profiles, 5 contributors.\n")


def test_what_is_valid_and_probably_not_meant_is_warned_of(run, folder, here, keeps):
    (here / "milli.yaml").write_text(MILLI)

    every = [
        run("validate", "milli.yaml"),
        folder("plan", "milli.yaml"),
        folder("apply", "milli.yaml"),
    ]

    assert [ran.code for ran in every] == [0, 0, 0]
    keeps("warned.txt", "".join(ran.out for ran in every))


def test_the_warnings_of_a_document_are_data_too(run, folder, here):
    (here / "milli.yaml").write_text(MILLI)

    validated = run("validate", "milli.yaml", "--output", "json").data["warnings"]
    planned = folder("plan", "milli.yaml", "--output", "json").data["warnings"]

    assert [(one["code"], one["line"]) for one in validated] == [("milli-bytes", 5)]
    assert planned == validated


def test_a_document_that_is_refused_shows_its_warnings_too(run, folder, here):
    (here / "both.yaml").write_text(MILLI.replace("512m", "512m, requests.gpu: 1"))

    shown = run("validate", "both.yaml").err
    data = folder("plan", "both.yaml", "--output", "json").data

    assert shown.index("warning[milli-bytes]") < shown.index("error[unknown-resource]")
    assert shown.endswith("1 error in both.yaml. Nothing was sent.\n")
    assert [[one["code"] for one in data[key]] for key in ("errors", "warnings")] == [
        ["unknown-resource"],
        ["milli-bytes"],
    ]


def test_of_many_warnings_a_plan_shows_the_first_and_counts_the_others(run, folder, here):
    entries = [
        MILLI.removeprefix("profiles:\n").replace("name: ml", f"name: ml-{index}")
        for index in range(25)
    ]
    (here / "milli.yaml").write_text("profiles:\n" + "".join(entries))

    lines = folder("plan", "milli.yaml").out.splitlines()

    assert sum(line.startswith("warning: ") for line in lines) == 20
    assert (
        "... and 5 more warnings about the document; validate --output json lists them all."
        in lines
    )


def test_a_document_can_come_from_standard_input(run, sample):
    assert (
        run("validate", "-", stdin=sample()).out
        == "standard input is valid: 2 profiles, 5 contributors.\n"
    )


def test_whose_time_is_up_is_noted(run, sample):
    over = (
        "bart@canonical.com\n    role: edit",
        "bart@canonical.com\n    role: edit\n    until: 2026-11-01",
    )

    ran = run("validate", "-", stdin=sample(over))

    assert ran.out.splitlines()[1:] == [
        "note: bart@canonical.com in data-engineers: access ended 2026-11-01."
    ]


def test_a_plan_changes_nothing(folder, here, keeps):
    ran = folder("plan", "pmr.yaml")

    assert (ran.code, (here / "manifests").exists()) == (0, False)
    keeps("plan.txt", ran.out)


def test_a_plan_ends_with_2_only_where_there_are_changes_and_it_was_asked_to(folder):
    first = folder("plan", "pmr.yaml", "--exit-code").code
    folder("apply", "pmr.yaml")

    assert (first, folder("plan", "pmr.yaml", "--exit-code").code) == (2, 0)


def test_a_plan_can_be_made_for_another_day(folder, here, sample):
    ends = (
        "bart@canonical.com\n    role: edit",
        "bart@canonical.com\n    role: edit\n    until: 2027-01-01",
    )
    (here / "pmr.yaml").write_text(sample(ends))
    folder("apply", "pmr.yaml")

    ran = folder("plan", "pmr.yaml", "--at", "2027-01-01")

    assert "  -    bart@canonical.com  edit  expired\n" in ran.out


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2027-01-31",
            "2027-01-31T18:00Z",
            "2027-01-31 18:00:00 +02:00",
            "2027-01-31t18:00:00.5z",
        ),
        *(
            "20270131",
            "2027-W05-7",
            "2027-01-31T18Z",
            "2027-01-31T18:00",
            "2027-02-30",
            "tomorrow",
            "",
            " 2027-01-31",
        ),
    ],
)
def test_at_takes_what_until_takes(folder, sample, written):
    ends = (
        "bart@canonical.com\n    role: edit",
        f"bart@canonical.com\n    role: edit\n    until: '{written}'",
    )

    at = folder("plan", "pmr.yaml", "--at", written).code

    assert at == folder("plan", "-", stdin=sample(ends)).code


def test_an_apply_makes_the_cluster_match(run, controller, keeps):
    first = run("apply", "pmr.yaml")

    assert first.code == 0
    keeps("apply.txt", first.out)
    assert run("apply", "pmr.yaml").last == "No changes. 2 profiles match."


def test_without_a_profile_controller_an_apply_ends_with_4_and_says_what_it_waits_for(run, keeps):
    ran = run("apply", "pmr.yaml", "--timeout", "5")

    assert ran.code == 4
    keeps("pending.txt", ran.out)


def test_in_a_log_a_long_wait_is_a_line_now_and_then(run):
    ran = run("apply", "pmr.yaml", "--timeout", "100")

    lines = ran.err.splitlines()
    assert ran.code == 4
    assert lines[0] == "note: 0 of 2 profiles are done; waiting at most 89 s more."
    assert [line.rpartition("at most ")[2] for line in lines] == [
        "89 s more.",
        "59 s more.",
        "29 s more.",
    ]


def test_in_a_log_a_short_wait_is_silent(run):
    assert run("apply", "pmr.yaml", "--timeout", "9").err == ""


def test_a_wait_does_not_end_up_in_the_data(run):
    ran = run("apply", "pmr.yaml", "--output", "json")

    assert ran.data["summary"]["pending"] > 0
    assert "note: 0 of 2 profiles are done" in ran.err


def test_the_command_waits_longer_for_many_new_profiles(run, here):
    entries = (
        f"- {{name: p{number}, owner: {{kind: User, name: a@example.com}}}}\n"
        for number in range(300)
    )
    (here / "many.yaml").write_text("profiles:\n" + "".join(entries))

    assert "waiting at most 16 min more" in run("apply", "many.yaml").err
    assert "waiting at most 89 s more" in run("apply", "many.yaml", "--timeout", "100").err


def test_a_deletion_that_is_under_way_is_waited_for_and_asks_nobody(run, controller, here):
    run("apply", "pmr.yaml")
    (here / "pmr.yaml").write_text(NOBODY)
    controller.stops_before = "finalizer"
    run("delete-stale", "pmr.yaml", "--yes", "--timeout", "0")

    ran = run("delete-stale", "pmr.yaml", "--timeout", "5")

    assert ran.code == 4
    assert "data-engineers is being deleted" in ran.out
    assert ran.last == "Run it again later: the next run finishes what is pending."


def test_what_belongs_to_somebody_else_ends_with_1_and_stops_nobody_else(
    run, api, controller, keeps
):
    owner = {"name": "data-engineers", "annotations": {"owner": "root@example.com"}}
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": owner})

    ran = run("apply", "pmr.yaml")

    assert ran.code == 1
    keeps("refused.txt", ran.out)


def test_the_brake_ends_with_3_and_says_how_to_release_it(run, controller, api):
    run("apply", "pmr.yaml")
    api.log.clear()

    ran = run("apply", "-", "--brake-minimum", "1", stdin=NOBODY)

    assert (ran.code, ran.out, api.writes) == (3, "", [])
    assert ran.err.splitlines() == [
        (
            "error: Refusing to apply: 5 of 5 role assignments would be revoked. "
            "Nothing was changed."
        ),
        "Check the changes with plan. To allow them once, run apply --allow-revocations.",
        "Cluster: context memory, server http://memory.invalid, user memory",
    ]


def test_a_plan_says_that_the_brake_would_stop_it(run, controller):
    run("apply", "pmr.yaml")

    ran = run("plan", "-", "--brake-minimum", "1", stdin=NOBODY)

    assert (ran.code, ran.last) == (
        0,
        (
            "stopped: apply would change nothing of this: 5 of 5 role assignments would be revoked. "
            "To allow it once, pass --allow-revocations."
        ),
    )


def test_json_of_a_plan_says_what_apply_would_stop_and_the_exit_code_is_3(run, controller):
    run("apply", "pmr.yaml")
    plan = ("plan", "-", "--exit-code", "--yes", "--output", "json")

    goes_on = run(*plan, stdin=NOBODY)
    stops = run(*plan, "--brake-minimum", "1", stdin=NOBODY)

    assert (goes_on.code, goes_on.data["stopped"]) == (2, [])
    assert (stops.code, stops.data["stopped"]) == (
        3,
        [
            {
                "kind": "revocations",
                "what": "5 of 5 role assignments would be revoked",
                "remedy": "To allow it once, pass --allow-revocations.",
                "rest_applied": False,
            }
        ],
    )


def test_a_plan_says_that_the_brake_would_stop_only_a_part_of_it(run, controller, api, here):
    run("apply", "pmr.yaml")
    Kfam(api).add("ml-engineers", "eve@example.com", "edit")
    Kfam(api).add("ml-engineers", "zed@example.com", "edit")
    (here / "pmr.yaml").write_text(
        (here / "pmr.yaml").read_text().replace("role: view", "role: edit")
    )

    ran = run("plan", "pmr.yaml", "--brake-minimum", "1")

    assert ran.last == (
        "stopped: apply would hold back a part of this and apply the rest: 2 of 2 role assignments would be revoked "
        "from people whom no document added. To allow it once, pass --allow-revocations."
    )


def test_the_brake_is_released_for_one_run(run, controller):
    run("apply", "pmr.yaml")

    assert run("apply", "-", "--brake-minimum", "1", "--allow-revocations", stdin=NOBODY).code == 0


def test_json_of_an_apply_that_the_brake_stops_is_the_whole_report(run, controller, api):
    run("apply", "pmr.yaml")

    ran = run("apply", "-", "--brake-minimum", "1", "--output", "json", stdin=NOBODY)

    assert (ran.code, [one["kind"] for one in ran.data["stopped"]]) == (3, ["revocations"])
    assert {(one["result"], one["why"]) for one in ran.data["changes"]} == {
        ("not_tried", "held back: see stopped")
    }
    assert {
        key: ran.data["summary"][key]
        for key in ("remove", "done", "not_tried", "sent", "unchanged")
    } == {
        "remove": 5,
        "done": 0,
        "not_tried": 5,
        "sent": 0,
        "unchanged": 0,
    }
    assert ran.data["summary"]["access"]["lost"] == 0
    assert [one["code"] for one in ran.data["errors"]] == ["brake"]


def test_json_of_an_apply_that_the_brake_stops_has_what_was_refused_too(run, controller, api):
    run("apply", "pmr.yaml")
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "web"}})
    web = "profiles: [{name: web, owner: {kind: User, name: ann@example.com}}]"

    ran = run("apply", "-", "--brake-minimum", "1", "--output", "json", stdin=web)

    assert [one["code"] for one in ran.data["errors"]] == ["unowned-namespace", "brake"]


def test_what_the_brake_holds_back_is_counted_as_that_and_not_as_unchanged(
    run, controller, api, here
):
    run("apply", "pmr.yaml")
    Kfam(api).add("ml-engineers", "eve@example.com", "edit")
    Kfam(api).add("ml-engineers", "zed@example.com", "edit")

    stopped = run("apply", "pmr.yaml", "--brake-minimum", "1", "--output", "json")
    (here / "pmr.yaml").write_text(
        (here / "pmr.yaml").read_text().replace("role: view", "role: edit")
    )
    partly = run("apply", "pmr.yaml", "--brake-minimum", "1")

    assert (stopped.code, stopped.data["summary"]["unchanged"]) == (3, 1)
    assert (partly.code, partly.last) == (
        3,
        "Applied: 1 replaced (4 writes). 2 held back. 1 unchanged.",
    )


def test_stale_profiles_are_listed(run, controller):
    run("apply", "pmr.yaml")

    assert run("list-stale", "-", stdin=NOBODY).out.splitlines() == [
        "PROFILE         OWNER                CONTRIBUTORS",
        "data-engineers  admin@canonical.com  2",
        "ml-engineers    admin@canonical.com  3",
    ]


def test_no_stale_profile_is_said(run, controller):
    run("apply", "pmr.yaml")

    assert run("list-stale", "pmr.yaml").out == "No profile is stale.\n"


def test_deleting_shows_what_goes_and_asks(run, controller, api, keeps):
    run("apply", "pmr.yaml")

    ran = run("delete-stale", "-", stdin=NOBODY, answer=True)

    assert (ran.code, api.get("Profile", "", "ml-engineers")) == (0, None)
    assert run.terminal.asked == ["Delete 2 profiles, with everything in their namespaces?"]
    keeps("delete-asks.txt", ran.err)
    keeps("delete.txt", ran.out)


def test_one_stale_profile_is_shown_with_how_to_delete_it_and_asked_about_in_the_singular(
    run, controller
):
    bare = "profiles: [{name: ml, owner: {kind: User, name: ann@example.com}}]"
    run("apply", "-", stdin=bare)

    planned = run("plan", "-", stdin=NOBODY)
    run("delete-stale", "-", stdin=NOBODY, answer=False)

    stale = "nothing left to revoke: ml. To delete: delete-stale (charm: delete-stale-profiles)."
    assert stale in " ".join(planned.out.split())
    assert run.terminal.asked == ["Delete 1 profile, with everything in its namespace?"]


def test_an_answer_of_no_keeps_everything(run, controller, api):
    run("apply", "pmr.yaml")
    api.log.clear()

    ran = run("delete-stale", "-", stdin=NOBODY, answer=False)

    assert (ran.code, ran.err.splitlines()[-1], api.writes) == (
        1,
        "Nothing was deleted.",
        [],
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=str)
def test_an_interrupt_at_the_question_keeps_everything(number, code, run, controller, api):
    run("apply", "pmr.yaml")
    api.log.clear()

    ran = run("delete-stale", "-", stdin=NOBODY, answer=number)

    assert (ran.code, ran.err.splitlines()[-1], api.writes) == (
        code,
        "error: Interrupted. Nothing was changed.",
        [],
    )


def test_where_nobody_can_be_asked_nothing_is_deleted(run, controller, api):
    run("apply", "pmr.yaml")
    api.log.clear()

    ran = run("delete-stale", "-", stdin=NOBODY)

    assert (ran.code, api.writes) == (1, [])
    assert ran.err.splitlines()[-1].endswith("To confirm, pass --yes.")


@pytest.mark.parametrize(
    ("answer", "said"), [(False, "Nothing was deleted."), (None, "Deleting needs a confirmation")]
)
def test_a_script_reads_that_nobody_agreed_to_a_deletion(answer, said, run, controller, api):
    run("apply", "pmr.yaml")
    api.log.clear()

    ran = run("delete-stale", "-", "--output", "json", stdin=NOBODY, answer=answer)

    assert (ran.code, api.writes, [one["code"] for one in ran.data["errors"]]) == (
        1,
        [],
        ["declined"],
    )
    assert ran.data["errors"][0]["what"].startswith(said)
    assert [(one["kind"], one["what"]) for one in ran.data["stopped"]] == [
        ("confirmation", "2 profiles would be deleted, with everything in their namespaces")
    ]


def test_a_folder_refuses_to_keep_data_and_says_why(run, tmp_path):
    run("apply", "-", "--directory", str(tmp_path / "out"), stdin=ML)

    ran = run(
        "delete-stale",
        "-",
        "--yes",
        "--keep-data",
        "--directory",
        str(tmp_path / "out"),
        stdin=NOBODY,
    )

    assert ran.code == 1
    assert "cannot detach the namespace" in ran.out


def test_with_keep_data_the_namespace_stays(run, controller, api):
    run("apply", "pmr.yaml")

    code = run("delete-stale", "-", "--yes", "--keep-data", stdin=NOBODY).code

    assert (code, api.get("Profile", "", "ml-engineers")) == (0, None)
    assert api.get("Namespace", "", "ml-engineers") is not None


def test_an_export_is_a_document_that_changes_nothing(run, controller, here):
    run("apply", "pmr.yaml")

    exported = run("export").out

    assert run("apply", "-", stdin=exported).last == "No changes. 2 profiles match."


def test_what_an_export_cannot_express_is_in_notes(run, controller, api):
    run("apply", "pmr.yaml")
    limits = {"name": "theirs", "namespace": "ml-engineers"}
    api.put({"apiVersion": "v1", "kind": "LimitRange", "metadata": limits, "spec": {"limits": []}})

    ran = run("export")

    assert "theirs" in ran.out.splitlines()[0]
    assert ran.err.startswith("note: ")


def test_access_is_a_table(run, controller, keeps):
    run("apply", "pmr.yaml")

    keeps("access.txt", run("access").out)


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        (("--person", "bart@canonical.com"), "data-engineers  edit  -"),
        (
            ("--profile", "ml-engineers", "--person", "michal@canonical.com"),
            "ml-engineers  edit  -",
        ),
    ],
)
def test_access_can_be_asked_of_one_person_or_profile(run, controller, asked, row):
    run("apply", "pmr.yaml")

    assert run("access", *asked).out.splitlines()[2] == row


def test_access_of_a_profile_that_is_not_there_fails_with_the_reason(run, controller):
    run("apply", "pmr.yaml")

    ran = run("access", "--profile", "ml-engineer")

    said = f'error: There is no profile "ml-engineer". Did you mean "ml-engineers" or "data-engineers"?\n{CLUSTER}\n'
    assert (ran.code, ran.out, ran.err) == (1, "", said)


def test_a_name_like_those_of_many_profiles_suggests_a_few_and_says_how_many_more(
    run, controller, here
):
    owner = {"kind": "User", "name": "root@example.com"}
    profiles = [{"name": f"big-{number}", "owner": owner} for number in range(1, 10)]
    (here / "many.json").write_text(json.dumps({"profiles": profiles}))
    run("apply", "many.json")

    said = run("access", "--profile", "big-0").err.splitlines()[0]

    meant = 'Did you mean "big-9", "big-8", "big-7" or one of 6 more?'
    assert said == f'error: There is no profile "big-0". {meant}'


def test_access_of_a_profile_that_is_not_there_fails_for_a_script_too(run):
    ran = run("access", "--profile", "nope", "--person", "ann@example.com", "--output", "json")

    assert (ran.code, [one["code"] for one in ran.data["errors"]]) == (1, ["unknown-profile"])


def test_a_profile_in_which_nobody_has_access_is_there(run, api):
    api.put(
        {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": "bare"},
            "spec": {},
        }
    )

    ran = run("access", "--profile", "bare")

    assert (ran.code, ran.out.splitlines()[0]) == (0, "Nobody has access in bare.")


def test_nobody_has_access_is_said(run):
    assert (
        run("access").out
        == "No profiles found. For a cluster without Kubeflow, pass --standalone.\n"
    )


def test_the_schema_is_json(run):
    assert "profiles" in run("schema").data["properties"]


def test_the_version_is_printed(run):
    assert run("--version").out.startswith("profiles-management ")


def test_without_arguments_the_commands_are_listed(run):
    ran = run()

    assert ran.code == 0
    assert all(
        name in ran.out
        for name in ("validate", "plan", "apply", "list-stale", "delete-stale", "export", "access")
    )


def test_settings_reach_the_engine(folder, here):
    folder(
        "apply",
        "pmr.yaml",
        "--preset",
        "charmed",
        "--userid-header",
        "x-user",
        "--additional-principal",
        EXTRA,
    )

    written = "".join(
        path.read_text() for path in (here / "manifests").rglob("authorizationpolicy-*")
    )

    assert "sa/kfp-ui" in written
    assert "request.headers[x-user]" in written
    assert f"- {EXTRA}" in written


def test_roles_can_be_other_cluster_roles(folder, here):
    ran = folder(
        "apply", "pmr.yaml", "--role", "admin=a", "--role", "edit=my-edit", "--role", "view=v"
    )

    assert ran.code == 0
    assert "name: my-edit" in "".join(
        path.read_text() for path in (here / "manifests").rglob("rolebinding-*")
    )


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (("edit",), '"edit" does not name a role and a ClusterRole. Write it as edit=my-edit.'),
        (("edit=",), '"edit=" does not name a role and a ClusterRole. Write it as edit=my-edit.'),
        (("edit=e", "admin=a"), "--role must name a ClusterRole for each of admin, edit and view."),
        (
            ("edit=e,admin=a,viewer=v",),
            '"viewer" is not a role. Write admin=v or edit=v or view=v: a role and its ClusterRole.',
        ),
        (("edit=e,edit=f",), "edit is named twice. Name one ClusterRole for it."),
        (("edit=e,admin=e,view=v",), "--role names one ClusterRole for two roles"),
    ],
)
def test_roles_that_are_none_are_refused(folder, here, roles, said):
    ran = folder("apply", "pmr.yaml", *(part for role in roles for part in ("--role", role)))

    assert (ran.code, (here / "manifests").exists()) == (1, False)
    assert said in " ".join(ran.err.split())


def test_an_apply_can_create_events(run, controller, api):
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})

    run("apply", "pmr.yaml", "--events", "counts")

    assert {one["reason"] for one in api.objects("Event", "default")} == {"Created", "Granted"}


@pytest.mark.parametrize(
    "given", [("--principal", ONE, "--principal", TWO), ("--principal", f"{ONE}, {TWO},")]
)
def test_principals_replace_those_of_the_preset(folder, here, given):
    folder("apply", "pmr.yaml", *given)

    written = "".join(
        path.read_text() for path in (here / "manifests").rglob("authorizationpolicy-*")
    )

    assert f"- {ONE}" in written
    assert f"- {TWO}" in written
    assert "istio-ingressgateway" not in written


@pytest.mark.parametrize("given", ["web, ml-*", "ml-*", " ml-* ,\nweb"])
@pytest.mark.parametrize("where", ["option", "environment"])
def test_a_list_is_separated_by_commas_in_an_option_and_in_the_environment(
    run, monkeypatch, given, where
):
    if where == "environment":
        monkeypatch.setenv("PROFILES_MANAGEMENT_PROTECT", given)

    ran = run("validate", "pmr.yaml", *(("--protect", given) if where == "option" else ()))

    assert (ran.code, "error[protected-name]" in ran.err) == (1, True)


def test_an_option_comes_before_its_variable(run, monkeypatch):
    monkeypatch.setenv("PROFILES_MANAGEMENT_PROTECT", "ml-*")

    assert run("validate", "pmr.yaml", "--protect", "web").code == 0


def test_a_variable_that_is_not_a_setting_is_noted_with_the_one_that_was_meant(run, monkeypatch):
    monkeypatch.setenv("PROFILES_MANAGEMENT_PROTECTED", "ml-*")
    monkeypatch.setenv("PROFILES_MANAGEMENT_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("PROFILES_MANAGEMENT_ENDPOINTS_PORT_65535_TCP_ADDR", "10.0.0.1")

    ran = run("validate", "pmr.yaml")

    assert ran.code == 0
    assert ran.err == (
        "note: the variable PROFILES_MANAGEMENT_PROTECTED is not a setting and has no effect. "
        "Did you mean PROFILES_MANAGEMENT_PROTECT?\n"
    )


def test_a_setting_can_come_from_the_environment(run, monkeypatch):
    monkeypatch.setenv("PROFILES_MANAGEMENT_DIRECTORY", "from-environment")
    run("apply", "pmr.yaml")

    assert run("access", "--directory", "from-environment", "--output", "json").data["access"]


def test_json_of_a_plan_holds_the_changes(folder):
    found = folder("plan", "pmr.yaml", "--output", "json").data

    assert (len(found["changes"]), found["summary"]["add"], found["errors"], found["pending"]) == (
        7,
        7,
        [],
        [],
    )


def test_json_of_an_apply_says_what_became_of_each(folder):
    found = folder("apply", "pmr.yaml", "--output", "json").data

    assert {change["result"] for change in found["changes"]} == {"done"}


def test_yaml_says_the_same_as_json(folder):
    import yaml  # noqa: PLC0415

    arguments = ("plan", "pmr.yaml", "--output")

    assert yaml.safe_load(folder(*arguments, "yaml").out) == folder(*arguments, "json").data


@pytest.mark.parametrize("command", ["validate", "list-stale", "access"])
def test_lists_are_data_too(folder, run, command):
    folder("apply", "pmr.yaml")
    where = () if command == "validate" else ("--directory", "manifests")
    document = () if command == "access" else ("pmr.yaml",)

    assert run(command, *document, *where, "--output", "json").data["errors"] == []


def test_json_of_a_document_that_is_valid_says_so(run):
    assert run("validate", "pmr.yaml", "--output", "json").data["valid"] is True


@pytest.mark.parametrize("text", ["profiles: [", "profiles: [{}]", "", None])
def test_json_of_a_document_that_is_not_valid_says_so(run, here, text):
    if text is not None:
        (here / "wrong.yaml").write_text(text)

    ran = run("validate", "wrong.yaml", "--output", "json")

    assert (ran.code, ran.data["valid"], ran.data["document"]) == (1, False, "wrong.yaml")
    assert ran.data["errors"]


def test_an_export_can_be_json(folder):
    folder("apply", "pmr.yaml")

    assert len(json.loads(folder("export", "--output", "json").out)["profiles"]) == 2


def test_a_plan_and_an_apply_name_the_cluster_first(run, controller):
    for command in ("plan", "apply"):
        assert run(command, "pmr.yaml").out.splitlines()[:2] == [CLUSTER, ""]


def test_lists_and_documents_leave_the_cluster_to_standard_error(run, controller):
    run("apply", "pmr.yaml")

    for command in (("access",), ("list-stale", "pmr.yaml"), ("export",)):
        ran = run(*command)
        assert CLUSTER not in ran.out
        assert f"note: {CLUSTER}\n" in ran.err


@pytest.mark.parametrize(
    "command",
    [("plan", "pmr.yaml"), ("apply", "pmr.yaml"), ("access",), ("list-stale", "pmr.yaml")],
)
def test_json_has_the_target(run, folder, controller, command):
    (there, here) = (
        run(*command, "--output", "json").data["target"],
        folder("plan", "pmr.yaml", "--output", "json"),
    )

    assert there == {
        "kind": "cluster",
        "context": "memory",
        "server": "http://memory.invalid",
        "user": "memory",
        "acting_as": "",
        "path": "",
    }
    assert {key: value for key, value in here.data["target"].items() if value} == {
        "kind": "folder",
        "path": "manifests",
    }


def test_an_apply_goes_on_after_a_conflict_with_the_controller(run, api, controller):
    run("apply", "pmr.yaml")
    met = []

    def fault(request, act):
        if request.method == "PATCH" and request.resource == "profiles" and not met:
            seen = api.get("Profile", None, "ml-engineers")
            seen["metadata"].setdefault("annotations", {})["example.com/seen"] = "now"
            met.append(api.put(seen))
        return act()

    api.faults.append(fault)
    Path("pmr.yaml").write_text(
        Path("pmr.yaml").read_text().replace('limits.cpu: "1"', 'limits.cpu: "2"')
    )

    ran = run("apply", "pmr.yaml")

    assert (ran.code, bool(met)) == (0, True), ran.out


def test_an_apply_that_loses_its_connection_reports_what_it_did(run, api, controller):
    written = []

    def fault(request, act):
        if len(written) == 3:
            raise httpx2.ReadError("reset")
        written.extend([request] if request.writes else [])
        return act()

    api.faults.append(fault)

    ran = run("apply", "pmr.yaml", "--writers", "1", "--output", "json")

    results = [change["result"] for change in ran.data["changes"]]
    assert (ran.code, sum(change["sent"] for change in ran.data["changes"])) == (1, 3)
    assert {"failed", "not_tried"} <= set(results) <= {"done", "failed", "not_tried", "pending"}
    assert ran.data["target"]["context"] == "memory"
    api.faults.clear()
    assert run("apply", "pmr.yaml").code == 0


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_ctrl_c_before_anything_was_done_says_so(run, api, command):
    def fault(request, act):
        raise KeyboardInterrupt

    api.faults.append(fault)

    ran = run(command, "pmr.yaml")

    assert ran.err == "error: Interrupted. Nothing was changed.\n"
