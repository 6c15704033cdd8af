"""Untrusted documents, merged with the administrator's: what they give and what is refused."""

import json
from contextlib import nullcontext

import pytest

from profiles_management import Settings
from profiles_management.cli.source_options import SourceOptions, SourceReader
from profiles_management.reconcile.clock import SYSTEM

SOURCE = "profiles-management.io/source"


def entry(name, owner="olga", **people):
    """Return a document with one profile; `entry("web", ann="edit")` gives Ann the role edit."""
    lines = [f"  - {{name: {person}@example.com, role: {role}}}" for person, role in people.items()]
    head = [
        "profiles:",
        f"- name: {name}",
        f"  owner: {{kind: User, name: {owner}@example.com}}",
    ]
    return "\n".join([*head, *(["  contributors:", *lines] if lines else [])]) + "\n"


def adding(name, **people):
    """Return a document that adds people to a profile of another one."""
    lines = [f"{{name: {person}@example.com, role: {role}}}" for person, role in people.items()]
    return f"profiles:\n- name: {name}\n  contributors: [{', '.join(lines)}]\n"


@pytest.fixture
def files(here):
    """Write files: `files(pmr=TEXT, teams=TEXT)` writes pmr.yaml and teams.yaml."""

    def write(**texts):
        for name, text in texts.items():
            (here / f"{name}.yaml").write_text(text)

    return write


@pytest.fixture
def apply(run, controller):
    """Apply pmr.yaml with teams.yaml, which is not trusted."""
    return lambda *more: run("apply", "pmr.yaml", "--untrusted", "teams.yaml", *more)


@pytest.fixture
def role(api):
    """Return which role somebody has in a profile, '' for none."""

    def role(person, profile):
        for binding in api.objects("RoleBinding", profile):
            notes = binding["metadata"].get("annotations", {})
            is_owner = binding["metadata"]["name"] == "namespaceAdmin"
            if notes.get("user") == f"{person}@example.com" and not is_owner:
                return notes["role"]
        return ""

    return role


def source_of(api, name):
    return api.get("Profile", None, name)["metadata"].get("annotations", {}).get(SOURCE)


def test_both_are_applied_and_only_what_is_not_trusted_is_recorded(api, files, apply, role):
    files(pmr=entry("ml", ann="edit"), teams=entry("web", bob="view"))

    ran = apply()

    assert (ran.code, ran.err) == (0, "")
    assert (role("ann", "ml"), role("bob", "web")) == ("edit", "view")
    assert (source_of(api, "ml"), source_of(api, "web")) == (None, "file:teams.yaml")


def test_the_next_plan_has_nothing_to_do_however_the_file_is_written(run, files, apply):
    files(pmr=entry("ml", ann="edit"), teams=entry("web", bob="view"))
    apply()

    assert run("plan", "pmr.yaml", "--untrusted", "./teams.yaml").last == (
        "No changes. 2 profiles match."
    )


def test_it_adds_people_where_the_document_opens_a_profile(files, apply, role):
    files(pmr=entry("ml") + "  open: true\n", teams=adding("ml", li="edit"))

    assert apply().code == 0
    assert role("li", "ml") == "edit"


def test_the_document_itself_adds_to_no_profile(run, files):
    files(pmr=adding("web", li="edit"), teams=entry("web"))

    ran = run("plan", "pmr.yaml", "--untrusted", "teams.yaml")

    assert (ran.code, "error[missing-key]" in ran.err) == (1, True)


def test_while_it_is_not_valid_its_profiles_stay_and_the_document_is_applied(files, apply, role):
    files(pmr=entry("ml", ann="edit"), teams=entry("web", bob="view"))
    apply()
    files(pmr=entry("ml", ann="view"), teams="profiles:\n- nmae: web\n")

    ran = apply()

    assert ran.code == 1
    assert (role("ann", "ml"), role("bob", "web")) == ("view", "view")
    assert " --> teams.yaml:2:3" in ran.err
    assert "in teams.yaml. What was made for file:teams.yaml stays unchanged.\n" in ran.err
    assert "frozen: file:teams.yaml cannot be read: its document has 3 errors;" in " ".join(
        ran.out.split()
    )


def test_the_data_of_a_run_has_its_errors(files, apply):
    files(pmr=entry("ml"), teams="profiles:\n- nmae: web\n")

    ran = apply("--output", "json")

    assert (ran.code, ran.data["documents"]) == (1, ["pmr.yaml", "teams.yaml"])
    assert {error["file"] for error in ran.data["errors"]} == {"teams.yaml"}


