"""`--untrusted puhuri:CUSTOMER@URL`: the projects of a portal as profiles of a cluster."""

from contextlib import contextmanager
from datetime import date
from itertools import product
from urllib.parse import quote

import pytest
from portal_documents import CUSTOMER
from puhuri.exports import ADMIN, MANAGER, MEMBER, allocate, project, user

from profiles_management.cli.terminal import Terminal
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid
from puhuri_server.server import Fault

SOURCE = "profiles-management.io/source"
OWN = "profiles:\n- name: ml\n  owner: {kind: User, name: olga@example.com}\n"


@pytest.fixture
def source(portal):
    """The portal as a source."""
    return f"puhuri:{quote(CUSTOMER)}@{portal.url}"


@pytest.fixture
def command(run, source, controller, here, monkeypatch):
    """Run a command on pmr.yaml with the portal: `command("plan")`."""
    (here / "pmr.yaml").write_text(OWN)
    monkeypatch.setenv("PROFILES_MANAGEMENT_UNTRUSTED_PROFILES", "hpc-*")
    monkeypatch.setenv("PUHURI_PREFIX", "hpc-")
    return lambda name, *more: run(name, "pmr.yaml", "--untrusted", source, *more)


@pytest.fixture
def people(api):
    """Return {person: role} of the contributors of a profile."""

    def people(profile):
        found = {}
        for binding in api.objects("RoleBinding", profile):
            notes = binding["metadata"].get("annotations", {})
            if "user" in notes and binding["metadata"]["name"] != "namespaceAdmin":
                found[notes["user"]] = notes["role"]
        return found

    return people


def test_projects_become_profiles_that_record_the_portal(command, portal, api, people, source):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN), ("cleo", MEMBER))

    ran = command("apply")

    assert (ran.code, ran.err) == (0, "")
    assert people("hpc-soup") == {cuid("bo"): "edit", cuid("cleo"): "view"}
    profile = api.get("Profile", None, "hpc-soup")
    assert profile["spec"]["owner"]["name"] == cuid("ada")
    assert profile["metadata"]["annotations"][SOURCE] == source
    assert command("plan").last == "No changes. 2 profiles match."


# a portal that cannot be read


@pytest.fixture
def applied(command, portal):
    """Apply a project whose member has access."""
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN))
    assert command("apply").code == 0


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.LOST, Fault.BUSY])
def test_while_it_does_not_answer_its_profiles_stay(
    command, applied, portal, people, source, here, fault
):
    project(portal.world, "New", ("ada", MANAGER))
    portal.fault = lambda number, sent: fault
    (here / "pmr.yaml").write_text(OWN.replace("ml", "web"))

    ran = command("apply")

    assert ran.code == 1
    assert people("hpc-soup") == {cuid("bo"): "edit"}
    assert f"What was made for {source} stays unchanged." in " ".join(ran.err.split())
    assert f"frozen: {source} cannot be read" in " ".join(ran.out.split())


def test_a_portal_that_fails_in_the_middle_of_reading_takes_nothing_away(
    command, applied, portal, people
):
    portal.world.projects.clear()
    portal.requests.clear()
    command("plan")

    for last in range(len(portal.requests)):
        portal.requests.clear()
        portal.fault = lambda number, sent, last=last: Fault.ERROR if number >= last else None
        ran = command("apply", "--allow-revocations")
        assert (ran.code, people("hpc-soup")) == (1, {cuid("bo"): "edit"})


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("x" * 40, "Invalid token"),
        ("", "There is no token for the portal: set PUHURI_TOKEN"),
        ("two words", "PUHURI_TOKEN has no token"),
    ],
)
def test_without_a_token_that_is_accepted_its_profiles_stay(
    command, applied, people, monkeypatch, token, why
):
    monkeypatch.setenv("PUHURI_TOKEN", token)

    ran = command("apply")

    assert ran.code == 1
    assert why in " ".join(ran.err.split())
    assert people("hpc-soup") == {cuid("bo"): "edit"}


