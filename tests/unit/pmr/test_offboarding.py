"""A document without a person: what is removed, and that nothing else is changed."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from profiles_management.pmr.offboarding import Action, Leaver, offboard, unified_diff
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.problems import DocumentError

ANN, BOB, ZOE = (f"{name}@example.com" for name in ("ann", "bob", "zoe"))
HEAD = "profiles:\n- name: ml\n  owner: {kind: User, name: boss@example.com}\n"
LEAVER = Leaver(ANN)
TESTS = Path(__file__).parents[2]


def without_ann(contributors):
    """Return the result for the lines after the owner of a profile."""
    edited = offboard(HEAD + contributors, LEAVER).edited()
    assert edited.startswith(HEAD)
    return edited.removeprefix(HEAD)


def places(found, action):
    return [place for place in found.places if place.action is action]


def refusal(document, leaver=LEAVER):
    with pytest.raises(DocumentError) as caught:
        offboard(document, leaver, name="pmr.yaml")
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            f"  contributors:\n  - {{name: {ANN}, role: edit}}  # since May\n  - {{name: {BOB}, role: view}}\n",
            f"  contributors:\n  - {{name: {BOB}, role: view}}\n",
            id="an entry on one line, with the comment behind it",
        ),
        pytest.param(
            f'  contributors:\n  - name: {BOB}\n    role: edit\n  -   name: "{ANN}"  # yes\n\n      role: edit\n'
            f"      # until: 2199-01-01\n\n  - name: {ZOE}\n    role: view\n",
            f"  contributors:\n  - name: {BOB}\n    role: edit\n\n  - name: {ZOE}\n    role: view\n",
            id="an entry on several lines, with the comments in it",
        ),
        pytest.param(
            f"  contributors:\n  # of the team\n  - {{name: {BOB}, role: edit}}\n  # the lead,\n  # asked by zoe\n"
            f"  - {{name: {ANN}, role: edit}}\n  # a guest\n  - {{name: {ZOE}, role: edit}}\n",
            f"  contributors:\n  # of the team\n  - {{name: {BOB}, role: edit}}\n"
            f"  # a guest\n  - {{name: {ZOE}, role: edit}}\n",
            id="the comment directly above",
        ),
        pytest.param(
            f"  contributors:\n  - {{name: {BOB}, role: edit}}\n\n  # guests\n  - {{name: {ANN}, role: edit}}\n"
            f"  - {{name: {ZOE}, role: edit}}\n",
            f"  contributors:\n  - {{name: {BOB}, role: edit}}\n\n  # guests\n  - {{name: {ZOE}, role: edit}}\n",
            id="not a comment that is a heading",
        ),
        pytest.param(
            f"  contributors:\n  - {{name: {BOB}, role: edit}}\n\n  # Ann comes back in May\n"
            f"  - {{name: {ANN}, role: edit}}\n",
            f"  contributors:\n  - {{name: {BOB}, role: edit}}\n\n",
            id="a comment that names the person, wherever it is",
        ),
        pytest.param(
            f"  contributors:  # of the team\n  - {{name: {ANN}, role: edit}}\n  open: true\n",
            "  contributors: []  # of the team\n  open: true\n",
            id="the last contributor of a list leaves an empty list",
        ),
        pytest.param(
            f"  contributors: [{{name: {ANN}, role: edit}}]  # of the team\n",
            "  contributors: []  # of the team\n",
            id="the last contributor in brackets too",
        ),
        pytest.param(
            f"  contributors: [{{name: {ANN}, role: edit}}, {{name: {BOB}, role: view}}]\n",
            f"  contributors: [{{name: {BOB}, role: view}}]\n",
            id="the first in brackets",
        ),
        pytest.param(
            f"  contributors: [ {{name: {BOB}, role: view}} , {{name: {ANN}, role: edit}} ]\n",
            f"  contributors: [ {{name: {BOB}, role: view}}  ]\n",
            id="the last in brackets",
        ),
        pytest.param(
            f"  contributors: [\n    {{name: {BOB},\n     role: view}},  # one\n"
            f"    {{name: {ANN},\n     role: edit}}  # two\n  ]\n",
            f"  contributors: [\n    {{name: {BOB},\n     role: view}}  # one\n  ]\n",
            id="the last in brackets over several lines: the comma before it too",
        ),
        pytest.param(
            f"  contributors: [\n    {{name: {BOB}, role: view}},\n    # two\n    {{name: {ANN}, role: edit}},\n  ]\n",
            f"  contributors: [\n    {{name: {BOB}, role: view}},\n  ]\n",
            id="a comma at the end stays",
        ),
        pytest.param(
            f"  contributors: [\n    {{name: {BOB}, role: view}},\n    {{name: {ANN}, role: edit}}]\n",
            f"  contributors: [\n    {{name: {BOB}, role: view}}]\n",
            id="a bracket behind the last one",
        ),
        pytest.param(
            f"  contributors:\n  - {{name: {ANN}, role: edit}}",
            "  contributors: []\n",
            id="no line end at the end of the file",
        ),
        pytest.param(
            f"  contributors:\n  - {{name: ann, role: edit}}\n  - {{name: {ANN.upper()}, role: edit}}\n"
            f"  - {{name: {ANN}, kind: Group, role: edit}}\n",
            f"  contributors:\n  - {{name: ann, role: edit}}\n  - {{name: {ANN.upper()}, role: edit}}\n"
            f"  - {{name: {ANN}, kind: Group, role: edit}}\n",
            id="nobody with another name or of another kind",
        ),
    ],
)
def test_what_is_removed(before, after):
    assert without_ann(before) == after
    crlf = (HEAD + before).replace("\n", "\r\n")
    assert offboard(crlf, LEAVER).edited() == (HEAD + after).replace("\n", "\r\n")


def test_similar_names_and_groups_named_after_the_person_are_shown_and_stay():
    entries = (
        "ANN@example.com",
        "ann",
        "ann@other.org",
        "ann.smith@example.com",
        "joann@example.com",
        "li@x.org",
    )
    people = "".join(f"  - {{name: {name}, role: view}}\n" for name in entries)
    groups = f"  - {{name: ann-team, kind: Group, role: view}}\n  - {{name: {ANN}, kind: Group, role: view}}\n"

    found = offboard(f"{HEAD}  contributors:\n{people}{groups}", LEAVER)

    similar = [(place.kind, place.name) for place in places(found, Action.KEEP)]
    assert similar == [
        *((UserKind.USER, name) for name in entries[:4]),
        ("Group", "ann-team"),
        ("Group", ANN),
    ]
    assert (found.is_found, found.edits) == (False, ())


def test_the_composed_and_the_decomposed_spelling_of_a_name_are_two_names():
    composed, decomposed = "ren\u00e9@example.com", "rene\u0301@example.com"
    entry = f"{HEAD}  contributors:\n  - {{name: {composed}, role: edit}}\n"

    found = offboard(entry, Leaver(decomposed))

    assert ([place.name for place in places(found, Action.KEEP)], found.edits) == ([composed], ())


def test_every_place_has_its_line_role_and_end():
    document = f"{HEAD}  contributors:\n  - {{name: {ANN}, role: edit, until: 2020-01-01}}\n"

    (place,) = places(offboard(document, LEAVER, name="pmr.yaml"), Action.REMOVE)

    assert (str(place.where), place.profile) == ("pmr.yaml:5:5 profiles[0].contributors[0]", "ml")
    assert (place.role, place.until) == ("edit", "2020-01-01")


def test_other_places_with_the_name_are_shown_and_stay():
    document = (
        f"# Contact: Ann@example.com, joann@example.com, ann@example.com.au\n{HEAD}"
        f"  annotations: {{contact: {ANN}}}\n  contributors:\n  # ask {ANN}\n  - {{name: {ANN}, role: edit}}\n"
        f"  - {{name: {BOB}, role: edit}}  # for {ANN}\n"
    )

    mentioned = offboard(document, LEAVER).mentions

    assert [(mention.where.line, mention.text) for mention in mentioned] == [
        (1, "# Contact: Ann@example.com, joann@example.com, ann@example.com.au"),
        (5, f"annotations: {{contact: {ANN}}}"),
        (9, f"- {{name: {BOB}, role: edit}}  # for {ANN}"),
    ]


def test_a_document_that_only_mentions_the_name_does_not_have_the_person():
    found = offboard(f"{HEAD}  # was owned by {ANN}\n", LEAVER)

    assert (found.is_found, [mention.where.line for mention in found.mentions]) == (False, [4])


OWNED = f"""\
profiles:
- name: a
  owner: {{kind: User, name: {ANN}}}  # since May
  contributors:
  - {{name: {BOB}, role: edit}}
  - {{name: {ZOE}, role: edit}}
