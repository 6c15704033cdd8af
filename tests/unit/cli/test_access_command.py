"""`access`: people that `--person` finds, counts, gaps of the report, cluster-wide access."""

import pytest

from memory_api import forbid

RBAC = "rbac.authorization.k8s.io"
DOCUMENT = """
profiles:
- name: data
  owner: {kind: User, name: dan@example.com}
  contributors:
  - {name: ann@example.com, role: edit, until: 2026-11-02}
  - {name: joann@example.com, role: view}
  - {kind: Group, name: annotators, role: view}
- name: ml
  owner: {kind: User, name: ann@example.com}
- name: web
  owner: {kind: User, name: Li@example.com}
  contributors:
  - {name: ann@example.com, role: view}
  - {name: ann@example.org, role: view}
"""
OTHERS = "RoleBindings outside of profiles, the members of groups, a profile's own ServiceAccounts, other gateways."
NOT_COVERED = (
    f"note: Not covered: ClusterRoleBindings (the command lists them with --cluster-wide), {OTHERS}"
)


@pytest.fixture
def ask(run, controller):
    """Apply a document, then run `access` for a person; return exit code and lines."""
    run("apply", "-", stdin=DOCUMENT)

    def asked(person, *more):
        ran = run("access", "--person", person, *more)
        return ran.code, ran.out.splitlines()

    return asked


@pytest.fixture
def bound(api):
    """Bind subjects to a ClusterRole in every namespace."""

    def bind(name, role, *subjects, labels=None):
        api.put(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": name, "labels": labels or {}},
                "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
                "subjects": [
                    {"apiGroup": RBAC, "kind": kind, "name": who} for kind, who in subjects
                ],
            }
        )

    return bind


def headings(lines):
    return [line for line in lines if " has access to " in line]


def test_the_whole_name_finds_that_person_alone_and_says_how_many_profiles(ask):
    assert ask("ann@example.com") == (
        0,
        [
            "ann@example.com has access to 3 profiles.",
            "PROFILE  ROLE   UNTIL",
            "data     edit   2026-11-02",
            "ml       owner  -",
            "web      view   -",
        ],
    )


def test_a_part_of_a_name_finds_everybody_whose_name_contains_it_grouped_by_person(ask):
    code, lines = ask("ANN")

    assert (code, lines[0]) == (0, '4 people and groups match "ANN".')
    assert headings(lines) == [
        "ann@example.com has access to 3 profiles.",
        "ann@example.org has access to 1 profile.",
        "annotators (Group) has access to 1 profile.",
        "joann@example.com has access to 1 profile.",
    ]


def test_the_tables_of_several_people_are_aligned(run, ask, keeps):
    keeps("access-people.txt", run("access", "--person", "ann").out)


@pytest.mark.parametrize("asked", ["li@example.com", "LI@EXAMPLE.COM", " Li@example.com "])
def test_an_address_in_another_letter_case_finds_that_person(ask, asked):
    assert headings(ask(asked)[1]) == ["Li@example.com has access to 1 profile."]


@pytest.mark.parametrize("asked", ["an@example.com", "anna@example.com", "joan@example.com"])
def test_no_other_person_is_listed_or_suggested_for_an_address_that_has_no_access(ask, asked):
    code, lines = ask(asked)

    assert code == 1
    assert lines == [
        f'"{asked}" matches nobody who has access to any profile. No other name is similar.'
    ]


def test_a_person_who_was_just_removed_is_not_mistaken_for_somebody_else(run, ask):
    removed = DOCUMENT.replace("  - {name: joann@example.com, role: view}\n", "")
    run("apply", "-", stdin=removed)

    code, lines = ask("joann@example.com")

    assert (code, len(lines)) == (1, 1)
    assert " ann@example.com" not in lines[0]


