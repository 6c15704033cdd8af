"""`offboard`: everything that a person has, and the documents without them."""

import stat
import sys

import pytest

ANN = "ann@example.com"
DOCUMENT = f"""\
profiles:
- name: ml-engineers
  owner: {{kind: User, name: admin@example.com}}
  contributors:
  - {{name: {ANN}, role: edit, until: 2199-01-01}}  # the lead
  - {{name: li@example.com, role: view}}
- name: team-b
  owner: {{kind: User, name: bob@example.com}}
  contributors:
  - {{name: {ANN}, role: view, until: 2020-01-01}}
  - {{name: ann-team, kind: Group, role: edit}}
"""
OWNED = f"profiles: [{{name: team-c, owner: {{kind: User, name: {ANN}}}}}]\n"


@pytest.fixture
def files(here):
    """Write documents: `files(pmr=text)`, and return how to read one again."""

    def write(**texts):
        for name, text in texts.items():
            (here / f"{name}.yaml").write_bytes(text.encode())
        return lambda name: (here / f"{name}.yaml").read_bytes().decode()

    return write


def test_a_person_is_shown_with_every_line_and_a_diff_and_nothing_is_written(run, files, keeps):
    read = files(pmr=DOCUMENT)

    ran = run("offboard", ANN, "pmr.yaml")

    assert (ran.code, read("pmr")) == (0, DOCUMENT)
    keeps("offboard.txt", ran.out + ran.err)


@pytest.mark.parametrize("first", ["pmr.yaml", "misspelled.yaml"])
def test_swapped_arguments_are_refused_with_the_right_order(run, files, first):
    read = files(pmr=DOCUMENT, more=OWNED)

    ran = run("offboard", first, "more.yaml", "Ann Lee", "--write")

    command = f"profiles-management offboard 'Ann Lee' {first} more.yaml"
    assert ran.code == 1
    assert f"for PERSON: it is a document. Write the person first: {command}\n" in ran.err
    assert (read("pmr"), read("more")) == (DOCUMENT, OWNED)


def test_write_edits_the_file_in_place(run, files, here):
    read = files(real="\ufeff" + DOCUMENT.replace("\n", "\r\n"))
    (here / "real.yaml").chmod(0o640)
    (here / "pmr.yaml").unlink()
    (here / "pmr.yaml").symlink_to("real.yaml")

    ran = run("offboard", ANN, "pmr.yaml", "--write")

    kept = [line for line in DOCUMENT.splitlines() if ANN not in line]
    assert (ran.code, read("real")) == (0, "\ufeff" + "".join(f"{line}\r\n" for line in kept))
    assert (here / "pmr.yaml").is_symlink()
    assert stat.S_IMODE((here / "real.yaml").stat().st_mode) == 0o640
    assert sorted(path.name for path in here.glob("*.y*")) == ["pmr.yaml", "real.yaml"]
    assert "note: Wrote pmr.yaml." in ran.err


