"""Several files, folders and standard input are one document."""

import os

import pytest

OWNER = "owner: {kind: User, name: olga@example.com}"


def entry(name):
    """Return a document with one profile."""
    return f"profiles:\n- name: {name}\n  {OWNER}\n"


@pytest.fixture
def two(here):
    """The files a.yaml and b.yaml, each with a profile of its name."""
    for name in ("a", "b"):
        (here / f"{name}.yaml").write_text(entry(name))


@pytest.fixture
def teams(here):
    """The folder teams, with two documents in it."""
    (here / "teams" / "more").mkdir(parents=True)
    (here / "teams" / "a.yaml").write_text(entry("a"))
    (here / "teams" / "b.json").write_text('{"profiles": []}')
    (here / "teams" / "README.md").write_text("profiles")
    (here / "teams" / ".hidden.yaml").write_text("x")
    (here / "teams" / "more" / "c.yaml").write_text("x")
    return here / "teams"


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "list-stale", "delete-stale"])
@pytest.mark.parametrize(
    "files",
    [
        ("a.yaml", "b.yaml"),
        ("-f", "a.yaml", "-f", "b.yaml"),
        ("-fa.yaml", "--filename", "b.yaml"),
        ("-f", "a.yaml,b.yaml"),
        ("a.yaml", "--filename=b.yaml"),
    ],
)
def test_several_files_are_one_document(run, controller, two, command, files):
    ran = run(command, *files)

    assert ran.code == 0, ran.err
    assert ran.err in (
        "",
        "note: Cluster: context memory, server http://memory.invalid, user memory\n",
    )


def test_the_profiles_of_several_files_are_all_planned(run, two):
    lines = run("plan", "a.yaml", "b.yaml").out.splitlines()

    assert [line for line in lines if line in ("a", "b")] == ["a", "b"]


def test_in_the_cluster_nothing_says_which_of_several_files_it_came_from(
    run, api, controller, two, here
):
    (here / "whole.yaml").write_text(entry("a") + entry("b").removeprefix("profiles:\n"))
    run("apply", "a.yaml", "b.yaml")

    assert run("plan", "whole.yaml").last == "No changes. 2 profiles match."


def test_a_folder_is_the_documents_in_it_and_no_folder_below(run, teams):
    assert run("validate", "teams").out == "teams is valid: 1 profile, 0 contributors.\n"


@pytest.mark.parametrize("command", ["plan", "apply", "list-stale"])
def test_the_data_of_a_run_names_its_documents(run, controller, two, command):
    assert run(command, "a.yaml", "-", "-o", "json", stdin=entry("b")).data["documents"] == [
        "a.yaml",
        "standard input",
    ]


def test_several_files_are_valid_in_the_plural(run, two):
    assert (
        run("validate", "a.yaml", "b.yaml").out
        == "a.yaml, b.yaml are valid: 2 profiles, 0 contributors.\n"
    )


def test_of_a_huge_file_and_a_good_one_the_huge_one_is_named(run, two, here):
    (here / "huge.yaml").write_bytes(b"a" * (20 * 1024 * 1024 + 1))

    lines = run("validate", "huge.yaml", "a.yaml").err.splitlines()

    assert [line for line in lines if line.startswith(("error", " -->"))] == [
        "error[too-large]: the document has 20,971,521 bytes, at most 20,971,520 are read",
        " --> huge.yaml",
    ]


def test_files_folders_and_standard_input_go_together(run, teams, two):
    ran = run("validate", "teams", "b.yaml", "-", "--output", "json", stdin=entry("c"))

    assert (ran.data["profiles"], ran.data["document"]) == (3, "teams, b.yaml, standard input")
    assert ran.data["documents"] == ["teams", "b.yaml", "standard input"]


def test_every_problem_of_every_file_is_shown_with_file_and_line(run, here, two):
    (here / "a.yaml").write_text("profiles:\n- nmae: x\n")
    (here / "b.yaml").write_text("profiles:\n- nmae: y\n")

    err = run("validate", "a.yaml", "b.yaml").err

    assert " --> a.yaml:2:3" in err
    assert " --> b.yaml:2:3" in err
    assert err.splitlines()[-1].endswith(" errors in a.yaml, b.yaml. Nothing was sent.")


def test_a_profile_in_two_files_is_one_error_with_both_places(run, here, two):
    (here / "b.yaml").write_text(entry("a"))

    ran = run("apply", "a.yaml", "b.yaml")

    assert ran.code == 1
    assert ran.err.splitlines()[:2] == [
        'error[duplicate-profile]: another profile has the name "a", in a.yaml:2',
        " --> b.yaml:2:9  profiles[0].name",
    ]


def test_files_that_cannot_be_read_are_all_named_and_nothing_is_written(run, api, two):
    ran = run("apply", "absent.yaml", "a.yaml", "gone.yaml")

    assert (ran.code, api.writes) == (1, [])
    assert [line for line in ran.err.splitlines() if line.startswith(" -->")] == [
        " --> absent.yaml",
        " --> gone.yaml",
    ]


