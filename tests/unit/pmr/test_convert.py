"""A document of github-profiles-automator becomes ours: valid, with a comment at each change."""

import json
import os
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mangled import mangled
from profiles_management.pmr import DocumentError, Rules, loads
from profiles_management.pmr.convert import MARK, convert

OLGA = "olga@example.com"
SHARED = """\
  contributors: &all
  - {name: ann@x.com, role: edit}
  - {name: olga@example.com, role: edit}
- name: web
  owner: {kind: user, name: ann@x.com}
  contributors: *all
"""
HEAD = f"profiles:\n- name: ml\n  owner: {{kind: user, name: {OLGA}}}\n"


def converted(body="", head=HEAD):
    """Convert a profile with these further lines; return the text without its head."""
    text = convert(head + body).text
    loads(text)
    assert text.startswith(head)
    return text.removeprefix(head)


def contributors(*lines):
    return "  contributors:\n" + "".join(f"  {line}\n" for line in lines)


# what stays


@pytest.mark.parametrize(
    "text",
    [
        "profiles: []\n",
        f"{HEAD}# nobody else\n",
        f"{HEAD}  resources: {{}}\n  contributors: []",
        f"{HEAD}  resources:\n    hard:\n      limits.cpu: 1\n".replace("\n", "\r\n"),
        '{"profiles": []}',
        f"x-owner: &owner {{kind: user, name: {OLGA}}}\nprofiles: []\n".partition("\n")[2],
    ],
)
def test_a_document_that_is_ours_stays_as_it_is(text):
    conversion = convert(text)

    assert conversion.text == text
    assert not conversion.changes
    assert not conversion.left_out


def test_a_converted_document_is_not_converted_again():
    text = convert(HEAD + contributors("- {name: olga@example.com, role: edit}")).text

    assert convert(text).text == text


def test_comments_order_and_empty_lines_stay():
    text = (
        "# Teams\n\nprofiles:\n  # the first\n  - name: web   # W\n\n"
        "    contributors:   # nobody\n"
        f"    owner:\n      kind: user\n      name: {OLGA}   # boss\n  # the end\n"
    )

    assert convert(text).text == text.replace(
        "    contributors:   # nobody\n",
        "    # convert: an empty list is written as []\n    contributors: []   # nobody\n",
    )


def test_line_ends_of_windows_stay():
    text = (HEAD + contributors(f"- name: {OLGA}", "  role: edit")).replace("\n", "\r\n")

    found = convert(text).text

    assert "\n" not in found.replace("\r\n", "")


def test_a_byte_order_mark_is_no_obstacle():
    assert loads(convert(f"\ufeff{HEAD}  contributors:\n".encode()).text).has_profile("ml")


# people


def test_an_owner_who_is_listed_as_contributor_loses_that_line():
    body = contributors(
        f"- name: {OLGA}", "  role: admin", "- name: ann@example.com", "  role: edit"
    )

    assert converted(body) == (
        "  contributors:\n"
        '  # convert: "olga@example.com" owns this profile and needs no role in it\n'
        "  # - name: olga@example.com\n"
        "  #   role: admin\n"
        "  - name: ann@example.com\n"
        "    role: edit\n"
    )


@pytest.mark.parametrize(
    ("roles", "kept"),
    [
        (("view", "edit"), "edit"),
        (("admin", "view", "edit"), "admin"),
        (("edit", "edit"), "edit"),
        (("view", "Admin"), "admin"),
        (("viewer", "view"), "view"),
    ],
)
@pytest.mark.parametrize(
    "form", ["- {{name: ann@example.com, role: {}}}", "- role: {}\n    name: ann@example.com"]
)
def test_of_two_roles_the_stronger_is_kept(roles, kept, form):
    body = contributors(*(form.format(role) for role in roles))

    people = loads(HEAD + converted(body)).profiles["ml"].contributors

    assert [(person.name, person.role) for person in people] == [("ann@example.com", kept)]


def test_entries_of_one_line_that_are_neighbours_all_go():
    roles = ("view", "admin", "view", "edit", "admin")
    listed = ", ".join(f"{{name: ann@example.com, role: {role}}}" for role in roles)

    text = converted(f"  contributors: [{listed}]\n")

    assert text.splitlines()[-1] == "  contributors: [{name: ann@example.com, role: admin}]"
    assert text.count(MARK) == len(roles) - 1