def test_nothing_is_left_where_the_file_cannot_be_written(run, files, here, monkeypatch):
    read = files(pmr=DOCUMENT)
    monkeypatch.setattr(
        "os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )

    ran = run("offboard", ANN, "pmr.yaml", "--write")

    assert (ran.code, read("pmr")) == (1, DOCUMENT)
    assert "No space left on device" in ran.err
    assert [path.name for path in here.iterdir()] == ["pmr.yaml"]


def test_a_file_that_changes_meanwhile_is_not_overwritten(run, files, here, api):
    read = files(pmr=DOCUMENT)
    reading = api.client

    def changing():
        files(pmr=DOCUMENT + "# changed\n")
        return reading()

    api.client = changing

    ran = run("offboard", ANN, "pmr.yaml", "--write")

    assert (ran.code, read("pmr")) == (1, DOCUMENT + "# changed\n")
    assert "error[changed]: the file has changed since it was read" in ran.err


def test_one_of_several_files_that_cannot_be_edited_leaves_all_as_they_are(run, files):
    anchored = f"profiles:\n- {{name: x, owner: {{kind: User, name: &a {ANN}}}, annotations: {{by: *a}}}}\n"
    read = files(a=DOCUMENT, b=anchored)

    ran = run("offboard", ANN, "a.yaml", "b.yaml", "--new-owner", "bob@example.com", "--write")

    assert (ran.code, read("a"), read("b")) == (1, DOCUMENT, anchored)
    assert "error[cannot-edit]" in ran.err


def test_a_person_who_was_removed_has_no_access_after_apply(run, files, controller):
    files(pmr=DOCUMENT)
    run("apply", "pmr.yaml")

    run("offboard", ANN, "pmr.yaml", "--write")
    changes = run("plan", "pmr.yaml", "-o", "json").data["changes"]
    run("apply", "pmr.yaml")

    assert [(change["action"], change["person"]["name"]) for change in changes] == [("delete", ANN)]
    assert run("access", "--person", ANN).code == 1
    assert run("offboard", ANN, "pmr.yaml").code == 1


def test_other_lines_with_the_name_are_listed(run, files):
    files(pmr=DOCUMENT.replace("- {name: li@", "# ask ann@example.com\n\n  - {name: li@"))

    shown = run("offboard", ANN, "pmr.yaml").out
    data = run("offboard", ANN, "pmr.yaml", "-o", "json").data

    assert "MENTIONED (stays)  TEXT\npmr.yaml:6         # ask ann@example.com\n" in shown
    expected = {"file": "pmr.yaml", "line": 6, "column": 9, "text": "# ask ann@example.com"}
    assert data["mentions"] == [expected]


def test_what_would_steer_a_terminal_is_escaped_in_the_diff(run, files, monkeypatch):
    files(pmr=DOCUMENT.replace("# the lead", "# the \u202e lead"))
    with monkeypatch.context() as patched:
        patched.setattr(sys.stdout, "isatty", lambda: True)
        shown = run("offboard", ANN, "pmr.yaml").out

    piped = run("offboard", ANN, "pmr.yaml").out

    assert ("\u202e" in shown, "\\u202e" in shown, "\u202e" in piped) == (False, True, True)


def test_an_owner_has_to_be_decided(run, files):
    read = files(pmr=OWNED)

    shown, handed = (
        run("offboard", ANN, "pmr.yaml"),
        run("offboard", ANN, "pmr.yaml", "--new-owner", "bob@example.com"),
    )

    assert (shown.code, handed.code) == (1, 0)
    assert (
        f"decide: {ANN} owns 1 profile: team-c. Hand them over with --new-owner NAME, or"
        in shown.out
    )
    assert "+profiles: [{name: team-c, owner: {kind: User, name: bob@example.com}}]" in handed.out
    assert read("pmr") == OWNED


def test_a_handover_is_shown_with_the_role_that_the_new_owner_loses(run, files, keeps):
    entry = "contributors: [{name: bob@example.com, role: edit}]"
    files(pmr=OWNED.replace(f"{ANN}}}}}", f"{ANN}}}, {entry}}}"))

    ran = run("offboard", ANN, "pmr.yaml", "--new-owner", "bob@example.com")

    keeps("offboard-handover.txt", ran.out)


def test_what_can_be_removed_is_written_although_an_owner_is_undecided(run, files):
    read = files(pmr=DOCUMENT, own=OWNED)

    ran = run("offboard", ANN, "pmr.yaml", "own.yaml", "--write")

    assert (ran.code, ANN in read("pmr"), read("own")) == (1, False, OWNED)


@pytest.mark.parametrize("asked", ["ann", "ann@example.con", "ANN@example.com"])
def test_nobody_is_found_by_another_spelling_and_the_name_is_suggested(run, files, asked):
    files(pmr=DOCUMENT)

    ran = run("offboard", asked, "pmr.yaml", "--write")

    assert ran.code == 1
    assert f"error: No User {asked} in 1 document. Did you mean {ANN}?" in ran.err
    assert ANN in ran.out  # as a similar name


def test_nobody_else_is_suggested_once_a_person_is_gone(run, files):
    files(pmr=DOCUMENT.replace("li@", "anna@"))
    run("offboard", ANN, "pmr.yaml", "--write")

    ran = run("offboard", ANN, "pmr.yaml")

    assert (ran.code, "Did you mean" in ran.err) == (1, False)


def test_files_that_were_written_before_an_error_are_named(run, files, here, monkeypatch):
    read = files(a=DOCUMENT, b=DOCUMENT.replace("ml-engineers", "c").replace("team-b", "d"))
    replace = type(here).replace

    def failing(path, target):
        if target.name == "b.yaml":
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(type(here), "replace", failing)

    ran = run("offboard", ANN, "a.yaml", "b.yaml", "--write")

    assert (ran.code, ANN in read("a"), ANN in read("b")) == (1, False, True)
    assert "note: Wrote a.yaml before the error below." in ran.err


def test_a_group_is_off_boarded_by_its_kind(run, files):
    files(pmr=DOCUMENT)

    ran = run("offboard", "ann-team", "pmr.yaml", "--kind", "Group")

    assert ran.code == 0
    assert "-  - {name: ann-team, kind: Group, role: edit}\n" in ran.out


def test_access_in_the_cluster_that_no_document_gives_is_shown_too(run, files, controller, api):
    files(pmr=DOCUMENT)
    run("apply", "pmr.yaml")
    files(pmr=DOCUMENT.replace(ANN, "zoe@example.com"))
    api.put(binding("extra", ANN))
    api.put(binding("everybody", "system:authenticated", kind="Group"))

    ran = run("offboard", ANN, "pmr.yaml")

    assert ran.code == 0
    assert "ml-engineers  edit                     2199-01-01\n" in ran.out
    assert "ml-engineers  view (not managed here)  -\n" in ran.out
    assert "system:authenticated (Group)  ml-engineers  view (not managed here)" in ran.out
    revoke = "No document gives the access to ml-engineers. Run plan and apply to revoke it."
    assert f"note: {revoke}\n" in ran.err
    foreign = "apply keeps access that is not managed here; --foreign revoke removes it from"
    assert f"note: {foreign} managed profiles.\n" in ran.err
    assert "access --person ann@example.com --cluster-wide" in ran.err


def test_an_entry_that_waits_for_a_new_owner_counts_as_a_document(run, files, controller):
    files(pmr=OWNED)
    run("apply", "pmr.yaml")

    ran = run("offboard", ANN, "pmr.yaml")

    assert "stays: choose a new owner" in ran.out
    assert "No document" not in ran.err


def test_an_owner_whom_no_document_names_loses_access_by_another_command(run, files, controller):
    files(pmr=OWNED)
    run("apply", "pmr.yaml")
    files(pmr=DOCUMENT)

    ran = run("offboard", ANN, "pmr.yaml")

    assert "note: No document defines team-c. apply keeps the access of an owner: " in ran.err
    assert "No document gives" not in ran.err


def binding(name, subject, kind="User"):
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": "ml-engineers"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "kubeflow-view"},
        "subjects": [{"apiGroup": group, "kind": kind, "name": subject}],
    }