@pytest.mark.parametrize(
    ("files", "what", "where"),
    [
        (("a.yaml", "a.yaml"), "it is named twice", "a.yaml"),
        (("a.yaml", "./a.yaml"), "it is the same as a.yaml", "./a.yaml"),
        (("-", "-"), "it is named twice", "<stdin>"),
        (("teams", "teams/"), "it is named twice", "teams"),
        (("teams", "teams/a.yaml"), "it is named twice", "teams/a.yaml"),
    ],
)
def test_the_same_file_twice_is_one_error(run, two, teams, files, what, where):
    ran = run("validate", *files, stdin=entry("c"))

    assert ran.code == 1
    assert ran.err.splitlines()[:2] == [f"error[named-twice]: {what}", f" --> {where}"]


def test_an_empty_folder_is_an_error_and_not_a_document_without_profiles(run, here):
    (here / "empty").mkdir()

    ran = run("apply", "empty")

    assert ran.code == 1
    assert ran.err.splitlines()[:3] == [
        "error[empty-folder]: the folder has no *.yaml, *.yml, *.json; folders in it are not read",
        " --> empty",
        "  = name the folder that has the documents",
    ]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (
            "apiVersion: v1\nkind: Secret\n",
            "error[no-profiles]: this is a Kubernetes manifest, not a PMR",
        ),
        (
            "apiVersion: v1\nkind: Secret\n---\napiVersion: v1\nkind: Secret\n",
            "error[other-form]: these are Kubernetes manifests, not a PMR",
        ),
        (
            "resources:\n- a.yaml\nnamespace: x\n",
            "error[no-profiles]: this is a kustomization, not a PMR",
        ),
    ],
)
def test_a_file_of_kubernetes_among_the_documents_is_one_error(run, teams, content, what):
    (teams / "kustomization.yaml").write_text(content)

    ran = run("validate", "teams")

    assert (ran.code, ran.err.splitlines()[0]) == (1, what)
    assert " --> teams/kustomization.yaml:1:1" in ran.err
    assert ran.err.endswith("1 error in teams. Nothing was sent.\n")


def test_a_link_that_leads_out_of_the_folder_is_refused_and_one_inside_is_followed(
    run, here, teams
):
    (teams / "..data").mkdir()
    (teams / "..data" / "c.yaml").write_text(entry("c"))
    (teams / "c.yaml").symlink_to("..data/c.yaml")  # as a mounted ConfigMap has it
    inside = run("validate", "teams")
    (teams / "d.yaml").symlink_to(here / "pmr.yaml")

    outside = run("validate", "teams")

    assert inside.out == "teams is valid: 2 profiles, 0 contributors.\n"
    assert (outside.code, outside.err.splitlines()[:2]) == (
        1,
        [
            "error[link-out]: it is a symbolic link that leads out of the folder",
            " --> teams/d.yaml",
        ],
    )


def test_what_is_no_file_in_a_folder_is_refused_and_not_waited_for(run, teams):
    os.mkfifo(teams / "pipe.yaml")
    (teams / "circle.yaml").symlink_to("circle.yaml")
    (teams / "lost.yaml").symlink_to("nothing.yaml")

    lines = run("validate", "teams").err.splitlines()

    assert [line for line in lines if line.startswith("error")] == [
        "error[unreadable]: too many levels of symbolic links",
        "error[unreadable]: no such file or directory",
        "error[not-a-file]: it is neither a file nor a folder",
    ]


def test_a_file_name_cannot_steer_the_terminal(run, teams):
    (teams / "\x1b[31m.yaml").write_text("x")

    err = run("validate", "teams").err

    assert "\x1b" not in err
    assert "teams/\\x1b[31m.yaml" in err


def test_files_that_are_larger_together_than_a_document_may_be_are_refused(run, two, monkeypatch):
    monkeypatch.setattr("profiles_management.sources.local_files.LARGEST", 70)

    ran = run("validate", "a.yaml", "b.yaml")

    assert ran.err.splitlines()[:2] == [
        "error[too-large]: the files up to this one are more than 1,000 or have more than 70 bytes",
        " --> b.yaml",
    ]


def test_of_a_folder_with_too_many_files_one_error_is_shown_and_the_rest_is_not_read(
    run, two, here, monkeypatch
):
    (here / "many").mkdir()
    for number in range(10):
        (here / "many" / f"{number}.yaml").write_text("profiles: []\n")
    monkeypatch.setattr("profiles_management.sources.local_files.MOST_FILES", 3)

    lines = run("validate", "many", "a.yaml").err.splitlines()

    assert [line for line in lines if line.startswith(("error", " -->"))] == [
        "error[too-large]: the files up to this one are more than 3 or have more than 20,971,520 bytes",
        " --> many/3.yaml",
    ]