def test_a_source_that_is_left_out_keeps_its_profiles_until_it_is_withdrawn(
    run, applied, people, source
):
    kept = run("apply", "pmr.yaml")
    before = people("hpc-soup")
    withdrawn = run("apply", "pmr.yaml", "--withdrawn", source)

    assert (before, people("hpc-soup")) == ({cuid("bo"): "edit"}, {})
    assert f"Give it (--untrusted {source}) or withdraw it (--withdrawn {source})" in kept.out
    assert withdrawn.code == 0


def test_a_source_with_a_name_of_its_own_may_move(run, applied, portal, people, api, source):
    run("apply", "pmr.yaml", "--withdrawn", source, "--yes")
    run("delete-stale", "pmr.yaml", "--withdrawn", source, "--yes")
    uuid = portal.world.projects[0].customer.uuid
    run("apply", "pmr.yaml", "--untrusted", f"hpc={source}")

    moved = run("plan", "pmr.yaml", "--untrusted", f"hpc=puhuri:{uuid}@{portal.url}/api/")
    left_out = run("plan", "pmr.yaml").out

    assert api.get("Profile", None, "hpc-soup")["metadata"]["annotations"][SOURCE] == "puhuri:hpc"
    assert people("hpc-soup") == {cuid("bo"): "edit"}
    assert moved.last == "No changes. 2 profiles match."
    assert "Give it (--untrusted hpc=puhuri:CUSTOMER@URL)" in " ".join(left_out.split())
    assert run("plan", "pmr.yaml", "--withdrawn", "puhuri:hpc").code == 0


def test_a_project_that_is_gone_is_stale(command, applied, portal, people):
    portal.world.projects.clear()

    assert "\nhpc-soup  " in command("list-stale").out
    assert command("apply").code == 0
    assert people("hpc-soup") == {}


@pytest.mark.parametrize("name", ["validate", "delete-stale"])
def test_a_command_that_needs_every_document_ends(command, applied, portal, api, name):
    portal.fault = lambda number, sent: Fault.ERROR
    before = len(api.writes)

    ran = command(name)

    assert (ran.code, len(api.writes)) == (1, before)
    assert "The portal did not" in ran.err


def test_another_project_with_the_name_is_a_new_owner_who_is_asked_about(command, applied, portal):
    portal.world.projects.clear()
    project(portal.world, "Soup", ("cleo", MANAGER))

    confirm = command("plan", "-o", "json").data["confirm"]

    assert "owner" in str(confirm)


# what a document of a portal cannot say


def test_two_projects_with_one_name_are_told_with_both(command, portal):
    first = project(portal.world, "Soup", ("ada", MANAGER))
    second = project(portal.world, "soup!", ("bo", MANAGER))

    ran = command("validate")

    assert ran.code == 0
    assert first.uuid in ran.out
    assert second.uuid in ran.out
    assert "warning[name-taken]" in ran.out


def test_projects_outside_the_patterns_are_left_out_and_told(command, portal, api, monkeypatch):
    monkeypatch.setenv("PUHURI_PREFIX", "")
    project(portal.world, "Soup", ("ada", MANAGER))
    project(portal.world, "hpc web", ("ada", MANAGER))

    ran = command("apply")

    assert ran.code == 0
    assert "Soup" in ran.out
    assert {item["metadata"]["name"] for item in api.objects("Profile")} == {"ml", "hpc-web"}


def test_the_limits_of_allocations_become_a_quota(command, portal, api, monkeypatch):
    monkeypatch.setenv("PUHURI_QUOTA", "gpu_k_hours=requests.nvidia.com/gpu")
    made = project(portal.world, "Soup", ("ada", MANAGER), end_date=date(2199, 12, 31))
    allocate(portal.world, made, gpu_k_hours=4)

    command("apply")

    profile = api.get("Profile", None, "hpc-soup")
    assert profile["spec"]["resourceQuotaSpec"] == {"hard": {"requests.nvidia.com/gpu": "4"}}


def test_more_projects_than_a_source_may_have_freeze_it(command, applied, portal, people):
    project(portal.world, "Web", ("ada", MANAGER))

    ran = command("apply", "--untrusted-max-profiles", "1")

    assert ran.code == 1
    assert "too-many-profiles" in ran.err
    assert people("hpc-soup") == {cuid("bo"): "edit"}


