"""On a terminal, `apply` shows its plan and asks before it revokes or changes objects of others."""

import io
import os
import signal
import sys
from contextlib import suppress

import pytest
import yaml

from memory_api import Kfam
from profiles_management.cli.terminal import Terminal

ANN, BOB = ({"name": f"{name}@example.com", "role": "edit"} for name in ("ann", "bob"))
NOTHING = "Nothing was changed."
QUESTION = ["Apply these changes?"]


def document(*profiles):
    return yaml.safe_dump({"profiles": list(profiles)})


def team(name="ml", *people, owner="root@example.com", **more):
    return {
        "name": name,
        "owner": {"kind": "User", "name": owner},
        "contributors": list(people),
        **more,
    }


@pytest.fixture
def apply(run, controller, api):
    """Apply a document of profiles: `apply([team()], "--preset", "charmed", answer=True)`."""

    def applied(profiles, *options, **more):
        api.log.clear()
        return run("apply", "-", *options, stdin=document(*profiles), **more)

    return applied


@pytest.fixture
def there(apply):
    """A cluster with a profile in which Ann and Bob contribute."""
    assert apply([team("ml", ANN, BOB)]).code == 0


def test_who_would_lose_access_is_shown_and_asked_for(there, apply, run, api):
    ran = apply([team("ml", ANN)], answer=True)

    assert (ran.code, run.terminal.asked) == (0, QUESTION)
    assert "  -    bob@example.com  edit  left the document" in ran.err
    assert ran.err.splitlines()[-2:] == [
        "Plan: 1 to remove (2 writes). 1 loses access.",
        "confirm: 1 role assignment ends.",
    ]
    assert ran.last == "Applied: 1 removed (2 writes). 1 lost access."


def test_without_agreement_nothing_is_changed(there, apply, api):
    ran = apply([team("ml", ANN)], answer=False)

    assert (ran.code, ran.out, ran.err.splitlines()[-1], api.writes) == (1, "", NOTHING, [])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=str)
def test_an_interrupted_question_changes_nothing(number, code, there, apply, api):
    ran = apply([team("ml", ANN)], answer=number)

    assert (ran.code, ran.err.splitlines()[-1], api.writes) == (
        code,
        "error: Interrupted. Nothing was changed.",
        [],
    )


@pytest.mark.parametrize("options", [("--yes",), ("-y",)], ids=str)
def test_yes_is_not_asked(options, there, apply, run):
    ran = apply([team("ml", ANN)], *options, answer=False)

    assert (ran.code, run.terminal.asked, ran.err) == (0, [], "")


def test_without_a_terminal_nobody_is_asked(there, apply, run):
    assert (apply([team("ml", ANN)]).code, run.terminal.asked) == (0, [])


def test_yes_does_not_release_the_brake(there, apply, api):
    ran = apply([], "--yes", "--brake-minimum", "1", answer=True)

    assert (ran.code, api.writes) == (3, [])


def test_nobody_is_asked_about_what_the_brake_stops_anyway(there, apply, run):
    ran = apply([], "--brake-minimum", "1", answer=True)

    assert (ran.code, run.terminal.asked) == (3, [])


def test_nobody_is_asked_about_a_gateway_change_that_stops_anyway(there, apply, run):
    ran = apply([team("ml", ANN, BOB)], "--preset", "charmed", answer=True)

    assert (ran.code, run.terminal.asked) == (3, [])


def test_where_the_brake_stops_a_part_the_question_is_about_the_rest(there, apply, run, api):
    for name in ("eve", "zed"):
        Kfam(api).add("ml", f"{name}@example.com", "edit")

    ran = apply([team("ml", ANN)], "--brake-minimum", "1", answer=True)

    assert (ran.code, run.terminal.asked) == (3, QUESTION)
    assert "confirm: 1 role assignment ends." in ran.err.splitlines()
    assert "stopped: apply would hold back a part of this and apply the rest: 2 of 2" in ran.err
    assert ran.last == "Applied: 1 removed (2 writes). 1 lost access. 2 held back."


