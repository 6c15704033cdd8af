"""`puhuri plan` and `puhuri apply`: a portal matches a document, as a cluster does."""

import pytest
from portal_documents import CUSTOMER, TRAINING, document, roles

from puhuri_server.sample import ALLOCATOR_TOKEN, PROVIDER_TOKEN, cuid, sample_world
from puhuri_server.server import Fault
from puhuri_server.world import Version

BO, CLEO = ("bo", "edit"), ("cleo", "view")
MANAGER, ADMIN, MEMBER = "PROJECT.MANAGER", "PROJECT.ADMIN", "PROJECT.MEMBER"


def writes(portal):
    return [sent for sent in portal.requests if sent.method != "GET"]


@pytest.fixture
def applied(puhuri):
    """A portal to which the document was applied: ada owns the project, bo and cleo are in it."""
    assert puhuri("apply", text=document(BO, CLEO)).code == 0


# as with a cluster


def test_a_plan_shows_the_portal_its_changes_and_sends_nothing(puhuri, portal, keeps):
    ran = puhuri("plan", text=document(BO, CLEO, allocations=[TRAINING]))

    assert (ran.code, ran.err) == (0, "")
    keeps("puhuri-plan.txt", ran.out.replace(portal.url, "http://127.0.0.1:8080"))
    assert writes(portal) == []


def test_an_apply_makes_the_changes_and_a_second_one_none(puhuri, portal):
    first = puhuri("apply", text=document(BO, CLEO))
    portal.requests.clear()
    second = puhuri("apply", text=document(BO, CLEO))

    assert (first.code, first.last) == (0, "Applied: 4 added (4 writes). 3 gained access.")
    assert roles(portal) == {cuid("ada"): MANAGER, cuid("bo"): ADMIN, cuid("cleo"): MEMBER}
    assert (second.code, second.last) == (0, "No changes. 1 profile matches.")
    assert writes(portal) == []


def test_data_name_the_portal_and_the_document(puhuri, portal):
    data = puhuri("plan", "--output", "json").data

    target = {"kind": "portal", "server": portal.url, "customer": CUSTOMER}
    assert (data["target"], data["documents"]) == (target, ["pmr.yaml"])
    assert [change["name"] for change in data["changes"]] == ["quantum", cuid("ada"), cuid("bo")]


def test_a_comment_for_a_pull_request_names_the_portal(puhuri, portal):
    ran = puhuri("plan", "--output", "markdown")

    assert ran.code == 0
    assert portal.url in ran.out


def test_a_plan_has_exit_codes_for_scripts(puhuri, applied):
    assert puhuri("plan", "--exit-code", text=document(BO, CLEO)).code == 0
    assert puhuri("plan", "--exit-code", text=document(("bo", "admin"), CLEO)).code == 2
    assert puhuri("plan", "--exit-code", text=document(BO)).code == 3
    assert puhuri("plan", "--exit-code", "--yes", text=document(BO)).code == 2


def test_a_plan_for_another_time_ends_what_has_ended_by_then(puhuri, applied):
    text = document(BO, CLEO).replace("role: view", "role: view\n    until: 2030-01-01")

    assert "until" in puhuri("plan", text=text).out
    assert "expired" in puhuri("plan", "--at", "2030-01-02", text=text).out


def test_an_apply_that_is_dry_shows_the_plan(puhuri, portal):
    ran = puhuri("apply", "--dry-run")

    assert (ran.code, ran.last) == (0, "Plan: 3 to add (3 writes). 2 gain access.")
    assert writes(portal) == []


def test_an_order_that_waits_for_somebody_is_pending(puhuri):
    ran = puhuri("apply", text=document(allocations=[TRAINING]))

    assert ran.code == 4
    assert "the allocation training waits for the provider of LUMI regular" in ran.out


def test_the_brake_stops_a_run_that_revokes_too_much_until_it_is_released(puhuri, portal):
    people = [(name, "view") for name in ("bo", "cleo", "eve", "flo")]
    puhuri("apply", text=document(*people))

    stopped = puhuri("apply", "--brake-minimum", "3", text=document())
    kept = len(roles(portal))
    released = puhuri("apply", "--brake-minimum", "3", "--allow-revocations", text=document())

    assert (stopped.code, kept, released.code) == (3, 5, 0)
    assert "--allow-revocations" in stopped.err
    assert roles(portal) == {cuid("ada"): MANAGER}


@pytest.mark.parametrize("version", Version)
def test_it_is_the_same_on_every_version_of_the_portal(puhuri, portal, version):
    portal.reset(sample_world(version))
    text = document(BO, CLEO, allocations=[TRAINING])

    first = puhuri("apply", text=text)
    for order in portal.world.orders:
        portal.world.execute(order)
    second = puhuri("apply", text=text)
    listed = puhuri("members", "--role", MEMBER, "--output", "json").data["members"]
    ordered = puhuri("orders", "--state", "done", "--output", "json").data["orders"]

    assert (first.code, second.code) == (4, 0)
    assert second.last == "No changes. 1 profile matches."
    assert [grant["username"] for grant in listed] == [cuid("cleo")]
    assert [order["name"] for order in ordered] == ["training"]


