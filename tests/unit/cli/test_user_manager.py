"""A User Manager as a source of the command: what it adds, and the answer to it afterwards."""

import json

import pytest

from memory_api.status import plain
from user_manager.domain.cluster_answer import parse_answer
from user_manager_server import TOKEN, Reply, canonical, revision, serving

END = "2027-01-01T00:00:00Z"
DOCUMENT = """\
profiles:
- name: ml
  open: true
  owner: {kind: User, name: olga@example.com}
  contributors:
  - {name: ann@example.com, role: edit}
- name: web
  owner: {kind: User, name: olga@example.com}
"""
CATALOGUE = [
    {
        "name": "ml",
        "owner": {"kind": "User", "name": "olga@example.com"},
        "open": True,
        "contributors": [
            {
                "kind": "User",
                "name": "ann@example.com",
                "role": "edit",
                "until": None,
                "source": "config",
            }
        ],
    }
]
NOTHING = {"revision": "", "applied": [], "pending": {}, "failed": {}, "refused": []}


def li(role="view", until=None, profile="ml"):
    return (profile, "li@example.com", role, until)


@pytest.fixture
def manager(monkeypatch, here):
    monkeypatch.setenv("PROFILES_MANAGEMENT_PORTAL_TOKEN", TOKEN)
    (here / "pmr.yaml").write_text(DOCUMENT)
    with serving() as manager:
        yield manager
    for answer in manager.answers:
        parse_answer(answer)  # the User Manager of this project takes each of them


@pytest.fixture
def document(here):
    return (here / "pmr.yaml").write_text


@pytest.fixture
def portal(run, controller, manager):
    """Run a command with the User Manager: `portal("apply")`."""
    return lambda command, *more, **given: run(
        command, "pmr.yaml", "--portal", manager.url, *more, **given
    )


@pytest.fixture
def role(api):
    """Return which role somebody has in a profile, '' for none."""

    def role(person, profile="ml"):
        for binding in api.objects("RoleBinding", profile):
            notes = binding["metadata"].get("annotations", {})
            if notes.get("user") == f"{person}@example.com":
                return notes["role"]
        return ""

    return role


def flat(text):
    return " ".join(text.split())


# what it adds


def test_approved_access_is_given_and_records_the_source(portal, manager, api, role):
    manager.publish(li(until=END))

    ran = portal("apply")

    assert (ran.code, ran.err) == (0, "")
    assert (role("ann"), role("li")) == ("edit", "view")
    sources = {
        note["user"]: note.get("profiles-management.io/source")
        for binding in api.objects("RoleBinding", "ml")
        if "user" in (note := binding["metadata"].get("annotations", {}))
    }
    assert sources == {
        "olga@example.com": None,
        "ann@example.com": None,
        "li@example.com": "portal",
    }


def test_the_next_plan_has_nothing_to_do_and_sends_nothing(portal, manager):
    manager.publish(li())
    portal("apply")
    answers = len(manager.answers)

    assert portal("plan").last == "No changes. 2 profiles match."
    assert len(manager.answers) == answers


def test_access_that_was_removed_there_is_revoked(portal, manager, role):
    manager.publish(li())
    portal("apply")
    manager.publish()

    portal("apply")

    assert (role("ann"), role("li")) == ("edit", "")


@pytest.mark.parametrize("command", ["plan", "validate", "list-stale"])
def test_commands_that_change_nothing_read_it_too(portal, manager, command):
    manager.publish(li(profile="web"))

    ran = portal(command)

    assert ran.code == 0
    assert [sent.method for sent in manager.requests] == ["GET"]


def test_validate_shows_what_is_refused(portal, manager):
    manager.publish(li(profile="web"))

    assert "warning[not-open]: portal adds contributors to web" in portal("validate").out


def test_the_environment_can_name_it(run, controller, manager, role, monkeypatch):
    monkeypatch.setenv("PROFILES_MANAGEMENT_PORTAL", manager.url)
    manager.publish(li())

    ran = run("apply", "pmr.yaml")

    assert (ran.code, ran.err, role("li")) == (0, "", "view")


# what it is answered


def test_the_answer_has_what_was_applied_and_the_open_profiles(portal, manager):
    manager.publish(li())

    portal("apply")

    assert manager.answer == {
        "revision": revision(manager.content),
        "applied": ["ml"],
        "pending": {},
        "failed": {},
        "refused": [],
        "problem": "",
        "catalogue": CATALOGUE,
    }


def test_the_answer_has_who_gets_no_access_and_why(portal, manager):
    manager.publish(li(profile="web"), ("ml", "olga@example.com", "view", None))

    portal("apply")

    assert manager.answer["refused"] == [
        {
            "profile": "ml",
            "name": "olga@example.com",
            "reason": "ml belongs to this person",
        },
        {"profile": "web", "name": "li@example.com", "reason": "web is not open"},
    ]