- name: b
  owner: {{kind: User, name: {BOB}}}
  contributors: [{{name: {ANN}, role: edit}}, {{name: {ZOE}, role: edit}}]
"""


def test_an_owner_stays_until_somebody_names_a_new_one():
    found = offboard(OWNED, LEAVER)

    assert [place.profile for place in places(found, Action.DECIDE)] == ["a"]
    assert f"name: {ANN}}}  # since May" in found.edited()


def test_a_new_owner_gets_the_profiles_and_loses_the_role_in_them():
    found = offboard(OWNED, Leaver(ANN, new_owner=BOB))

    assert found.edited() == (
        OWNED.replace(f"{ANN}}}  # since", f"{BOB}}}  # since")
        .replace(f"  - {{name: {BOB}, role: edit}}\n", "")
        .replace(f"{{name: {ANN}, role: edit}}, ", "")
    )
    assert [(place.profile, place.name) for place in places(found, Action.PROMOTE)] == [("a", BOB)]


@pytest.mark.parametrize(
    ("written", "new", "expected"),
    [
        (ANN, "o'neil@example.com", '"o\'neil@example.com"'),
        (f'"{ANN}"', BOB, f'"{BOB}"'),
        (f"'{ANN}'", "o'neil@example.com", "'o''neil@example.com'"),
        (ANN, "CN=bob,OU=ml", '"CN=bob,OU=ml"'),
        (ANN, "12", '"12"'),
        (ANN, "ren\u00e9@example.com", '"ren\u00e9@example.com"'),
        (f"&lead {ANN}", BOB, f"&lead {BOB}"),
    ],
)
def test_a_new_owner_is_written_so_that_yaml_reads_the_name(written, new, expected):
    document = f"profiles:\n- name: a\n  owner: {{kind: User, name: {written}}}\n"

    assert offboard(document, Leaver(ANN, new_owner=new)).edited() == document.replace(
        written, expected
    )


def test_a_new_owner_that_no_document_may_name_is_refused():
    assert refusal(OWNED, Leaver(ANN, new_owner="*@example.com")).code == "wildcard"


def test_a_person_who_is_listed_by_aliases_is_removed_everywhere():
    document = (
        f"{HEAD}  contributors: &team\n  - &ann {{name: {ANN}, role: edit}}\n  - {{name: {BOB}, role: edit}}\n"
        "- name: b\n  owner: {kind: User, name: boss@example.com}\n  contributors: *team\n"
        "- name: c\n  owner: {kind: User, name: boss@example.com}\n  contributors: [*ann]\n"
    )

    found = offboard(document, LEAVER)

    assert found.edited() == document.replace(
        f"  - &ann {{name: {ANN}, role: edit}}\n", ""
    ).replace("[*ann]", "[]")
    assert [place.profile for place in places(found, Action.REMOVE)] == ["ml", "b", "c"]


def test_keys_that_are_aliases_are_read_as_what_they_stand_for():
    document = (
        f"{HEAD}  &key contributors: [{{name: {BOB}, role: edit}}]\n"
        f"- name: b\n  owner: {{kind: User, name: {BOB}}}\n  *key : [{{name: {ANN}, role: edit}}]\n"
    )

    assert offboard(document, LEAVER).edited() == document.replace(
        f"[{{name: {ANN}, role: edit}}]", "[]"
    )


VALID = sorted([*(TESTS / "warned").glob("*.yaml"), TESTS.parent / "examples" / "pmr.yaml"])


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_everybody_can_leave_every_valid_document(path):
    document = path.read_bytes()
    everybody = offboard(document, LEAVER).people

    for kind, name in sorted(everybody):
        found = offboard(document, Leaver(name, kind, new_owner="new@example.org"))
        left = offboard(found.edited(), LEAVER).people
        assert found.is_found
        assert everybody - left == {(kind, name)}


def test_an_entry_with_an_anchor_that_something_else_uses_is_refused_with_both_lines():
    document = f"{HEAD}  contributors:\n  - name: {ANN}\n    role: &role edit\n  - name: {BOB}\n    role: *role\n"

    problem = refusal(document)

    assert problem.what == "line 6 defines &role, which line 8 uses"
    assert problem.remedy == "write the value out in line 8, and run the command again"


def test_an_owner_whose_name_others_use_by_an_alias_is_refused():
    document = f"""\