@pytest.mark.parametrize(
    "names", [("Ann@example.com", "ann@example.com"), ("ñ@x.com", "n\u0303@x.com")]
)
def test_of_two_spellings_that_clash_the_stronger_role_is_kept(names):
    both = [f"- {{name: {names[0]}, role: view}}", f"- {{name: {names[1]}, role: edit}}"]
    body = contributors(*both)

    people = loads(HEAD + converted(body)).profiles["ml"].contributors

    assert [(person.name, person.role) for person in people] == [(names[1], "edit")]


def test_a_contributor_of_the_owners_name_in_another_case_goes():
    assert converted(contributors("- {name: OLGA@example.com, role: edit}")).startswith(
        '  contributors: []\n  # convert: "olga@example.com" owns this profile'
    )


def test_a_service_account_that_owns_may_have_a_contributors_name():
    head = "profiles:\n- name: ml\n  owner: {kind: service-account, name: ann}\n"
    body = "  contributors: [{name: ann, role: edit}, {name: ann, role: edit}]\n"

    people = loads(head + converted(body, head)).profiles["ml"].contributors

    assert [(person.kind, person.name) for person in people] == [("User", "ann")]


@pytest.mark.parametrize("empty", ["", " null", " ~", "   # none", " !!null ''"])
def test_empty_contributors_are_written_as_none(empty):
    text = convert(f"{HEAD}  contributors:{empty}\n  resources: {{}}\n").text

    assert loads(text).profiles["ml"].contributors == []
    assert "contributors: []" in text


def test_a_role_in_capitals_is_written_as_both_programs_read_it():
    assert converted(contributors("- {name: ann@example.com, role: Edit}")) == (
        "  contributors:\n"
        "  # convert: upper and lower case count (was: Edit)\n"
        "  - {name: ann@example.com, role: edit}\n"
    )


@pytest.mark.parametrize("kind", ["USER", "serviceaccount", "Service-Account"])
def test_a_kind_in_other_letters_is_written_as_both_programs_read_it(kind):
    text = f"profiles:\n- name: ml\n  owner:\n    kind: {kind}\n    name: ann\n"

    assert loads(convert(text).text).profiles["ml"].owner.name == "ann"


# quota


def hard(line, *, flow=False):
    """Return the resources of one converted line, and the text."""
    body = (
        f"  resources: {{hard: {{{line}}}}}\n"
        if flow
        else f"  resources:\n    hard:\n      {line}\n"
    )
    text = converted(body)
    return loads(HEAD + text).profiles["ml"].resources.hard, text


@pytest.mark.parametrize("flow", [False, True])
@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("0.5", "0.5"),
        ("1.0", "1.0"),
        (".5", ".5"),
        ("1.0e+3", "1.0e+3"),
        ("1_000.5", "1000.5"),
        ("010", "8"),
        ("0x10", "16"),
        ("1_000", "1000"),
        ("1:30", "90"),
    ],
)
def test_a_number_that_our_document_refuses_is_quoted_with_the_value_that_it_had(
    written, amount, flow
):
    found, text = hard(f"cpu: {written}", flow=flow)

    assert found == {"cpu": amount}
    assert f"(was: {written})" in text


@pytest.mark.parametrize("written", ["1", '"0.5"', "1e3", "500m"])
def test_an_amount_that_is_fine_stays(written):
    _, text = hard(f"cpu: {written}\n      nvidia.com/gpu: 1")

    assert f"      cpu: {written}\n" in text


@pytest.mark.parametrize("flow", [False, True])
@pytest.mark.parametrize("name", ["nvidia.com/gpu", "amd.com/gpu", "nvidia.com/mig-1g.5gb"])
def test_a_device_is_counted_by_its_requests(name, flow):
    found, text = hard(f"{name}: 2", flow=flow)

    assert found == {f"requests.{name}": "2"}
    assert f"a quota counts this as requests.{name} (was: {name})" in text