@pytest.mark.parametrize("command", ["validate", "delete-stale"])
def test_a_command_that_needs_every_document_ends_before_anything_happens(run, api, files, command):
    files(pmr=entry("ml"), teams="profiles:\n- nmae: web\n", gone="profiles: 1\n")

    ran = run(command, "pmr.yaml", "--untrusted", "teams.yaml", "--untrusted", "gone.yaml")

    assert (ran.code, api.writes) == (1, [])
    assert " --> teams.yaml:2:3" in ran.err
    assert " --> gone.yaml:1:11" in ran.err


def test_validate_shows_what_the_document_overrules(run, files):
    files(pmr=entry("ml"), teams=entry("ml", owner="eve"))

    ran = run("validate", "pmr.yaml", "--untrusted", "teams.yaml")

    assert ran.code == 0
    assert ran.out.splitlines()[0] == (
        "warning[trusted-definition]: file:teams.yaml defines ml, which the document defines"
    )
    assert ran.last == "pmr.yaml, teams.yaml are valid: 1 profile, 0 contributors, 1 warning."


def test_two_that_are_not_trusted_and_define_one_profile_are_an_error(run, files):
    files(pmr="profiles: []\n", teams=entry("web"), other=entry("web", owner="eve"))

    ran = run("validate", "pmr.yaml", "--untrusted", "teams.yaml", "--untrusted", "other.yaml")

    assert ran.code == 1
    assert ran.err.startswith("error[two-sources]: web is defined by file:other.yaml and")


def test_a_source_that_is_left_out_keeps_its_profiles_until_it_is_withdrawn(
    run, files, apply, role
):
    files(pmr=entry("ml"), teams=entry("web", bob="view"), other="profiles: []\n")
    apply()

    kept = run("apply", "pmr.yaml", "--untrusted", "other.yaml")
    kept_role = role("bob", "web")
    withdrawn = run("apply", "pmr.yaml", "--withdrawn", "file:teams.yaml")

    assert (kept.code, kept_role) == (0, "view")
    assert "file:teams.yaml" in kept.out
    assert (withdrawn.code, role("bob", "web")) == (0, "")


def test_leaving_out_all_others_by_mistake_takes_nothing_from_them(run, files, apply, role):
    files(pmr=entry("ml"), teams=entry("web", bob="view"))
    apply()

    stale = run("list-stale", "pmr.yaml")
    kept = run("apply", "pmr.yaml")
    data = json.loads(run("plan", "pmr.yaml", "--output", "json").out)

    assert (stale.code, stale.out) == (0, "No profile is stale.\n")
    assert (kept.code, role("bob", "web")) == (0, "view")
    assert (
        "frozen: file:teams.yaml is not given in this run; left as they are: 1 profile, with the "
        "access of 2 people. Give it (--untrusted teams.yaml) or withdraw it (--withdrawn "
        "file:teams.yaml)." in kept.out
    )
    (source,) = data["frozen"]
    assert (source["source"], source["given"], source["people"]) == ("file:teams.yaml", False, 2)
    assert source["remedy"].startswith("Give it (--untrusted teams.yaml)")


def test_a_file_under_another_spelling_is_refused_with_the_first_one(run, files, apply, here):
    files(pmr=entry("ml"), teams=entry("web", bob="view"))
    apply()

    other = run("plan", "pmr.yaml", "--untrusted", here / "teams.yaml").out.replace("\n", " ")
    trusted = run("plan", "pmr.yaml", "teams.yaml").out.replace("\n", " ")

    assert "name it as before: --untrusted teams.yaml." in other
    assert "not with --untrusted" not in other
    assert "file:teams.yaml, which is not given in this run, made it" in trusted
    assert "(--untrusted teams.yaml), withdraw it (--withdrawn file:teams.yaml), or" in trusted


def test_a_profile_of_another_source_is_taken_over_by_permission_alone(run, files, apply, api):
    files(pmr=entry("ml"), teams=entry("web", bob="view"))
    apply()
    files(pmr=entry("web", ann="edit"))

    refused = run("apply", "pmr.yaml")
    withdrawn = run("apply", "pmr.yaml", "--withdrawn", "file:teams.yaml")

    assert refused.code == 1
    assert (
        "Give it (--untrusted teams.yaml), withdraw it (--withdrawn file:teams.yaml)" in refused.out
    )
    assert withdrawn.code == 0
    assert source_of(api, "web") is None