profiles:
- name: a
  owner: {{kind: User, name: &x {ANN}}}
- name: b
  owner: {{kind: Group, name: *x}}
"""

    assert refusal(document, Leaver(ANN, new_owner=BOB)).code == "cannot-edit"


def test_a_layout_that_cannot_be_edited_is_refused_with_the_place():
    document = f"{HEAD}  ? contributors\n  : - {{name: {ANN}, role: edit}}\n    - {{name: {BOB}, role: edit}}\n"

    problem = refusal(document)

    assert (problem.code, str(problem.where)) == (
        "cannot-edit",
        "pmr.yaml:5:7 profiles[0].contributors[0]",
    )
    assert problem.what == f'"{ANN}" cannot be removed without changing more than that'


def test_a_document_that_is_not_valid_is_refused_as_everywhere():
    assert refusal(HEAD + "  contributers: []\n").code == "unknown-key"


def test_entries_that_add_to_profiles_of_other_files_are_edited_too():
    document = f"profiles:\n- name: ml\n  contributors:\n  - {{name: {ANN}, role: edit}}\n  - {{name: {BOB}, role: edit}}\n"

    assert ANN not in offboard(document, LEAVER).edited()


PERSON = {"name": ANN, "role": "edit"}
JSON = {
    "profiles": [
        {
            "name": "ml",
            "owner": {"kind": "User", "name": "boss@example.com"},
            "annotations": {"note": '\U0001f600 \u2028 "}, [\\"'},
            "contributors": [{"name": BOB, "role": "edit"}, PERSON, {"name": ZOE, "role": "view"}],
        },
        {
            "name": "a",
            "owner": {"kind": "User", "name": BOB},
            "contributors": [{"name": ZOE, "role": "view"}, PERSON],
        },
        {
            "name": "b",
            "owner": {"kind": "User", "name": BOB},
            "contributors": [PERSON, {"name": ZOE, "role": "view"}],
        },
        {"name": "c", "owner": {"kind": "User", "name": BOB}, "contributors": [PERSON]},
    ]
}


@pytest.mark.parametrize(
    "form", [{}, {"indent": 2}, {"indent": 1, "ensure_ascii": False}, {"separators": (",", ":")}]
)
def test_json_stays_json_in_the_same_layout(form):
    expected = {"profiles": [_without(profile) for profile in JSON["profiles"]]}

    edited = offboard(json.dumps(JSON, **form), LEAVER).edited()

    assert edited == json.dumps(expected, **form)


def _without(profile):
    return profile | {
        "contributors": [person for person in profile["contributors"] if person != PERSON]
    }


# any layout

NAMES = [ANN, BOB, ZOE, "ann-team", "li@example.com"]
COMMENTS = st.sampled_from(
    ["", "", "", "  # a comment\n", "\n", "# far out\n", "\n  # below\n", "    # deep, ann\n"]
)
BEHIND = st.sampled_from(["", "", "  # behind: [{,"])


@st.composite
def lists(draw):
    """Return the names of contributors, and the text of their list in some layout."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=4))
    if draw(st.booleans()):
        return names, "  contributors:\n" + "".join(_block_item(draw, name) for name in names)
    items = [
        draw(st.sampled_from(["", "\n   ", "\n  # c\n    "])) + _flow_item(draw, name)
        for name in names
    ]
    between = [
        draw(st.sampled_from([", ", ",", " , ", ",\n    ", ",  # c\n    ", "\n    , "]))
        for _ in names
    ]
    between[-1] = draw(st.sampled_from(["", " ", ",", ",\n  ", "\n  "]))
    return names, "  contributors: [" + "".join(
        map("".join, zip(items, between, strict=True))
    ) + "]\n"