# what is asked


@pytest.mark.parametrize(
    ("text", "options", "question"),
    [
        (document(BO), (), "1 role assignment ends"),
        (document(("bo", "view"), CLEO), (), "1 role becomes weaker"),
    ],
    ids=["revocation", "weaker role"],
)
def test_on_a_terminal_it_asks_before_access_ends(
    puhuri, run, applied, portal, text, options, question
):
    portal.requests.clear()
    ran = puhuri("apply", *options, text=text, answer=False)

    assert (ran.code, run.terminal.asked) == (1, ["Apply these changes?"])
    assert f"confirm: {question}." in ran.err
    assert ran.err.splitlines()[-1] == "Nothing was changed."
    assert writes(portal) == []


def test_who_agrees_or_says_yes_beforehand_gets_the_changes(puhuri, run, applied, portal):
    assert puhuri("apply", text=document(BO), answer=True).code == 0
    assert puhuri("apply", "--yes", text=document(), answer=False).code == 0

    assert run.terminal.asked == []
    assert roles(portal) == {cuid("ada"): MANAGER}


def test_more_access_asks_nothing(puhuri, run, applied):
    ran = puhuri("apply", text=document(("bo", "admin"), CLEO), answer=False)

    assert (ran.code, run.terminal.asked) == (0, [])


def test_an_existing_project_is_adopted_after_a_question(puhuri, portal, applied):
    (project,) = portal.world.projects
    project.backend_id = ""

    plan = puhuri("plan", "--output", "json", text=document(BO, CLEO, adopt=project.uuid)).data

    assert plan["confirm"] == [
        {"kind": "adoption", "what": "1 existing project is adopted", "profiles": ["quantum"]}
    ]


# allocations and projects that left the document


def test_nothing_is_terminated_unless_it_is_allowed_and_agreed_to(puhuri, run, portal):
    puhuri("apply", text=document(allocations=[TRAINING]))
    (order,) = portal.world.orders
    portal.world.execute(order)

    kept = puhuri("apply", "--yes", "--allow-revocations", text=document(allocations=[]))
    declined = puhuri("apply", "--allow-terminations", text=document(allocations=[]), answer=False)
    assert [order.type for order in portal.world.orders] == ["Create"]
    ended = puhuri("apply", "--allow-terminations", text=document(allocations=[]), answer=True)

    assert "is not in the document. List it, or allow its end: --allow-terminations" in kept.out
    assert "confirm: 1 allocation is terminated." in declined.err
    assert ended.code == 4
    assert [order.type for order in portal.world.orders] == ["Create", "Terminate"]


def test_a_project_is_deleted_only_where_that_is_allowed(puhuri, portal, applied):
    nobody = f"puhuri: {{customer: {CUSTOMER}}}\nprofiles: []\n"

    kept = puhuri("apply", "--allow-revocations", text=nobody)
    assert (kept.code, roles(portal)) == (0, {})
    plan = puhuri("plan", "--allow-terminations", "--output", "json", text=nobody).data

    assert [concern["kind"] for concern in plan["confirm"]] == ["deletion"]


# the settings of the portal


def test_the_customer_of_the_option_is_the_one_that_is_used(puhuri, portal):
    ran = puhuri("apply", "--customer", "Research Community")

    assert ran.code == 0
    (project,) = portal.world.projects
    assert project.customer.name == "Research Community"


def test_people_are_found_by_address_where_that_is_set(puhuri, portal, applied):
    text = document(BO, CLEO)
    for user in portal.world.users:
        text = text.replace(f"name: {user.username}\n", f"name: {user.email}\n")
    assert "acc.researcher-access.org" not in text

    ran = puhuri("plan", "--people", "email", text=text)

    assert (ran.code, ran.last) == (0, "No changes. 1 profile matches.")


def test_roles_are_mapped_as_the_option_or_the_variable_says(puhuri, portal, monkeypatch):
    puhuri("apply", "--role", "edit=PROJECT.MEMBER,view=PROJECT.ADMIN", text=document(BO, CLEO))
    by_option = roles(portal)
    monkeypatch.setenv("PUHURI_ROLE", "edit=PROJECT.MEMBER,view=PROJECT.ADMIN")

    ran = puhuri("plan", text=document(BO, CLEO))

    assert by_option == {cuid("ada"): MANAGER, cuid("bo"): MEMBER, cuid("cleo"): ADMIN}
    assert ran.last == "No changes. 1 profile matches."


def test_two_installations_have_projects_of_their_own(puhuri, portal):
    puhuri("apply")
    puhuri("apply", "--instance", "other")

    assert {project.backend_id for project in portal.world.projects} == {
        "test/quantum",
        "other/quantum",
    }