@pytest.mark.parametrize("flag", ["--dry-run", "--dry-run=server"])
def test_a_dry_run_sends_no_answer(portal, manager, flag):
    assert portal("apply", flag).code == 0
    assert manager.answers == []


def test_an_apply_to_a_folder_sends_no_answer_and_notes_it(run, manager):
    manager.publish(li())

    ran = run("apply", "pmr.yaml", "--portal", manager.url, "--directory", "out")

    assert (ran.code, manager.answers) == (0, [])
    assert flat(ran.err) == (
        f"note: User Manager {manager.url} gets no answer: only an apply to a cluster has one."
    )


def test_the_brake_is_answered(portal, manager):
    people = [("ml", f"p{number}@example.com", "view", None) for number in range(10)]
    manager.publish(*people)
    portal("apply")
    manager.publish(people[0])

    ran = portal("apply")

    assert ran.code == 3
    assert manager.answer["pending"] == {
        "ml": "the brake stopped the run; an administrator has to allow it"
    }


def test_a_cluster_that_does_not_answer_is_reported(portal, manager, api):
    manager.publish(li())
    portal("apply")
    api.faults.append(lambda request, act: plain(503, "the server is busy"))

    ran = portal("apply")

    assert ran.code == 1
    assert manager.answer == {**NOTHING, "problem": "The cluster does not answer"}


def test_what_somebody_declines_says_nothing_of_anybody(portal, manager, role):
    manager.publish(li())
    portal("apply")
    manager.publish()

    ran = portal("apply", answer=False)

    assert (ran.code, role("li")) == (1, "view")
    assert manager.answer == {**NOTHING, "problem": "the run did not finish"}


def test_a_document_that_is_not_valid_is_answered_with_its_problem(portal, manager):
    manager.publish(li(role="admin"))

    ran = portal("apply")

    assert ran.code == 1
    problem = manager.answer["problem"]
    assert problem.startswith("User Manager ")
    assert "admin" in problem
    assert manager.answer == {**NOTHING, "problem": problem}


def test_one_that_takes_no_answer_fails_the_command_after_the_report(portal, manager, role):
    manager.publish(li())
    manager.instead = lambda sent: Reply(503) if sent.method == "PUT" else None

    ran = portal("apply")

    assert (ran.code, role("li")) == (1, "view")
    assert "2 gained access." not in ran.err
    assert flat(ran.err) == (
        "error[user-manager]: The User Manager did not take the answer: it answered with status "
        f"503. 1 error in User Manager {manager.url}. Access is as reported. The next apply "
        "answers again."
    )
    assert portal("apply", "--output", "json").data["errors"][0]["code"] == "user-manager"


def test_an_unknown_revision_is_said(portal, manager):
    content = canonical({"profiles": []})
    headers = {"Content-Type": "application/json", "ETag": f'"{revision(content)}"'}
    manager.instead = lambda sent: Reply(200, content, headers) if sent.method == "GET" else None
    manager._published.clear()

    ran = portal("apply")

    assert ran.code == 1
    assert "status 409: precondition: the revision is unknown" in flat(ran.err)


def test_a_catalogue_that_is_too_large_is_left_out_and_said(portal, manager, monkeypatch):
    monkeypatch.setattr("profiles_management.portal.user_manager_client.LARGEST_ANSWER", 150)
    manager.publish(li())

    ran = portal("apply")

    assert ran.code == 1
    assert "Open fewer profiles" in ran.err
    assert manager.answer["applied"] == ["ml"]
    assert "catalogue" not in manager.answer


# while it cannot be read

NOT_VALID = [
    canonical({"profiles": [{"name": "ml", "owner": {"kind": "User", "name": "eve"}}]}),
    canonical({"profiles": 7}),
    canonical({"version": 2, "profiles": []}),
    b'{"profiles":[{"name":"ml","contributors":[{"name":"a\\u0000b","role":"view"}]}]}',
    b'{"profiles":[{"name":"ml","contributors":[{"name":"a\\ud800","role":"view"}]}]}',
    b'{"profiles":[{"name":"ml","contributors":[{"name":"\xe2\x80\xaeli","role":"view"}]}]}',
    b'{"profiles":[{"name":"ml","contributors":[{"name":"*","role":"view"}]}]}',
    b'{"profiles":[{"name":"ml","contributors":[{"kind":"Group","name":"system:masters","role":"view"}]}]}',
    b'{"profiles":' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"profiles":[],"defaults":{"resources":{"hard":{"cpu":"1' + b"0" * 999 + b'"}}}}',
]