FLOW = (
    "{{name: {0}, role: edit}}",
    '{{"name": "{0}", role: edit}}',
    "{{name: {0},\n      role: edit}}",
)
BLOCK = (
    "  - name: {0}{1}\n    role: edit\n",
    "  -\n    role: edit{1}\n    name: '{0}'\n",
    "  -   name: >-{1}\n        {0}\n      role: edit\n",
    *(f"  - {item}{{1}}\n" for item in FLOW),
)


def _flow_item(draw, name):
    return draw(st.sampled_from(FLOW)).format(name)


def _block_item(draw, name):
    return draw(COMMENTS) + draw(st.sampled_from(BLOCK)).format(name, draw(BEHIND))


@given(st.lists(lists(), min_size=1, max_size=3), st.sampled_from(["\n", "\r\n"]))
def test_in_any_layout_the_person_goes_and_everybody_else_stays(profiles, line_end):
    text = "profiles:\n" + "".join(
        f"- name: p{number}\n  owner: {{kind: User, name: boss@example.com}}\n{listed}"
        for number, (_, listed) in enumerate(profiles)
    )
    text = text.replace("\n", line_end)

    found = offboard(text, LEAVER)

    read = yaml.safe_load(found.edited())["profiles"]
    names = [[person["name"] for person in profile["contributors"]] for profile in read]
    assert names == [[name for name in listed if name != ANN] for listed, _ in profiles]
    assert _is_subsequence(re.sub(r"\[\]|\s", "", found.edited()), re.sub(r"\s", "", text))