def test_a_device_that_is_there_twice_is_there_once():
    found, _ = hard("nvidia.com/gpu: 2\n      requests.nvidia.com/gpu: 4")

    assert found == {"requests.nvidia.com/gpu": "4"}


def test_two_names_of_one_device_are_one_amount():
    found, _ = hard("nvidia.com/gpu: 2\n      limits.nvidia.com/gpu: 2")

    assert found["requests.nvidia.com/gpu"] == "2"


@pytest.mark.parametrize(
    "amount", ["", " .inf", " .nan", " yes", " [1]", " 2024-01-01", " abc", " -1"]
)
def test_an_amount_that_is_none_becomes_a_comment(amount):
    found, text = hard(f"cpu: 1\n      memory:{amount}")

    assert found == {"cpu": "1"}
    assert f"# memory:{amount}" in text


@pytest.mark.parametrize(
    "empty", ["resources:", "resources:\n    hard:", "resources: {scopes: , scopeSelector: ~}"]
)
def test_a_quota_that_sets_nothing_is_no_error(empty):
    resources = loads(HEAD + converted(f"  {empty}\n")).profiles["ml"].resources

    assert resources is None or resources.is_empty


# keys and profiles


@pytest.mark.parametrize(
    ("body", "comment"),
    [
        ("  description: us\n", "  # description: us\n"),
        ("  contributers:\n  - {name: ann@x.com, role: edit}\n", "is contributors meant?\n"),
        ("  1: 2\n", "  # 1: 2\n"),
        ("  text: |\n    a\n\n    b\n", "  # text: |\n  #   a\n  #\n  #   b\n"),
    ],
)
def test_a_key_that_the_peer_ignored_becomes_a_comment(body, comment):
    assert comment in converted(body)


def test_a_key_that_is_there_twice_means_what_the_last_one_says():
    body = contributors("- {name: ann@x.com, role: edit}") + contributors(
        "- {name: bob@x.com, role: view}"
    )

    people = loads(HEAD + converted(body)).profiles["ml"].contributors

    assert [person.name for person in people] == ["bob@x.com"]


def test_a_first_key_that_goes_leaves_its_dash_to_the_next():
    text = (
        "profiles:\n- team: red\n  # its name\n  name: ml\n  owner: {kind: user, name: a@x.com}\n"
    )

    assert convert(text).text == (
        "profiles:\n"
        "  # convert: github-profiles-automator ignores this key\n"
        "  # team: red\n"
        "  # its name\n"
        "- name: ml\n"
        "  owner: {kind: user, name: a@x.com}\n"
    )


def test_an_item_of_nothing_but_ignored_keys_becomes_a_comment():
    assert convert(f"{HEAD}- team: red\n  note: blue\n").text == (
        f"{HEAD}# convert: github-profiles-automator ignores this key\n# - team: red\n#   note: blue\n"
    )


def test_of_two_profiles_of_one_name_the_last_one_is_kept():
    text = f"{HEAD}{HEAD.removeprefix('profiles:' + chr(10)).replace(OLGA, 'nina@example.com')}"

    conversion = convert(text)

    assert loads(conversion.text).profiles["ml"].owner.name == "nina@example.com"
    assert not conversion.left_out


def test_a_profile_with_an_invalid_name_becomes_a_comment_and_is_reported():
    text = f"{HEAD}- name: kube-system\n  owner:\n    kind: user\n    name: x@y.z\n"

    conversion = convert(text)

    assert conversion.left_out == ("profile kube-system",)
    assert [*loads(conversion.text).profiles] == ["ml"]
    assert conversion.text.endswith(
        "# - name: kube-system\n#   owner:\n#     kind: user\n#     name: x@y.z\n"
    )


def test_a_contributor_with_an_invalid_name_becomes_a_comment_and_is_reported():
    conversion = convert(HEAD + contributors('- {name: "*@example.com", role: edit}'))

    assert conversion.left_out == ("contributor *@example.com of ml",)
    assert loads(conversion.text).profiles["ml"].contributors == []