ENDED = {**BOB, "until": "2026-11-01"}
STRONGER = {**BOB, "role": "admin"}


@pytest.mark.parametrize(
    "profiles",
    [
        [team("ml", ANN, BOB)],
        [team("ml", ANN, ENDED)],
        [team("ml", ANN, STRONGER)],
        [team("ml", ANN, {**BOB, "until": "2027-01-01"})],
        [team("ml", ANN, BOB, {"name": "eve@example.com", "role": "view"}), team("new", BOB)],
        [team("ml", ANN, BOB, resources={"hard": {"cpu": "4"}}, labels={"team": "a"})],
    ],
    ids=["nothing", "expiry", "stronger role", "end", "grant", "shape"],
)
def test_what_takes_nothing_from_anybody_is_not_asked(profiles, there, apply, run):
    ran = apply(profiles, answer=False)

    assert (ran.code, run.terminal.asked) == (0, [])


def test_a_label_is_not_a_gateway_whatever_its_name(apply, run):
    apply([team("ml", labels={"principals": "two"})])

    ran = apply([team("ml", labels={"principals": "three"})], answer=False)

    assert (ran.code, run.terminal.asked) == (0, [])


@pytest.mark.parametrize(
    ("profiles", "options", "said"),
    [
        ([team("ml", ANN, {**BOB, "role": "view"})], (), "1 role becomes weaker."),
        ([team("ml", ANN, BOB, owner="new@example.com")], (), "1 owner is replaced."),
        ([team("ml", ANN, owner="bob@example.com")], (), "1 owner is replaced."),
        ([team("web")], (), "2 role assignments end."),
        (
            [team("ml", ANN, BOB)],
            ("--preset", "charmed", "--allow-gateway-change"),
            "the gateways of 2 AuthorizationPolicies change.",
        ),
        (
            [team("ml", ANN, BOB)],
            ("--userid-header", "x-user", "--allow-gateway-change"),
            "2 AuthorizationPolicies let in other requests.",
        ),
        (
            [team("ml", ANN, BOB)],
            ("--instance", "second", "--take-over", "default"),
            "objects of the instance default are taken over in 1 profile.",
        ),
        (
            [team("ml", ANN, BOB)],
            ("--role", "admin=a,edit=e,view=v"),
            "2 RoleBindings bind to another ClusterRole.",
        ),
    ],
    ids=[
        "weaker",
        "owner",
        "contributor owns",
        "left",
        "gateways",
        "header",
        "instance",
        "cluster role",
    ],
)
def test_what_somebody_may_not_have_meant_is_asked(profiles, options, said, there, apply, run, api):
    ran = apply(profiles, *options, answer=False)

    assert (ran.code, run.terminal.asked, api.writes) == (1, QUESTION, [])
    assert ran.err.splitlines()[-2:] == [f"confirm: {said}", NOTHING]


def test_without_kubeflow_owners_policies_and_namespaces_are_asked_for_too(apply):
    alone = ([team("ml"), team("web")], "--standalone", "--allow-kubeflow")
    assert apply(*alone, "--preset", "upstream").code == 0

    gateways = apply(*alone, "--preset", "charmed", answer=False)
    moved = apply(
        *alone,
        "--preset",
        "upstream",
        "--instance",
        "second",
        "--take-over",
        "default",
        answer=False,
    )
    header = apply(*alone, "--preset", "upstream", "--userid-header", "x-user", answer=False)

    assert "confirm: the gateways of 2 AuthorizationPolicies change." in gateways.err.splitlines()
    assert "confirm: 2 AuthorizationPolicies let in other requests." in header.err.splitlines()
    assert (
        "confirm: objects of the instance default are taken over in 2 profiles."
        in moved.err.splitlines()
    )


def test_people_whom_the_dashboard_added_are_asked_for(there, apply, api):
    Kfam(api).add("ml", "eve@example.com", "edit")

    assert "confirm: 1 role assignment ends." in apply([team("ml", ANN, BOB)], answer=False).err