@pytest.mark.parametrize(
    ("asked", "similar"),
    [
        ("ann@example.net", "ann@example.com, ann@example.org"),
        ("a.n.n@example.com", "ann@example.com, ann@example.org"),
        ("joanm", "joann@example.com"),
        ("annotater", "annotators"),
    ],
)
def test_nobody_found_names_what_may_have_been_meant(ask, asked, similar):
    code, lines = ask(asked)

    assert code == 1
    assert lines == [
        f'"{asked}" matches nobody who has access to any profile. Similar names: {similar}.'
    ]


def test_nobody_found_is_an_error_for_scripts_too(run, ask):
    ran = run("access", "--person", "nobody@example.com", "--output", "json")

    assert (ran.code, ran.data["access"], ran.data["people"]) == (1, [], [])
    assert [one["code"] for one in ran.data["errors"]] == ["unknown-person"]


def test_nobody_found_in_one_profile_says_which(ask):
    assert ask("ann@example.org", "--profile", "ml")[1] == [
        '"ann@example.org" matches nobody who has access to ml. Similar names: ann@example.com.'
    ]


@pytest.mark.parametrize("asked", ["ci:deployer", "system:serviceaccount:ci:deployer", "ci:dep"])
def test_a_service_account_is_found_by_either_of_its_names(ask, api, asked):
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "ci", "namespace": "web"},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "kubeflow-edit"},
        "subjects": [{"kind": "ServiceAccount", "namespace": "ci", "name": "deployer"}],
    }
    api.put(binding)

    assert ask(asked)[1][0] == "ci:deployer (ServiceAccount) has access to 1 profile."


def test_an_empty_name_is_refused(run):
    ran = run("access", "--person", " ")

    assert (ran.code, ran.out) == (1, "")
    assert "--person" in ran.err


def test_it_says_what_it_does_not_see(run, ask):
    for arguments in ((), ("--person", "ann@example.com"), ("--person", "nobody")):
        assert run("access", *arguments).err.splitlines()[-1] == NOT_COVERED


def test_the_data_counts_profiles_and_says_what_is_not_seen(run, ask):
    data = run("access", "--person", "ann@example.com", "--output", "json").data

    assert data["people"] == [{"kind": "User", "name": "ann@example.com", "profiles": 3}]
    assert data["cluster_wide"] is None
    assert data["not_covered"][0].startswith("ClusterRoleBindings")
    assert data["access"][0] == {
        "profile": "data",
        "person": {"kind": "User", "name": "ann@example.com"},
        "role": "edit",
        "until": "2026-11-02T00:00:00Z",
        "expired": False,
        "owner": False,
        "managed": True,
        "source": "",
        "deleting": False,
    }


def test_access_that_should_have_ended_is_marked(run, ask, api):
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        binding = api.get(kind, "data", "user-ann-example-com-clusterrole-edit")
        binding["metadata"]["annotations"]["profiles-management.io/until"] = "2026-10-01T00:00:00Z"
        api.put(binding)

    assert "data     edit   2026-10-01 (expired)" in ask("ann@example.com")[1]
    data = run("access", "--person", "ann@example.com", "--output", "json").data
    assert [one["expired"] for one in data["access"]] == [True, False, False]


def test_names_that_include_everybody_are_shown_with_a_person(run, ask, api):
    policy = {"name": "open", "namespace": "web"}
    spec = {
        "rules": [
            {"when": [{"key": "request.headers[kubeflow-userid]", "values": ["*@example.com"]}]}
        ]
    }
    api.put(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": policy,
            "spec": spec | {"action": "ALLOW"},
        }
    )

    lines = ask("dan@example.com")[1]

    assert lines[-3] == "Names that include everybody or many:"
    assert lines[-1].split() == [
        "web",
        "*@example.com",
        "mesh",
        "only",
        "(not",
        "managed",
        "here)",
        "-",
    ]
    code, lines = ask("gone@example.com")
    assert (code, lines[-1].split()[1]) == (1, "*@example.com")
    assert "Names that include" not in "".join(ask("li@example.org")[1])