@pytest.fixture(params=[401, 403, 404, 503, *NOT_VALID], ids=str)
def unreadable(request, manager):
    """Let the User Manager not answer, or with a document that is not valid."""

    def begin():
        if isinstance(request.param, int):
            manager.instead = lambda sent: Reply(request.param)
        else:
            manager.publish_bytes(request.param)

    return begin


def test_others_lose_their_access_and_its_people_keep_theirs(
    portal, manager, document, role, unreadable
):
    manager.publish(li())
    portal("apply")
    document(DOCUMENT.replace("ann@", "bob@"))
    unreadable()

    ran = portal("apply")

    assert ran.code == 1
    assert "What was made for portal stays unchanged." in flat(ran.err)
    assert (role("ann"), role("bob"), role("li")) == ("", "edit", "view")


def test_a_profile_that_leaves_the_document_is_stale_all_the_same(
    portal, manager, document, role, unreadable
):
    manager.publish(li())
    portal("apply")
    document("profiles: []\n")
    unreadable()

    portal("apply", "--allow-revocations")

    assert role("ann") == ""


def test_a_command_that_needs_every_document_ends(portal, manager, api):
    manager.instead = lambda sent: Reply(401)

    ran = portal("delete-stale", "--yes")

    assert (ran.code, api.writes) == (1, [])
    assert "The User Manager does not accept the token" in ran.err


def test_without_a_token_the_others_are_applied(portal, manager, role, monkeypatch):
    monkeypatch.delenv("PROFILES_MANAGEMENT_PORTAL_TOKEN")

    ran = portal("apply")

    assert (ran.code, role("ann"), manager.requests) == (1, "edit", [])
    assert "There is no token for the User Manager." in ran.err
    assert "Set PROFILES_MANAGEMENT_PORTAL_TOKEN." in ran.err


@pytest.mark.parametrize("text", ["with blank", "ümlaut", "line\nend"])
def test_a_token_that_is_none_is_not_shown(portal, monkeypatch, text):
    monkeypatch.setenv("PROFILES_MANAGEMENT_PORTAL_TOKEN", text)

    ran = portal("plan")

    assert ran.code == 1
    assert "PROFILES_MANAGEMENT_PORTAL_TOKEN has no token" in flat(ran.err)
    assert text not in ran.err


def test_a_ca_that_is_not_there_stops_nobody_else(portal, role):
    ran = portal("apply", "--portal-ca", "ca.pem")

    assert (ran.code, role("ann")) == (1, "edit")
    assert "ca.pem cannot be read: no such file or directory." in flat(ran.err)


# while it is not given


def test_a_plan_without_it_names_it_and_how_many_it_keeps(run, portal, manager):
    manager.publish(li())
    portal("apply")

    text = flat(run("plan", "pmr.yaml").out)

    assert (
        "frozen: portal is not given in this run; left as they are: 1 contributor, with the "
        "access of 1 person. Give it (--portal URL) or withdraw it (--withdrawn portal)."
    ) in text


def test_its_people_keep_their_access_until_it_is_withdrawn(run, portal, manager, role):
    manager.publish(li())
    portal("apply")

    run("apply", "pmr.yaml")
    kept = role("li")
    run("apply", "pmr.yaml", "--withdrawn", "portal")

    assert (kept, role("li"), role("ann")) == ("view", "", "edit")


def test_it_is_given_or_withdrawn(portal):
    ran = portal("plan", "--withdrawn", "portal")

    assert ran.code == 1
    assert "portal is given with --portal. Leave out one of them." in flat(ran.err)


# its address


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://users.example.org", "begins with http://, which is for this machine only"),
        ("https://ann:s3cr3t@users.example.org", "has a user or a password in it"),
        ("users.example.org", "is not https://HOST, as in https://users.example.org"),
        ("", "is not https://HOST"),
        ("https://users.example.org/?token=s3cr3t", "is not https://HOST"),
    ],
)
def test_an_address_that_is_not_safe_is_refused_at_once(run, manager, api, url, message):
    ran = run("apply", "pmr.yaml", "--portal", url)

    assert (ran.code, api.writes) == (1, [])
    assert f"--portal: it {message}" in flat(ran.err)
    assert "s3cr3t" not in ran.err


def test_its_answers_name_no_profile_that_is_not_open(portal, manager):
    portal("apply")

    assert "web" not in json.dumps(manager.answer["catalogue"])


def test_requests_are_shown_without_the_token(portal, manager):
    ran = portal("apply", "--verbosity", "6")

    assert f"GET {manager.url}/api/v1/pmr" in ran.err
    assert f"PUT {manager.url}/api/v1/cluster" in ran.err
    assert TOKEN not in ran.err + ran.out