def test_a_binding_that_gives_access_to_others_is_asked_for(there, apply, api):
    edit = next(one for one in api.objects("RoleBinding", "ml") if "ann" in one["metadata"]["name"])
    edit["subjects"].append(
        {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "eve@example.com"}
    )
    api.put(edit)

    assert "confirm: 1 role assignment ends." in apply([team("ml", ANN, BOB)], answer=False).err


def test_access_by_objects_that_are_not_managed_is_asked_for(there, apply, api):
    subject = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "eve@example.com"}
    role = {"kind": "ClusterRole", "apiGroup": "rbac.authorization.k8s.io", "name": "kubeflow-edit"}
    binding = {"name": "theirs", "namespace": "ml"}
    api.put({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": binding,
        "roleRef": role, "subjects": [subject],
    })  # fmt: skip

    ran = apply([team("ml", ANN, BOB)], "--foreign", "revoke", answer=False)

    assert "confirm: 1 role assignment ends." in ran.err


@pytest.mark.parametrize("kind", ["Namespace", "Profile"])
def test_what_others_made_is_asked_for_before_it_is_adopted(kind, apply, run, api):
    api.put(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ml", "annotations": {}}}
    )
    if kind == "Profile":
        owner = {"kind": "User", "name": "old@example.com"}
        api.put({
            "apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": "ml"}, "spec": {"owner": owner},
        })  # fmt: skip

    ran = apply([team("ml", adopt=True)], answer=False)

    assert (ran.code, run.terminal.asked) == (1, QUESTION)
    assert "1 existing namespace is adopted" in ran.err


def test_a_second_file_that_takes_the_people_of_the_first_away_says_so_first(apply, api):
    apply([team("a", ANN, BOB)])
    ran = apply([team("b", ANN)], answer=False)

    summary = ran.err.rpartition("\n\n")[2].splitlines()
    assert (
        summary[0] == "1 profile is no longer in the document: a; its 2 contributors lose access."
    )
    assert any(line.startswith("Plan: ") for line in summary[1:])


def test_what_is_taken_away_in_addition_by_now_is_asked_for_again(there, apply, run, api):
    answers = iter([True, False])

    def answer():
        Kfam(api).add("ml", f"eve{len(run.terminal.asked)}@example.com", "edit")
        return next(answers)

    ran = apply([team("ml", ANN)], answer=answer)

    lines = ran.err.splitlines()
    assert (ran.code, run.terminal.asked, api.writes) == (1, 2 * QUESTION, [])
    assert [line for line in lines if line.startswith(("note: ", "confirm: "))] == [
        "confirm: 1 role assignment ends.",
        "note: The target changed in the meantime, so the plan is a new one.",
        "confirm: 2 role assignments end.",
    ]


def test_what_is_taken_away_no_more_needs_no_second_answer(there, apply, run, api):
    def answer():
        Kfam(api).delete("ml", "bob@example.com", "edit")
        return True

    ran = apply([team("ml", ANN)], answer=answer)

    assert (ran.code, run.terminal.asked, ran.last) == (
        0,
        QUESTION,
        "No changes. 1 profile matches.",
    )


def test_the_plan_and_the_question_do_not_end_up_in_the_data(there, apply):
    ran = apply([team("ml", ANN)], "--output", "json", answer=True)

    assert (ran.code, [one["result"] for one in ran.data["changes"]]) == (0, ["done"])
    assert "confirm: 1 role assignment ends." in ran.err


def test_the_data_say_that_somebody_did_not_agree(there, apply):
    ran = apply([team("ml", ANN)], "--output", "json", answer=False)

    assert (ran.code, [one["code"] for one in ran.data["errors"]]) == (1, ["declined"])
    assert [(one["kind"], one["what"]) for one in ran.data["stopped"]] == [
        ("confirmation", "1 role assignment ends")
    ]
    assert [one["result"] for one in ran.data["changes"]] == ["not_tried"]