def test_a_profile_that_was_deleted_without_its_data_needs_a_trusted_document(
    run, files, apply, api
):
    files(pmr=entry("ml"), teams=entry("web", bob="view"))
    apply()
    files(pmr=entry("ml"), teams="profiles: []\n")
    run("delete-stale", "pmr.yaml", "--untrusted", "teams.yaml", "--keep-data", "--yes")
    files(pmr=entry("ml"), teams=entry("web", bob="view"))

    refused = apply()
    files(pmr=entry("web"), teams="profiles: []\n")
    restored = apply()

    assert "web exists, and does not record which source made it" in refused.out.replace("\n", " ")
    assert "define web in a trusted document" in refused.out.replace("\n", " ")
    assert (refused.code, restored.code) == (1, 0)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        (("--untrusted-profiles", "team-*"), "name-not-allowed"),
        (("--untrusted-max-contributors", "1"), "too-many-contributors"),
    ],
)
def test_it_keeps_within_the_names_and_the_numbers_that_it_may_have(run, files, options, wrong):
    files(pmr=entry("ml"), teams=entry("web", bob="view", li="view"))

    ran = run("validate", "pmr.yaml", "--untrusted", "teams.yaml", *options, "-o", "json")

    assert [error["code"] for error in ran.data["errors"]] == [wrong]


@pytest.mark.parametrize(
    ("file", "location"),
    [
        ("./teams//web.yaml", "teams/web.yaml"),
        ("teams/", "teams"),
        ("teams=-", "teams"),
        ("Teams-1.a_b=./web.yaml", "Teams-1.a_b"),
        ("teams=git+https://h/p.git@v1", "teams"),
        ("./a=b.yaml", "a=b.yaml"),
        ("d/a=b.yaml", "d/a=b.yaml"),
        ("git+https://h/p.git@v1#path=web.yaml", "git+https://h/p.git#path=web.yaml"),
    ],
)
def test_it_is_known_by_where_it_is_and_not_by_its_version(file, location):
    options = SourceOptions(files=["pmr.yaml"], untrusted=[file])

    (source,) = options.sources(SourceReader(dict, SYSTEM, print, nullcontext), Settings())

    assert source.name == f"file:{location}"


def test_name_patterns_can_be_in_the_environment(run, files, monkeypatch):
    monkeypatch.setenv("PROFILES_MANAGEMENT_UNTRUSTED_PROFILES", "team-*, x")
    files(pmr=entry("ml"), teams=entry("web"))

    ran = run("validate", "pmr.yaml", "--untrusted", "teams.yaml")

    assert ran.err.startswith("error[name-not-allowed]")
    assert "team-* or x" in ran.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--untrusted", ""), "it is empty. Name a FILE."),
        (("--untrusted", "a="), "it is empty. Name a FILE."),
        (("--untrusted", "pmr.yaml"), "pmr.yaml is also pmr.yaml of FILE pmr.yaml."),
        (("--untrusted", "x.yaml", "--untrusted", "./x.yaml"), "have the name file:x.yaml."),
        (("--untrusted", "x=a.yaml", "--untrusted", "x=b.yaml"), "have the name file:x."),
        (("--untrusted", "x", "--untrusted", "x=b.yaml"), "have the name file:x."),
        (("--untrusted", "=x.yaml"), "has a NAME of up to 63 letters"),
        (("--untrusted", "my team=x.yaml"), "has a NAME of up to 63 letters"),
        (("--untrusted", "file:x=x.yaml"), "has a NAME of up to 63 letters"),
        (("--untrusted", f"{'a' * 64}=x.yaml"), "has a NAME of up to 63 letters"),
        (("--untrusted", "-"), "standard input is another document in every run."),
        (("--untrusted", "/dev/stdin"), "a file of /dev or /proc is another document"),
        (("--untrusted", "//dev/fd/63"), "a file of /dev or /proc is another document"),
        (("--untrusted", "/etc/../proc/self/fd/0"), "a file of /dev or /proc is another"),
        (("--untrusted", "bad\udc80.yaml"), "the name of the file is not UTF-8 text"),
        (("--untrusted", "git+https://h/p.git#path=\udc80"), "is not UTF-8 text"),
        (("--untrusted", "x=git+https://h/p.git#path=\udc80"), "is not UTF-8 text"),
        (("--withdrawn", ""), "it is empty or not UTF-8 text."),
        (("--withdrawn", " "), "it is empty or not UTF-8 text."),
        (("--withdrawn", "file:"), "it is empty or not UTF-8 text."),
        (("--withdrawn", "file:\udc80"), "it is empty or not UTF-8 text."),
        (("--withdrawn", "file:x", "--untrusted", "./x"), "file:x is given with --untrusted."),
        (("--untrusted", "x.yaml", "--untrusted-profiles", "A/b"), "--untrusted-profiles"),
        (("--untrusted", "git+https://ann:hush@h/p.git"), "password"),
    ],
)
def test_a_mistake_on_the_command_line_ends_the_command(run, api, files, options, said):
    files(pmr=entry("ml"))

    ran = run("apply", "pmr.yaml", *options)

    assert (ran.code, api.writes, said in ran.err) == (1, [], True)
    assert "hush" not in ran.err