@pytest.mark.parametrize(
    "field", ["until: tomorrow", "until: 2027-02-30", "kind: ServiceAccount", "kind: Team"]
)
def test_nobody_gets_more_because_a_field_was_removed(field):
    body = contributors(
        "- name: ann@x.com", "  role: edit", f"  {field}", "- {name: bob@x.com, role: edit}"
    )

    people = loads(HEAD + converted(body)).profiles["ml"].contributors

    assert [person.name for person in people] == ["bob@x.com"]


def test_rules_of_the_installation_hold():
    conversion = convert(
        HEAD + HEAD.partition("\n")[2].replace("ml", "web"),
        rules=Rules(protected=frozenset({"web"})),
    )

    assert conversion.left_out == ("profile web",)


# what is written again


def test_json_becomes_yaml_since_json_has_no_comments():
    people = [{"name": OLGA, "role": "edit"}, {"name": "😀\u2028", "role": "edit"}]
    data = {
        "profiles": [
            {"name": "ml", "owner": {"kind": "user", "name": OLGA}, "contributors": people}
        ]
    }

    conversion = convert(json.dumps(data))

    assert conversion.text.startswith(
        f"{MARK}written as plain YAML; comments are lost\nprofiles:\n- name: ml\n"
    )
    assert loads(conversion.text).profiles["ml"].contributors == []


@pytest.mark.parametrize(
    "text",
    [
        f"x-team: &team\n  owner: {{kind: user, name: {OLGA}}}\nprofiles:\n- <<: *team\n  name: ml\n",
        f"profiles:\n- name: ml\n  owner: !!map {{kind: user, name: {OLGA}}}\n",
        HEAD + SHARED,
        f"{HEAD}  contributors: &all\n  - {{name: {OLGA}, role: edit}}\n",
        f"profiles: &all\n- name: ml\n  team: red\n  owner: {{kind: user, name: {OLGA}}}\n",
        f"profiles:\n- name: ml\n  owner: &o {{kind: user, name: {OLGA}}}\n  contributors: [*o]\n",
    ],
)
def test_merge_keys_tags_and_shared_parts_are_written_out(text):
    found = loads(convert(text).text).profiles

    assert found["ml"].owner.name == OLGA
    assert all(
        person.name != profile.owner.name
        for profile in found.values()
        for person in profile.contributors
    )


@pytest.mark.parametrize(
    "names", [("ml", "Kube"), ("Kube", "ml")], ids=["with the alias", "with the anchor"]
)
def test_a_profile_is_left_out_although_it_shares_a_part_with_another(names):
    first, second = names
    owner = f"&o {{kind: user, name: {OLGA}}}"
    text = f"profiles:\n- name: {first}\n  owner: {owner}\n- name: {second}\n  owner: *o\n"

    conversion = convert(text)

    assert [*loads(conversion.text).profiles] == ["ml"]
    assert conversion.left_out == ("profile Kube",)


def test_an_alias_elsewhere_does_not_cost_the_comments():
    owner = f"&olga\n    kind: user\n    name: {OLGA}"
    text = f"profiles:\n- name: ml  # kept\n  owner: {owner}\n- name: web\n  contributors:\n  owner: *olga\n"

    found = convert(text).text

    assert "# kept" in found
    assert loads(found).profiles["web"].owner.name == OLGA


# what cannot be converted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "profiles:\n",
        "profiles: {ml: {}}\n",
        "profiles: [",
        "a: b\n",
        "profiles:\n- members: [ann]\n  name: ml\n",
        "profiles: [1, null]\n",
        "apiVersion: kubeflow.org/v1\nkind: Profile\nmetadata: {name: ml}\n",
        "profiles: []\n---\nprofiles: []\n",
        b"\xff\xfe",
        "profiles: &a [*a]\n",
        f"profiles: {'[' * 100}{']' * 100}\n",
    ],
)
def test_what_is_no_such_document_is_refused_with_its_own_problems(text):
    with pytest.raises(DocumentError) as refused:
        loads(text, name="pmr.yaml")
    with pytest.raises(DocumentError) as caught:
        convert(text, name="pmr.yaml")

    assert caught.value.problems == refused.value.problems


def test_a_comment_cannot_be_broken_out_of():
    body = contributors(
        '- {name: "x\\nprofiles: []", role: edit}', "- {name: olga@example.com,\n     role: edit}"
    )

    assert len(loads(HEAD + converted(body)).profiles) == 1