def test_a_plan_says_what_apply_would_ask_and_ends_with_3(there, run):
    plan, asked = ("plan", "-", "--exit-code"), {"stdin": document(team("ml", ANN))}

    text, data = run(*plan, **asked), run(*plan, "--output", "json", **asked)
    harmless = run(*plan, stdin=document(team("ml", ANN, BOB), team("web")))

    assert (text.code, text.last) == (3, "confirm: 1 role assignment ends.")
    assert data.data["confirm"] == [
        {"kind": "revocation", "what": "1 role assignment ends", "profiles": ["ml"]}
    ]
    assert (data.code, [(one["kind"], one["what"]) for one in data.data["stopped"]]) == (
        3,
        [("confirmation", "1 role assignment ends")],
    )
    assert (harmless.code, run.terminal.asked) == (2, [])


def test_a_plan_for_a_script_counts_no_question(there, run):
    plan = ("plan", "-", "--exit-code", "--yes", "--output", "json")

    ran = run(*plan, stdin=document(team("ml", ANN)))

    assert (ran.code, ran.data["stopped"], len(ran.data["confirm"])) == (2, [], 1)


@pytest.mark.parametrize(("options", "kinds"), [((), ["confirmation"]), (("--yes",), [])])
def test_a_dry_run_says_what_the_same_apply_would_ask(options, kinds, there, apply, api):
    ran = apply([team("ml", ANN)], "--dry-run", "--output", "json", *options, answer=True)

    assert ([one["kind"] for one in ran.data["stopped"]], api.writes) == (kinds, [])


@pytest.fixture
def typed(run, here, monkeypatch):
    """Run the command on a pseudo-terminal; return the result and what the terminal showed."""

    def typing(keys, *arguments):
        monkeypatch.setenv("NO_COLOR", "1")
        leader, follower = os.openpty()
        os.write(leader, keys)
        with os.fdopen(follower, "r+b", buffering=0) as stream:
            for name in ("stdin", "stderr"):
                monkeypatch.setattr(sys, name, io.TextIOWrapper(stream, write_through=True))
            ran = run(*arguments, terminal=Terminal())
            for name in ("stdin", "stderr"):
                getattr(sys, name).detach()
        shown = b""
        with suppress(OSError):  # Linux reports the end of a terminal as an error
            while chunk := os.read(leader, 4096):
                shown += chunk
        os.close(leader)
        return ran, shown.decode().replace("\r\n", "\n")

    return typing


@pytest.mark.parametrize(
    ("keys", "code", "said"),
    [
        (b"y\n", 0, ""),
        (b"Yes\n", 0, ""),
        (b"n\n", 1, NOTHING),
        (b"\n", 1, NOTHING),
        (b"what?\n", 1, NOTHING),
        (b"\x04", 1, NOTHING),
    ],
)
def test_on_a_terminal_only_yes_is_yes(keys, code, said, there, typed, api, here):
    (here / "pmr.yaml").write_text(document(team("ml", ANN)))
    api.log.clear()

    ran, shown = typed(keys, "apply", "pmr.yaml")

    assert (ran.code, bool(api.writes)) == (code, code == 0)
    assert "confirm: 1 role assignment ends.\nApply these changes? [y/N]: " in shown
    assert shown.rstrip("\n").endswith(said)


def test_on_a_terminal_the_question_does_not_end_up_in_the_data(there, typed, here):
    (here / "pmr.yaml").write_text(document(team("ml", ANN)))

    ran, shown = typed(b"y\n", "apply", "pmr.yaml", "--output", "json")

    assert ran.out.startswith("{")
    assert "Apply these changes? [y/N]: " in shown


@pytest.mark.parametrize("width", [50, 80, 120])
def test_the_question_fits_the_terminal(width, there, typed, here, keeps, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    (here / "b.yaml").write_text(document(team("web", {**ANN, "role": "view"}, BOB)))

    _, shown = typed(b"n\n", "apply", "b.yaml")

    # which was typed before
    text = shown[shown.index("Cluster: ") :].replace("[y/N]: ", "[y/N]: n\n")
    assert max(map(len, text.splitlines())) <= width
    keeps(f"asks-{width}.txt", text)