def test_a_name_of_a_file_cannot_steer_the_terminal(run, files, here):
    files(pmr=entry("ml"))
    (here / "\x1b[31m.yaml").write_text("profiles: 1\n")

    ran = run("plan", "pmr.yaml", "--untrusted", "\x1b[31m.yaml")

    assert ran.code == 1
    assert "\x1b" not in ran.out + ran.err


def test_standard_input_is_not_trusted_either(run, files, controller, api):
    files(pmr=entry("ml"))

    ran = run("apply", "pmr.yaml", "--untrusted", "x=-", stdin=json.dumps({"profiles": []}))

    assert ran.code == 0


# the name of a source


def test_a_name_keeps_the_source_apart_from_where_its_file_is(run, files, here, controller, api):
    (here / "moved").mkdir()
    files(pmr=entry("ml"), teams=entry("web"), **{"moved/teams": entry("web")})
    run("apply", "pmr.yaml", "--untrusted", "teams=teams.yaml")

    moved = run("plan", "pmr.yaml", "--untrusted", "teams=moved/teams.yaml")

    assert source_of(api, "web") == "file:teams"
    assert moved.last == "No changes. 2 profiles match."


def test_another_file_of_the_same_path_takes_over_nothing_under_another_name(run, files, apply):
    files(pmr=entry("ml"), teams=entry("web"))
    run("apply", "pmr.yaml", "--untrusted", "a=teams.yaml")

    other = run("apply", "pmr.yaml", "--untrusted", "b=teams.yaml")

    assert (
        other.code,
        "not-its-own"
        in str(run("plan", "pmr.yaml", "--untrusted", "b=teams.yaml", "-o", "json").data),
    ) == (1, True)


def test_a_file_may_have_a_name_that_is_not_utf_8_where_its_source_has_a_name(run, files, here):
    files(pmr=entry("ml"))
    (here / "bad\udc80.yaml").write_text(entry("web"))

    ran = run("plan", "pmr.yaml", "--untrusted", "x=bad\udc80.yaml", "-o", "json")

    assert (ran.code, ran.data["documents"]) == (0, ["pmr.yaml", "bad\udc80.yaml"])


@pytest.mark.parametrize("name", ["file:./teams.yaml", "file:x/../teams.yaml", "file:teams.yaml/"])
def test_a_source_is_withdrawn_by_its_path_however_it_is_written(run, files, apply, role, name):
    files(pmr=entry("ml"), teams=entry("web", bob="view"))
    apply()

    withdrawn = run("apply", "pmr.yaml", "--withdrawn", name)

    assert (withdrawn.code, role("bob", "web")) == (0, "")
    assert "no object records" not in withdrawn.out


@pytest.mark.parametrize("command", ["plan", "apply", "delete-stale"])
@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("teams.yaml", "Did you mean file:teams.yaml?"),
        ("file:taems.yaml", "Did you mean file:teams.yaml?"),
        ("a,b", "Correct the name, or leave it out."),
    ],
)
def test_a_name_that_no_object_records_is_a_warning(run, files, apply, command, name, remedy):
    files(pmr=entry("ml"), teams=entry("web"))
    apply()

    ran = run(command, "pmr.yaml", "--withdrawn", name)

    assert ran.code == 0
    text = " ".join(ran.out.split())
    assert f"no object records the source {name}, so withdrawing it changes nothing" in text
    assert remedy in text


@pytest.mark.parametrize(
    "name", ["config", "git", "relation:profiles:x", "puhuri:c@https://h", "portal"]
)
def test_a_source_of_any_kind_can_be_withdrawn_by_its_name(name):
    options = SourceOptions(files=["pmr.yaml"], withdrawn=[name])

    assert options.withdrawn_names(()) == {name}


def test_a_source_that_only_adds_people_is_known(run, files, apply, role):
    files(pmr=entry("ml") + "  open: true\n", teams=adding("ml", li="edit"))
    apply()

    withdrawn = run("apply", "pmr.yaml", "--withdrawn", "file:teams.yaml")

    assert (role("li", "ml"), "no object records" in withdrawn.out) == ("", False)