def test_it_takes_over_no_profile_of_the_document(command, portal, here, api):
    (here / "pmr.yaml").write_text(OWN.replace("name: ml", "name: hpc-soup"))
    project(portal.world, "Soup", ("ada", MANAGER))

    ran = command("apply")

    assert "trusted-definition" in command("validate").out
    assert api.get("Profile", None, "hpc-soup")["spec"]["owner"]["name"] == "olga@example.com"
    assert ran.code == 0


# what is refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--untrusted", "puhuri:C"), "it names no portal. Write puhuri:CUSTOMER@https://HOST"),
        (("--untrusted", "puhuri:C@http://h"), "its URL begins with http://"),
        (("--untrusted", "puhuri:C@https://ann:hush@h"), "has a user or a password"),
        (("--untrusted", "x=puhuri:C"), "it names no portal. Write puhuri:CUSTOMER@https://HOST"),
        (("--untrusted", "x=puhuri:C@https://ann:hush@h"), "has a user or a password"),
        (("--untrusted", "x y=puhuri:C@https://h"), "has a NAME of up to 63 letters"),
        (("--untrusted", "puhuri:C@https://other"), "PUHURI_URL: it names another portal than"),
        (("--withdrawn", "puhuri:C@https://ann:hush@h"), "has a user or a password"),
        (("--withdrawn", "puhuri:ann:hush"), "it names no portal."),
        (("puhuri:C@https://h",), "Write --untrusted puhuri:C@https://h."),
        (("puhuri:C@https://ann:hush@h",), "Write --untrusted puhuri:CUSTOMER@URL."),
    ],
)
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_mistake_ends_the_command_before_anything_is_asked(
    run, command, portal, api, options, message, output
):
    ran = run("plan", "pmr.yaml", *options, "-o", output)

    assert ran.code == 1
    assert message in " ".join((ran.err + ran.out).split())
    assert "hush" not in ran.err + ran.out
    assert (portal.requests, api.writes) == ([], [])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PUHURI_PEOPLE", "x", "PUHURI_PEOPLE: 'x' is not one of 'cuid', 'email'."),
        ("PUHURI_RATE", "0", 'PUHURI_RATE is "0". Give requests a second, such as 10.'),
        ("PUHURI_RATE", "nan", 'PUHURI_RATE is "nan". Give requests a second'),
        ("PUHURI_RATE", "x", 'PUHURI_RATE is "x". Give requests a second'),
        ("PUHURI_ROLE", "x", 'PUHURI_ROLE: "x" does not name a role'),
        ("PUHURI_ROLE", "view=PROJECT.ADMIN", "PUHURI_ROLE: edit and view are the same role"),
        ("PUHURI_QUOTA", "x", 'PUHURI_QUOTA: "x" names no component'),
        ("PUHURI_OWNER", "*", "PUHURI_OWNER: it is not valid"),
        ("PUHURI_URL", "nonsense", "PUHURI_URL: it names another portal than"),
        (
            "PROFILES_MANAGEMENT_UNTRUSTED_PROFILES",
            "",
            "a research portal needs patterns for the names",
        ),
    ],
)
def test_a_variable_that_is_wrong_is_named(command, portal, monkeypatch, name, value, message):
    monkeypatch.setenv(name, value)

    ran = command("plan")

    assert (ran.code, portal.requests) == (1, [])
    assert message in " ".join(ran.err.split())


def test_a_portal_is_no_source_of_a_portal(run, command, source, portal):
    ran = run("puhuri", "plan", "pmr.yaml", "--instance", "lab", "--untrusted", source)

    assert (ran.code, portal.requests) == (1, [])
    assert "a portal can be a source for clusters only" in ran.err


def test_offboard_edits_no_portal(run, command, source, portal):
    ran = run("offboard", cuid("bo"), "pmr.yaml", "--untrusted", source)

    assert (ran.code, portal.requests) == (1, [])
    assert "offboard edits files. End the roles in the portal" in ran.err


def test_the_roles_of_a_person_who_leaves_are_listed(puhuri, portal):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN))
    project(portal.world, "Web", ("bo", MANAGER))

    listed = puhuri("members", "--username", cuid("bo"), "-o", "json").data["members"]

    assert {(row["project_name"], row["role"]) for row in listed} == {
        ("Soup", ADMIN),
        ("Web", MANAGER),
    }


