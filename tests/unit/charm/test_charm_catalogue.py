"""A relation that adds people to open profiles: whom it gets in, and which profiles are open."""

import pytest
from publisher import published

from memory_api import always, injury

BAD = "profiles:\n- name: web\n  owner: {kind: User, name: a@b.c}\n  colour: red\n"
PUBLIC = """\
profiles:
- name: ml
  open: true
  owner: {kind: User, name: boss@example.com}
  contributors:
  - {name: ann@example.com, role: edit}
  - {kind: Group, name: staff, role: view, until: 2026-12-31}
- name: secret
  owner: {kind: User, name: eve@example.com}
"""


def adds(*names, to="ml", role="edit"):
    people = ", ".join(f"{{name: {name}@example.com, role: {role}}}" for name in names)
    return f"profiles:\n- name: {to}\n  contributors: [{people}]\n"


@pytest.fixture
def ask(world):
    """Publish a document of an application that asks for the catalogue; return its report."""

    def ask(app, document, value="1"):
        world.publish(app, **published(document), catalogue=value)
        return world.answer(app)

    return ask


def test_it_gets_the_open_profiles_and_the_people_of_other_sources(world, ask):
    world.configure(pmr=PUBLIC)
    world.publish("teams", adds("zed", role="view"))

    report = ask("portal", adds("bob"))

    assert report.catalogue == (
        {
            "name": "ml",
            "owner": {"kind": "User", "name": "boss@example.com"},
            "open": True,
            "contributors": [
                {
                    "kind": "User",
                    "name": "ann@example.com",
                    "role": "edit",
                    "until": None,
                    "source": "config",
                },
                {
                    "kind": "Group",
                    "name": "staff",
                    "role": "view",
                    "until": "2026-12-31T00:00:00Z",
                    "source": "config",
                },
                {
                    "kind": "User",
                    "name": "zed@example.com",
                    "role": "view",
                    "until": None,
                    "source": "relation:profiles:teams",
                },
            ],
        },
    )


def test_a_document_without_people_gets_it_too(world, ask):
    world.configure(pmr=PUBLIC)

    assert [profile["name"] for profile in ask("portal", "profiles: []").catalogue] == ["ml"]


@pytest.mark.parametrize("value", ["", "0", "yes", "true", "x" * 10_000_000])
def test_an_application_that_does_not_ask_gets_the_names_of_nobody(value, world, ask):
    world.configure(pmr=PUBLIC)

    report = ask("portal", adds("bob"), value)

    assert (report.catalogue, report.applied) == (None, ("ml",))
    [relation] = world.state.get_relations("profiles")
    assert "boss" not in str(relation.local_app_data)
    assert "ann@" not in str(relation.local_app_data)


def test_it_gets_them_too_where_the_option_is_empty(world, ask):
    world.publish("teams", PUBLIC)

    [profile] = ask("portal", adds("bob")).catalogue

    assert [who["source"] for who in profile["contributors"]] == ["relation:profiles:teams"] * 2


def test_it_keeps_the_last_one_while_what_a_source_made_is_not_given(world, ask):
    world.configure(pmr=PUBLIC)
    world.see()
    world.configure()

    report = ask("portal", "profiles: []")

    assert report.catalogue is None


def test_it_keeps_the_last_one_while_a_source_cannot_be_read(world, ask):
    world.configure(pmr=PUBLIC)
    world.publish("teams", BAD)

    assert ask("portal", adds("bob")).catalogue is None


def test_it_keeps_the_last_one_while_the_cluster_is_away(world, api, ask):
    world.configure(pmr=PUBLIC)
    api.faults.append(always(injury("503")))

    report = ask("portal", "profiles: []")

    assert report.catalogue is None
    assert [*report.pending] == ["ml"]


def test_a_person_who_gets_no_access_is_refused_and_the_others_get_theirs(world, ask):
    world.configure(pmr=PUBLIC)

    report = ask("portal", adds("bob", "boss"))

    assert report.applied == ("ml",)
    [refused] = report.refused
    assert (refused.profile, refused.name) == ("ml", "boss@example.com")
    assert refused.reason == "ml belongs to this person"


@pytest.mark.parametrize(
    ("profile", "reason"), [("secret", "secret is not open"), ("lab", "lab does not exist")]
)
def test_people_of_a_profile_that_takes_nobody_are_refused(profile, reason, world, ask):
    world.configure(pmr=PUBLIC)

    report = ask("portal", adds("bob", to=profile))

    assert [*report.failed] == [profile]
    assert [(person.name, person.reason) for person in report.refused] == [
        ("bob@example.com", reason)
    ]


def test_a_role_that_another_application_gives_differently_names_nobody_else(world, ask):
    world.configure(pmr=PUBLIC)
    world.publish("teams", adds("bob", "zed", role="view"))

    report = ask("portal", adds("bob"))

    assert [person.name for person in report.refused] == ["bob@example.com"]
    assert "zed" not in str(report.refused)
    assert "teams" not in str(report.refused)


def test_a_profile_is_named_until_the_people_who_left_the_document_are_out(world, api, ask):
    world.configure(pmr=PUBLIC)
    ask("portal", adds("bob"))
    api.faults.append(always(injury("500"), lambda request: request.verb == "delete"))

    report = ask("portal", "profiles: []")

    assert (report.applied, [*report.pending, *report.failed]) == ((), ["ml"])
    api.faults.clear()
    world.see()
    report = world.answer("portal")
    assert (report.pending, report.failed) == ({}, {})


def test_people_of_a_source_that_cannot_be_read_are_named_as_pending(world, ask):
    world.configure(pmr=PUBLIC)
    ask("portal", adds("bob"))

    report = ask("portal", BAD)

    assert report.problem
    assert report.pending == {"ml": "people of this source still have access there"}