def test_the_remedy_with_the_name_of_a_source_can_be_pasted_into_a_shell(run, files, controller):
    files(pmr=entry("ml"), **{"a b": entry("web")})
    run("apply", "pmr.yaml", "--untrusted", "a b.yaml")
    files(pmr=entry("web"))

    refused = " ".join(run("plan", "pmr.yaml").out.split())

    assert "withdraw it (--withdrawn 'file:a b.yaml')" in refused


# commands that search documents for people


def test_offboard_finds_a_person_in_all_documents_and_removes_them_there(run, files, here):
    files(pmr=entry("ml", ann="edit"), teams=adding("ml", ann="view"), own=entry("web", "ann"))
    others = ("--untrusted", "teams.yaml", "--untrusted", "own.yaml")

    ran = run("offboard", "ann@example.com", "pmr.yaml", *others, "--write", "-o", "json")

    found = [(place["file"], place["role"], place["action"]) for place in ran.data["places"]]
    assert ran.data["documents"][-1]["document"] == "teams.yaml"
    assert found == [
        ("pmr.yaml", "edit", "remove"),
        ("teams.yaml", "view", "remove"),
        ("own.yaml", "owner", "decide"),
    ]
    assert (ran.code, "ann" in (here / "teams.yaml").read_text()) == (1, False)


def test_offboard_edits_the_other_documents_while_one_that_is_not_trusted_is_not_valid(
    run, files, here
):
    files(pmr=entry("ml", ann="edit"), teams="profiles:\n- nmae: web\n")

    ran = run("offboard", "ann@example.com", "pmr.yaml", "--untrusted", "teams.yaml", "--write")

    assert (ran.code, "ann" in (here / "pmr.yaml").read_text()) == (1, False)
    assert " --> teams.yaml:2:3" in ran.err
    assert "in teams.yaml. ann@example.com was not searched for there.\n" in ran.err


def test_offboard_does_not_edit_a_file_of_two_documents_twice(run, files, here):
    (here / "teams").mkdir()
    files(**{"teams/web": entry("web", ann="edit")})

    ran = run("offboard", "ann@example.com", "teams", "--untrusted", "teams/web.yaml", "--write")

    assert (ran.code, "ann" in (here / "teams/web.yaml").read_text()) == (1, True)
    assert "teams/web.yaml is also teams/web.yaml of FILE teams." in ran.err


def test_offboard_writes_no_document_that_is_not_a_file(run, files):
    files(pmr=entry("ml", ann="edit"))

    ran = run("offboard", "ann@example.com", "pmr.yaml", "--untrusted", "x=-", "--write")

    assert (ran.code, "it cannot edit standard input." in ran.err) == (1, True)


@pytest.fixture
def administrators(api):
    """Bind these people to cluster-admin."""

    def bind(*people):
        group = "rbac.authorization.k8s.io"
        subjects = [
            {"apiGroup": group, "kind": "User", "name": f"{person}@example.com"}
            for person in people
        ]
        api.put(
            {
                "apiVersion": f"{group}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "admins"},
                "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
                "subjects": subjects,
            }
        )

    return bind


def test_access_lists_cluster_wide_roles_of_the_people_in_all_documents(run, files, administrators):
    administrators("ann", "bob", "li", "zoe")
    files(pmr=entry("ml", ann="edit"), teams=entry("web", bob="edit"), more=adding("ml", li="view"))
    others = ("--untrusted", "teams.yaml", "--untrusted", "more.yaml")

    both = run("access", "pmr.yaml", *others, "--cluster-wide", "-o", "json")
    others_alone = run("access", *others, "--cluster-wide", "-o", "json")

    def names(ran):
        return [entry["person"]["name"] for entry in ran.data["cluster_wide"]]

    assert names(both) == ["ann@example.com", "bob@example.com", "li@example.com"]
    assert names(others_alone) == ["bob@example.com", "li@example.com"]


def test_access_goes_on_without_a_document_that_cannot_be_read(run, files, administrators):
    administrators("ann")
    files(pmr=entry("ml", ann="edit"))

    ran = run("access", "pmr.yaml", "--untrusted", "gone.yaml", "--cluster-wide")

    assert (ran.code, "ann@example.com  cluster-admin" in ran.out) == (1, True)
    assert "The ClusterRoleBindings of the people in it may be missing." in ran.err


def test_access_refuses_a_document_without_cluster_wide(run):
    ran = run("access", "--untrusted", "teams.yaml")

    assert (ran.code, "--untrusted: it needs --cluster-wide." in ran.err) == (1, True)


def test_the_help_of_convert_says_why_it_has_no_such_option(run):
    assert "There is no --untrusted, because" in run("convert", "--help").out