def test_five_hundred_mangled_documents_are_converted_or_refused():
    for text in mangled(500, seed=7):
        try:
            conversion = convert(text)
        except DocumentError:
            continue
        loads(conversion.text)


# what the peer reads and what we read


names = st.sampled_from(
    ["ann@x.com", "Ann@x.com", "bob@x.com", OLGA, "cy", "*", "", " x", "team/a", "用户@x.com"]
)
roles = st.sampled_from(["admin", "edit", "view"])
amounts = st.sampled_from([1, 0.5, 1.5, "2", "1Gi", 10, 2.0, None, "x"])
resources = st.sampled_from(
    ["cpu", "memory", "pods", "nvidia.com/gpu", "requests.nvidia.com/gpu", "foo"]
)
extra = st.dictionaries(
    st.sampled_from(["team", "note", "contact", "x-1"]),
    st.sampled_from(["a", 1, [1], {"b": 2}]),
    max_size=1,
)


@st.composite
def peers_profiles(draw):
    """Draw a profile that the peer's classes take."""
    listed = draw(st.lists(st.fixed_dictionaries({"name": names, "role": roles}), max_size=5))
    quota = st.fixed_dictionaries(
        {}, optional={"hard": st.none() | st.dictionaries(resources, amounts, max_size=3)}
    )
    optional = {
        "contributors": st.none() | st.just([{**person, **draw(extra)} for person in listed]),
        "resources": st.none() | quota,
    }
    owner = {"kind": draw(st.sampled_from(["user", "User"])), "name": draw(names), **draw(extra)}
    name = draw(st.sampled_from(["ml", "web", "data", "Bad_Name"]))
    fields = draw(st.fixed_dictionaries({}, optional=optional)) | draw(extra)
    items = [("name", name), ("owner", owner), *fields.items()]
    return dict(draw(st.permutations(items)))


def is_sayable(name):
    return bool(name) and name.strip(" *") == name


def wanted(data):
    """Return the roles by profile as the peer reads the document, if we can express them."""
    found = {}
    for profile in {one["name"]: one for one in data["profiles"]}.values():
        owner = profile["owner"]["name"]
        if profile["name"] == "Bad_Name" or not is_sayable(owner):
            continue
        people = {}
        for person in profile.get("contributors") or []:
            key = person["name"].casefold()
            if is_sayable(person["name"]) and key != owner.casefold():
                people[key] = max(
                    people.get(key, "view"), person["role"], key=["view", "edit", "admin"].index
                )
        found[profile["name"]] = (owner, people)
    return found


def shared(value, known):
    """Return a value in which equal collections are one object, so that its YAML has aliases."""
    if isinstance(value, dict):
        value = {key: shared(inner, known) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [shared(inner, known) for inner in value]
    else:
        return value
    return known.setdefault(json.dumps(value), value)


@settings(
    max_examples=int(os.environ.get("EXAMPLES", "60")),
    derandomize=True,
    database=None,
    deadline=None,
)
@given(
    data=st.lists(peers_profiles(), min_size=1, max_size=3).map(lambda found: {"profiles": found}),
    flow=st.sampled_from([None, None, True, False]),
    comments=st.booleans(),
    aliases=st.booleans(),
)
def test_everybody_keeps_the_strongest_role_of_the_peers_document(data, flow, comments, aliases):
    given = shared(data, {}) if aliases else json.loads(json.dumps(data))
    text = yaml.safe_dump(given, sort_keys=False, default_flow_style=flow, allow_unicode=True)
    if comments and flow is not True:
        text = re.sub(r"(?m)^( *)(- )?(\w+:.*)$", r"\1# about \3\n\1\2\3  # tail", text)
    try:
        conversion = convert(text)
    except DocumentError:
        assert not wanted(data)
        return

    found = loads(conversion.text).profiles

    assert {
        name: (
            profile.owner.name,
            {person.name.casefold(): person.role for person in profile.contributors},
        )
        for name, profile in found.items()
    } == wanted(data)
    if flow is not True and not aliases:
        lines = [line.strip() for line in text.splitlines() if "# about" in line]
        assert [line for line in lines if line not in conversion.text] == []