def _is_subsequence(short, long):
    rest = iter(long)
    return all(mark in rest for mark in short)


# diffs


def test_the_diff_of_an_emptied_list_has_removed_lines_together_before_the_added_one():
    text = (
        "profiles:\n- name: ml\n"
        f"  owner: {{kind: User, name: {BOB}}}\n"
        f"  contributors:\n  - name: {ANN}\n    role: edit\n"
    )
    found = offboard(text, Leaver(ANN))

    diff = unified_diff(found.text, found.edits, "pmr.yaml").splitlines()

    assert diff[-4:] == [
        "-  contributors:",
        f"-  - name: {ANN}",
        "-    role: edit",
        "+  contributors: []",
    ]


def test_git_apply_accepts_the_diff(tmp_path):
    entry = "- name: p{0}\n  owner: {{kind: User, name: {1}}}\n  contributors:\n  - {{name: li@x.org, role: view}}\n"
    profiles = [entry.format(number, BOB if number % 7 else ANN) for number in range(40)]
    last = f"- name: last\n  owner: {{kind: User, name: {BOB}}}\n  contributors: [{{name: {ANN}, role: edit}}]"
    odd = f"- name: odd\n  owner: {{kind: User, name: {BOB}}}\n  contributors: [{{name: {BOB}, role: edit}}\n"
    odd = (
        odd.replace(f"[{{name: {BOB}", "[{name: li@x.org")
        + f"    , {{name: {ANN}, role: edit}} ]\n"
    )
    text = "".join(["profiles:\n", *profiles, odd, last])
    found = offboard(text, Leaver(ANN, new_owner=ZOE))
    (tmp_path / "pmr.yaml").write_text(text)

    diff = unified_diff(found.text, found.edits, "pmr.yaml")
    git = ["git", "apply", "-p0", "--whitespace=nowarn"]
    subprocess.run(git, input=diff, text=True, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603

    assert (tmp_path / "pmr.yaml").read_text() == found.edited()
    assert "\\ No newline at end of file\n" in diff
