"""Names of people: identity providers' names pass, and two spellings of a name are one."""

import pytest
from pydantic import ValidationError

from profiles_management.pmr import (
    Contributor,
    ProfilesManagementRepresentation,
    Rules,
    SourceDocument,
    loads,
    merge,
)
from profiles_management.pmr.rules import problems
from profiles_management.pmr.suspicious_names import suspicious_name
from profiles_management.pmr.user_names import is_user_name
from profiles_management.pmr.warnings import document_warnings

USUAL = [
    "ann@example.com",
    "Ann.Lee+ml@Example.co.uk",
    "o'hara@example.com",
    "live.com#ann@example.com",
    "ann_example.com#EXT#@corp.onmicrosoft.com",
    "oidc:ann@example.com",
    "accounts.google.com:ann@example.com",
    "builder@project.iam.gserviceaccount.com",
    "host/build.example.com@EXAMPLE.COM",
    "arn:aws:sts::123456789012:assumed-role/ml/ann@example.com",
    "arn:aws:iam::123456789012:role/MLAdmin",
    "system:serviceaccount:ci:builder",
    "CN=Ann Lee,OU=Vision,DC=example,DC=com",
    "/vision/engineers",
    "CORP\\ann",
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "ann",
    "1234567",
    "用户@例子.中国",
    "josé@exämple.com",
    "иван@пример.рф",
]
NFC, NFD = "jos\u00e9@example.com", "jose\u0301@example.com"


def document(*people, owner="olga@example.com"):
    """Write a document of one open profile with these people."""
    lines = "".join(f'\n  - {{name: "{name}", role: edit}}' for name in people)
    head = f'profiles:\n- name: vision\n  open: true\n  owner: {{kind: User, name: "{owner}"}}\n'
    return f"{head}  contributors:{lines or ' []'}"


@pytest.mark.parametrize("name", USUAL)
def test_a_name_that_an_identity_provider_gives_is_taken_without_a_word(name):
    assert is_user_name(name)
    assert suspicious_name(name, is_user=True) is None
    assert suspicious_name(name, is_user=False) is None


@pytest.mark.parametrize(
    "name", ["Vision Team", "R&D (Berlin)", "[Vision] all", "people at lab", "a, b", "<vision> all"]
)
def test_groups_and_users_without_an_at_sign_may_have_spaces(name):
    assert is_user_name(name)


def test_a_document_of_usual_names_has_no_warnings():
    assert (
        loads(
            document("ann@example.com", "o'hara@example.com", "system:serviceaccount:ci:builder")
        ).warnings
        == ()
    )


def test_where_several_names_have_no_at_sign_that_is_how_this_place_writes_them():
    assert loads(document("ann@example.com", "bob", "cyd")).warnings == ()


def test_a_name_that_is_odd_in_many_profiles_is_warned_of_once():
    first = document("ann@example.com;")

    assert (
        len(loads(first + first.replace("vision", "speech").removeprefix("profiles:")).warnings)
        == 1
    )


def test_an_addition_is_warned_of_as_a_profile_is():
    text = 'profiles: [{name: vision, contributors: [{name: "ann%40example.com", role: edit}]}]'

    (warning,) = loads(text, additions=True).warnings

    assert (warning.code, warning.where.line) == ("odd-user", 1)


def test_a_name_that_nobody_has_is_refused_where_code_builds_the_document_too():
    with pytest.raises(
        ValidationError, match=r'"<ann@example\.com>" contains more than an address\. Write: ann@'
    ):
        Contributor(name="<ann@example.com>", role="edit")


def test_the_error_of_a_service_account_as_a_contributor_names_its_user():
    with pytest.raises(ValidationError, match=r"name: .*system:serviceaccount:NAMESPACE:builder"):
        Contributor(name="builder", kind="ServiceAccount", role="edit")


def test_two_unicode_forms_that_code_lists_clash():
    pmr = loads(document(NFC))
    pmr.profiles["vision"].contributors.append(Contributor(name=NFD, role="edit"))

    assert [problem.code for problem in problems(pmr, Rules())] == ["form-clash"]


def test_warnings_of_a_document_that_code_has_built_do_not_depend_on_the_order_of_its_lists():
    people = [Contributor(name=name, role="edit") for name in ("bob;", "ann;")]
    profile = loads(document()).profiles["vision"]
    built = [
        ProfilesManagementRepresentation([profile.model_copy(update={"contributors": order})])
        for order in (people, people[::-1])
    ]

    assert document_warnings(built[0]) == document_warnings(built[1])
    assert [warning.where.path for warning in document_warnings(built[0])] == [
        "profiles.vision.contributors"
    ] * 2


# several sources


def test_a_source_does_not_add_a_person_whom_the_profile_lists_in_another_unicode_form():
    adds = f'profiles: [{{name: vision, contributors: [{{name: "{NFD}", role: edit}}]}}]'
    merged = merge(
        [
            SourceDocument("config", loads(document(NFC))),
            SourceDocument("git", loads(adds, additions=True)),
        ]
    )

    assert [person.name for person in merged.profiles["vision"].contributors] == [NFC]
    assert [problem.code for problem in merged.origins.refused] == ["case-clash"]
    assert problems(merged, Rules()) == []


def test_a_source_does_not_add_the_owner_in_another_unicode_form():
    adds = f'profiles: [{{name: vision, contributors: [{{name: "{NFD}", role: edit}}]}}]'
    merged = merge(
        [
            SourceDocument("config", loads(document(owner=NFC))),
            SourceDocument("git", loads(adds, additions=True)),
        ]
    )

    assert [problem.code for problem in merged.origins.refused] == ["owner-contributes"]
    assert problems(merged, Rules()) == []


def test_two_sources_that_add_one_person_in_two_unicode_forms_are_in_dispute():
    sources = [SourceDocument("config", loads(document()))]
    for source, name in (("git", NFC), ("relation:profiles:teams", NFD)):
        adds = f'profiles: [{{name: vision, contributors: [{{name: "{name}", role: edit}}]}}]'
        sources.append(SourceDocument(source, loads(adds, additions=True)))
    merged = merge(sources)

    assert merged.profiles["vision"].contributors == []
    assert {problem.code for problem in merged.origins.refused} == {"disputed"}