def test_without_a_cluster_a_note_says_that_it_was_not_checked(run, files):
    files(pmr=DOCUMENT)

    ran = run("offboard", ANN, "pmr.yaml", real=True)

    assert ran.code == 0
    assert "note: The cluster was not checked. No cluster is configured." in ran.err


def test_a_cluster_that_was_named_has_to_be_there(run, files):
    files(pmr=DOCUMENT)

    assert run("offboard", ANN, "pmr.yaml", "--kubeconfig", "none", real=True).code == 1


def test_everything_is_data_too(run, files):
    files(pmr=DOCUMENT)

    data = run("offboard", ANN, "pmr.yaml", "--output", "json").data

    assert data["person"] == {"kind": "User", "name": ANN}
    assert [(place["action"], place["line"], place["until"]) for place in data["places"]] == [
        ("remove", 5, "2199-01-01"),
        ("remove", 10, "2020-01-01"),
        ("keep", 11, None),
    ]
    assert data["documents"][0]["written"] is False
    assert data["documents"][0]["diff"].startswith("--- pmr.yaml\n+++ pmr.yaml\n@@ -2,10 +2,8 @@\n")
    assert (data["access"], data["errors"]) == ([], [])


def test_standard_input_is_shown_and_cannot_be_written(run):
    shown, written = (
        run("offboard", ANN, "-", *more, stdin=DOCUMENT) for more in ([], ["--write"])
    )

    assert (shown.code, written.code) == (0, 1)
    assert "--- <stdin>\n+++ <stdin>\n" in shown.out
    assert "--write: it cannot edit standard input. Omit it to see the diff." in written.err


def test_a_document_in_git_cannot_be_written(run):
    ran = run("offboard", ANN, "git+https://git.example.com/profiles.git@main", "--write")

    assert (
        ran.code,
        "--write: it cannot edit a document in Git. Omit it to see the diff." in ran.err,
    ) == (
        1,
        True,
    )


def test_a_folder_is_searched_and_written(run, files, here):
    (here / "team").mkdir()
    read = files(**{"team/a": DOCUMENT, "team/b": OWNED})

    ran = run("offboard", ANN, "team", "--new-owner", "bob@example.com", "--write")

    assert (ran.code, ANN in read("team/a"), "name: bob@example.com" in read("team/b")) == (
        0,
        False,
        True,
    )
    assert "note: Wrote team/a.yaml, team/b.yaml." in ran.err