# --cluster-wide


def test_cluster_wide_lists_the_bindings_of_people_and_groups_in_profiles(run, ask, bound):
    bound("admins", "cluster-admin", ("User", "ann@example.com"), ("User", "stranger@example.com"))
    bound("lookers", "view", ("Group", "annotators"), ("Group", "strangers"))
    bound("theirs", "view", ("ServiceAccount", "joann@example.com"))

    ran = run("access", "--cluster-wide")

    assert ran.out[ran.out.index("Access to every") :].splitlines() == [
        "Access to every namespace by ClusterRoleBindings:",
        "CLUSTERROLEBINDING  PERSON              CLUSTERROLE",
        "admins              ann@example.com     cluster-admin",
        "lookers             annotators (Group)  view",
    ]
    assert ran.err.splitlines()[-1] == f"note: Not covered: {OTHERS}"


def test_cluster_wide_with_a_person_lists_theirs_also_without_any_profile(ask, bound):
    bound("admins", "cluster-admin", ("User", "ann@example.com"), ("User", "root@example.com"))

    code, lines = ask("root@example.com", "--cluster-wide")

    assert (code, lines) == (
        0,
        [
            "root@example.com has access to no profile.",
            "",
            "Access to every namespace by ClusterRoleBindings:",
            "CLUSTERROLEBINDING  PERSON            CLUSTERROLE",
            "admins              root@example.com  cluster-admin",
        ],
    )


def test_cluster_wide_lists_those_of_people_in_a_document(run, ask, bound, here):
    bound("admins", "cluster-admin", ("User", "new@example.com"))
    reserved = "- name: ml\n  labels: {pod-security.kubernetes.io/enforce: baseline}\n"
    document = DOCUMENT.replace("joann@", "new@").replace("- name: ml\n", reserved)
    (here / "new.yaml").write_text(document, encoding="utf-8")

    assert run("access", "--cluster-wide").out.splitlines()[-1] == "None."
    assert (
        "admins              new@example.com  cluster-admin"
        in run("access", "new.yaml", "--cluster-wide").out
    )


def test_cluster_wide_lists_what_everybody_who_is_signed_in_has_but_for_the_defaults(
    run, ask, bound
):
    everybody = ("Group", "system:authenticated")
    bound(
        "system:discovery",
        "system:discovery",
        everybody,
        labels={"kubernetes.io/bootstrapping": "rbac-defaults"},
    )
    bound("oops", "cluster-admin", everybody)

    data = run("access", "--person", "ann@example.com", "--cluster-wide", "--output", "json").data

    assert data["cluster_wide"] == [
        {
            "binding": "oops",
            "role": "cluster-admin",
            "person": {"kind": "Group", "name": "system:authenticated"},
        }
    ]
    assert run("access", "--person", "gone@example.com", "--cluster-wide").code == 1


def test_cluster_wide_lists_no_service_account_and_who_was_added_to_a_default_binding(
    run, ask, bound
):
    bound("theirs", "view", ("ServiceAccount", "ann@example.com"))
    people = ("Group", "system:masters"), ("User", "ann@example.com")
    bound(
        "cluster-admin",
        "cluster-admin",
        *people,
        labels={"kubernetes.io/bootstrapping": "rbac-defaults"},
    )

    data = run("access", "--person", "ann", "--cluster-wide", "--output", "json").data

    assert [(one["binding"], one["person"]["kind"]) for one in data["cluster_wide"]] == [
        ("cluster-admin", "User")
    ]


def test_a_permission_that_listing_does_not_need_is_no_warning(run, ask, api):
    api.faults.append(forbid("get", "clusterroles"))

    ran = run("access", "--output", "json")

    assert (ran.code, ran.data["warnings"]) == (0, [])