def test_the_token_of_a_file_is_used_in_place_of_the_variable(puhuri, here, monkeypatch):
    monkeypatch.setenv("PUHURI_TOKEN", "0" * 40)
    (here / "token").write_text(f"{ALLOCATOR_TOKEN}\n")

    assert puhuri("plan", "--token-file", "token").code == 0


@pytest.mark.parametrize(("mode", "notes"), [(0o600, 0), (0o400, 0), (0o640, 1), (0o606, 1)])
def test_a_file_of_a_token_that_is_open_to_others_is_noted(puhuri, here, mode, notes):
    (here / "token").write_text(ALLOCATOR_TOKEN)
    (here / "token").chmod(mode)

    ran = puhuri("plan", "--token-file", "token")

    note = "note: token has a token, and is open to other users. Run: chmod 600 token\n"
    assert (ran.code, ran.err.count(note)) == (0, notes)


def test_no_more_requests_a_second_are_sent_than_the_rate_allows(puhuri, run, portal):
    assert puhuri("plan", "--rate", "0.5").code == 0

    assert run.clock.monotonic() >= (len(portal.requests) - 1) / 0.5


# what goes wrong on the way


def test_a_run_that_the_portal_interrupts_says_so_and_the_next_one_finishes(puhuri, portal):
    def lost(_number, sent):
        return Fault.LOST if sent.method == "POST" and "add_user" in sent.path else None

    portal.fault = lost
    first = puhuri("apply")
    portal.fault = lambda number, sent: None
    second = puhuri("apply")

    assert first.code == 1
    assert second.code == 0
    assert roles(portal) == {cuid("ada"): MANAGER, cuid("bo"): ADMIN}


def test_a_token_of_somebody_without_the_customer_is_told_so(puhuri, monkeypatch):
    monkeypatch.setenv("PUHURI_TOKEN", PROVIDER_TOKEN)

    ran = puhuri("plan")

    assert ran.code == 1
    assert f"The portal has no customer with the name {CUSTOMER} for this token." in ran.err
    assert "profiles-management puhuri customers" in ran.err


# documents of other authors


TEAMS = f"""\
profiles:
- name: soup
  owner: {{kind: User, name: {cuid("bo")!r}}}
"""


def test_documents_of_others_are_merged_with_less_trust(puhuri, portal, here):
    (here / "teams.yaml").write_text(TEAMS)

    ran = puhuri("apply", "--untrusted", "teams.yaml", "--untrusted-profiles", "s*")
    (here / "teams.yaml").write_text(f"{TEAMS}  puhuri: {{name: Soup}}\n")
    refused = puhuri("plan", "--untrusted", "teams.yaml", "--untrusted-profiles", "s*")

    assert ran.code == 0
    assert roles(portal, "soup") == {cuid("bo"): MANAGER}
    assert refused.code == 1
    assert "profiles[0].puhuri" in refused.err


def test_a_document_of_others_needs_patterns_for_its_names(puhuri, portal, here):
    (here / "teams.yaml").write_text(TEAMS)

    ran = puhuri("apply", "--untrusted", "teams.yaml")

    assert ran.code == 1
    assert "--untrusted-profiles: projects do not record who made them" in " ".join(ran.err.split())
    assert portal.world.projects == []


def test_while_such_a_document_cannot_be_read_what_it_gave_stays(puhuri, portal, here):
    (here / "teams.yaml").write_text(TEAMS)
    untrusted = ("--untrusted", "teams.yaml", "--untrusted-profiles", "s*")
    puhuri("apply", *untrusted)
    (here / "teams.yaml").write_text("profiles: 5\n")

    ran = puhuri("apply", *untrusted, "--yes", "--allow-revocations")

    assert ran.code == 1
    assert "What was made for file:teams.yaml stays unchanged." in ran.err
    assert roles(portal, "soup") == {cuid("bo"): MANAGER}


# requests, as docs/explanation/portal.md counts them


@pytest.mark.parametrize(("section", "number"), [({}, 5), ({"allocations": []}, 7)])
def test_a_run_without_changes_sends_few_requests(puhuri, portal, section, number):
    puhuri("apply", text=document(BO, **section))
    portal.requests.clear()

    assert puhuri("apply", text=document(BO, **section)).last == "No changes. 1 profile matches."

    assert len(portal.requests) == number


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        (document(BO), document(BO, description="New"), 1),
        (document(), document(BO), 3),
        (document(BO), document(), 1),
        (document(BO), document(("bo", "view")), 2),
        (document(), document(allocations=[TRAINING]), 2),
    ],
    ids=["project", "new role", "ended role", "other role", "allocation"],
)
def test_a_change_takes_the_requests_that_are_documented(puhuri, portal, before, after, number):
    puhuri("apply", text=before)
    puhuri("plan", text=after)
    portal.requests.clear()
    puhuri("plan", text=after)
    reading = len(portal.requests)
    portal.requests.clear()

    puhuri("apply", text=after)

    assert len(portal.requests) - reading == number