def test_a_customer_that_the_token_does_not_see_is_an_error(run, command, portal):
    ran = run("validate", "pmr.yaml", "--untrusted", f"puhuri:No%20such@{portal.url}")

    assert ran.code == 1
    assert "The portal has no customer with the name No such for this token." in ran.err


def test_access_asks_for_the_people_of_a_portal(command, portal, monkeypatch):
    monkeypatch.delenv("PROFILES_MANAGEMENT_UNTRUSTED_PROFILES")
    project(portal.world, "Soup", ("ada", MANAGER))

    ran = command("access", "--cluster-wide", "-o", "json")

    assert ran.code == 0
    assert portal.requests


def test_every_command_that_takes_files_takes_a_portal(command, portal, folder):
    project(portal.world, "Soup", ("ada", MANAGER))

    for name in ("validate", "plan", "diff", "list-stale", "apply", "delete-stale"):
        assert command(name).code == 0
    assert command("apply", "--directory", "manifests").code == 0


def test_the_data_of_a_run_names_the_portal(command, portal, source):
    project(portal.world, "Soup", ("ada", MANAGER))

    assert command("plan", "-o", "json").data["documents"] == ["pmr.yaml", source]


# how the portal is reached


def test_the_token_can_be_in_a_file(command, portal, here, monkeypatch):
    monkeypatch.delenv("PUHURI_TOKEN")
    (here / "token").write_text(f"{ALLOCATOR_TOKEN}\n")
    monkeypatch.setenv("PUHURI_TOKEN_FILE", "token")

    assert command("validate").code == 0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PUHURI_TOKEN_FILE", "gone", "gone cannot be read: no such file or directory."),
        ("PUHURI_CA", "gone.pem", "gone.pem cannot be read: no such file or directory."),
        ("PUHURI_CA", "pmr.yaml", "The CA is not a certificate."),
    ],
)
def test_what_is_needed_to_reach_it_and_is_not_there_freezes_it(
    command, applied, people, monkeypatch, name, value, message
):
    monkeypatch.setenv(name, value)

    ran = command("apply")

    assert (ran.code, people("hpc-soup")) == (1, {cuid("bo"): "edit"})
    assert message in " ".join(ran.err.split())


def test_a_variable_that_is_none_of_a_portal_is_noted(command, portal, monkeypatch):
    monkeypatch.setenv("PUHURI_PREFX", "hpc-")

    ran = command("validate")

    assert "PUHURI_PREFX is not a setting" in ran.err
    assert "Did you mean PUHURI_PREFIX?" in ran.err


def test_it_needs_no_extra(command, applied, without_extra):
    assert command("plan").last == "No changes. 2 profiles match."


def test_a_terminal_shows_what_the_command_waits_for(run, command, source, portal):
    shown = []

    class Watched(Terminal):
        @contextmanager
        def waiting(self, doing):
            shown.append(doing)
            yield

    run("plan", "pmr.yaml", "--untrusted", source, terminal=Watched())

    assert shown[0] == "Reading the portal"


# foreign texts


@pytest.mark.parametrize(
    ("name", "output"),
    [
        *product(("validate", "plan", "apply", "list-stale"), ("text", "json", "yaml")),
        ("validate", "github"),
        ("validate", "sarif"),
        ("plan", "markdown"),
    ],
)
def test_names_of_a_portal_steer_no_terminal_and_no_page(command, portal, name, output):
    hostile = "\x1b]0;x\x07 <img src=x onerror=alert(1)> | `x` %0A::error::x"
    project(portal.world, hostile, ("ada", MANAGER))
    project(portal.world, hostile, ("bo", MANAGER))
    user(portal.world, "cleo", username=f"cleo {hostile}")
    project(portal.world, "Soup", ("ada", MANAGER), ("cleo", MEMBER))

    ran = command(name, "-o", output)

    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    assert "\x07" not in ran.out + ran.err
    if output == "markdown":
        assert "<img" not in ran.out
    if output == "github":
        assert not [line for line in ran.out.splitlines() if line.startswith("::error")]