def test_a_name_that_would_steer_a_terminal_is_escaped(run, ask, bound):
    bound("bad", "view", ("User", "ann\x1b[2J@example.com"))

    out = run("access", "--person", "ann", "--cluster-wide").out

    assert "\x1b" not in out
    assert r"ann\x1b[2J@example.com has access to no profile." in out


def test_a_document_without_cluster_wide_is_refused(run):
    ran = run("access", "pmr.yaml")

    assert (ran.code, ran.out) == (1, "")
    assert "--cluster-wide" in ran.err


def test_cluster_wide_of_a_folder_is_refused(run, folder):
    folder("apply", "pmr.yaml")

    ran = folder("access", "--cluster-wide")

    assert ran.code == 1
    assert (
        "A folder holds no ClusterRoleBindings: leave out --directory, or --cluster-wide."
        in ran.err
    )


def test_the_cluster_role_has_what_cluster_wide_needs(run):
    rules = run("rbac", "--plan-only", "--with-cluster-wide", "--output", "json").data["rules"]

    assert {"apiGroups": [RBAC], "resources": ["clusterrolebindings"], "verbs": ["list"]} in rules
    assert "clusterrolebindings" not in run("rbac", "--plan-only").out


def test_a_missing_permission_is_named_with_the_command_that_prints_it(run, ask, api):
    api.faults.append(forbid("list", "clusterrolebindings"))

    ran = run("access", "--cluster-wide")

    assert ran.code == 1
    assert "Not allowed to list clusterrolebindings" in ran.err
    said = " ".join(ran.err.split())
    assert (
        "`profiles-management rbac --plan-only --with-cluster-wide` prints all that is needed"
        in said
    )


def test_what_could_not_be_read_is_a_warning_in_every_form(run, ask, api):
    people = [
        {"apiGroup": RBAC, "kind": "User", "name": f"user{number}@example.com"}
        for number in range(1_200)
    ]
    role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "kubeflow-view"}
    for space in ("data", "elsewhere"):
        metadata = {"name": "many", "namespace": space}
        api.put(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "RoleBinding",
                "metadata": metadata,
                "roleRef": role,
                "subjects": people,
            }
        )

    what = "RoleBinding data/many names 1,200 people, of whom only 1,000 are checked"
    assert f"warning: {what}" in " ".join(run("access").out.split())
    assert [one["what"] for one in run("access", "--output", "json").data["warnings"]] == [what]
    assert what in run("access", "--output", "html").out
    assert what in " ".join(run("access", "--output", "csv").err.split())
    assert "elsewhere" not in run("access", "--output", "json").out
    assert run("access", "--profile", "ml", "--output", "json").data["warnings"] == []


def test_ten_thousand_people_are_searched_without_a_pause(api, run, bound):
    people = [("User", f"person{number}@example.com") for number in range(10_000)]
    bound("many", "view", *people)

    ran = run("access", "--person", "persom77", "--cluster-wide")

    assert (ran.code, "Similar names: person77" in ran.out) == (1, True)


def test_where_no_profile_is_left_what_could_not_be_read_is_shown(run, here):
    (here / "out").mkdir()
    (here / "out" / "profile.yaml").write_text("kind: [Profile")

    ran = run("access", "--directory", "out")

    assert ran.out.startswith("No profiles found.")
    assert "warning: out/profile.yaml" in ran.out


def test_access_in_a_profile_that_no_document_created_is_not_managed(run, ask, api):
    owner = {"kind": "User", "name": "eva@example.com"}
    api.put(
        {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": "by-hand"},
            "spec": {"owner": owner},
        }
    )

    (entry,) = run("access", "--profile", "by-hand", "--output", "json").data["access"]

    assert (entry["person"], entry["owner"], entry["managed"]) == (owner, True, False)
    assert "owner (not managed here)" in run("access", "--profile", "by-hand").out
    assert ",no," in run("access", "--profile", "by-hand", "--output", "csv").out
    assert "not managed" not in run("access", "--profile", "ml").out
