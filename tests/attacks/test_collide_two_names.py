"""Two names of people map to one object name: one person would get no access, or the other's."""

import pytest
from engine.build import contributor, document, profile
from engine.looking import let_in, names_of, roles_in
from engine.world import World

from profiles_management import DocumentError
from profiles_management.kubeflow.objects import naming
from profiles_management.pmr import object_names
from profiles_management.pmr.classes import Addition, Contributor, ProfilesManagementRepresentation
from profiles_management.pmr.documents import loads
from profiles_management.pmr.merging import SourceDocument, merge
from profiles_management.pmr.rules import Rules, problems
from profiles_management.reconcile.plan import Person

# Found in two seconds: the first ten digits of their hashes are alike.
FIRST, SECOND = "m.a^l~l-o-r+y@x.com", "m_a~l~l~o$r|y@x.com"
TEXT = f"""\
profiles:
- name: ml
  owner: {{kind: User, name: owner@example.com}}
  contributors:
  - {{name: '{FIRST}', role: edit}}
  - {{name: ann@example.com, role: view}}
  - {{name: '{SECOND}', role: edit}}
"""


@pytest.fixture
def world():
    return World()


@pytest.fixture
def meeting(monkeypatch):
    """Names whose whole hashes are alike."""
    monkeypatch.setattr(object_names, "digest", lambda _: "0" * 64)


def old_name(who, role="edit"):
    return object_names.hashed("User", who, role, digits=10)


def both(**more):
    return document(profile(contributors=[contributor(FIRST), contributor(SECOND)], **more))


def test_the_names_that_met_are_apart():
    assert old_name(FIRST) == old_name(SECOND)
    assert object_names.hashed("User", FIRST, "edit") != object_names.hashed("User", SECOND, "edit")
    assert len(object_names.hashed("User", FIRST, "edit").rpartition("-")[2]) == 20


def test_both_have_access(world):
    world.apply(both())

    assert roles_in(world.api) == {"owner": "admin", FIRST: "edit", SECOND: "edit"}
    assert let_in(world.api) == sorted([FIRST, SECOND])
    assert not world.plan(both()).changes


def with_old_names(world, *people):
    """Give people's objects the names of an earlier version."""
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        for who in people:
            name = object_names.hashed("User", who, "edit")
            obj = world.api.get(kind, "ml", name)
            world.api.remove(kind, "ml", name)
            obj["metadata"]["name"] = old_name(who)
            world.api.put(obj)


def test_objects_under_the_old_name_are_renamed_the_new_pair_first(world):
    a, b = "a.b@x.com", "a-b@x.com"
    pmr = document(profile(contributors=[contributor(a), contributor(b)]))
    world.apply(pmr)
    with_old_names(world, a, b)
    world.api.log.clear()

    world.apply(pmr, writers=1)

    assert [write.method for write in world.api.writes] == ["POST", "POST", "DELETE", "DELETE"] * 2
    assert roles_in(world.api) == {"owner": "admin", a: "edit", b: "edit"}
    wanted = sorted(object_names.hashed("User", who, "edit") for who in (a, b))
    assert (
        names_of(world.api, "RoleBinding") == names_of(world.api, "AuthorizationPolicy") == wanted
    )


def test_who_was_shut_out_by_the_old_name_comes_in(world):
    world.apply(both())
    with_old_names(world, FIRST)
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        world.api.remove(kind, "ml", object_names.hashed("User", SECOND, "edit"))

    world.apply(both())

    assert roles_in(world.api) == {"owner": "admin", FIRST: "edit", SECOND: "edit"}
    assert not world.plan(both()).changes


def test_an_object_under_an_old_name_is_known_although_somebody_edited_it():
    assert naming.is_name_of(old_name(FIRST), Person("User", FIRST), "edit")


# names that still meet


def test_a_document_with_names_that_still_meet_is_refused_at_its_line(meeting):
    with pytest.raises(DocumentError) as refused:
        loads(TEXT, name="pmr.yaml")

    [problem] = refused.value.problems
    assert problem.code == "name-collision"
    assert problem.where.line == 7
    assert FIRST in problem.what
    assert SECOND in problem.what


def test_a_document_built_by_code_is_refused(monkeypatch):
    pmr = both()
    monkeypatch.setattr(object_names, "digest", lambda _: "0" * 64)

    assert [problem.code for problem in problems(pmr, Rules())] == ["name-collision"]


def test_different_roles_never_meet(meeting):
    pmr = document(profile(contributors=[contributor(FIRST), contributor(SECOND, role="view")]))

    assert not problems(pmr, Rules())


def test_very_long_names_that_begin_alike_are_compared_too(meeting):
    long = ["l" * 280 + end for end in ("a", "b")]
    with pytest.raises(ValueError, match="RoleBindings"):
        profile(contributors=[contributor(f"{name}@x.com") for name in long])


def adds(source, who, trusted=True):
    return SourceDocument(source, _additions(who), trusted=trusted)


def _additions(who):
    addition = Addition(name="ml", contributors=[Contributor(name=who, role="edit")])
    return ProfilesManagementRepresentation(additions=[addition])


def test_of_an_addition_that_meets_a_name_of_the_profile_only_the_addition_is_refused(meeting):
    own = document(profile(contributors=[contributor(FIRST)], fields={"open": True}))

    merged = merge(
        [SourceDocument("config", own), adds("relation:profiles:portal", SECOND, trusted=False)]
    )

    assert [person.name for person in merged.profiles["ml"].contributors] == [FIRST]
    [problem] = merged.origins.refused
    assert (problem.code, problem.where.file) == ("name-collision", "relation:profiles:portal")
    assert FIRST not in problem.what
    assert not problems(merged, Rules())


def test_of_two_additions_that_meet_one_is_refused_and_the_rest_goes_on(meeting, world):
    own = document(profile(ann="view", fields={"open": True}))

    merged = merge(
        [
            SourceDocument("config", own),
            adds("relation:profiles:a", FIRST),
            adds("relation:profiles:b", SECOND),
        ]
    )
    world.apply(merged)

    assert len(merged.profiles["ml"].contributors) == 2
    assert [problem.code for problem in merged.origins.refused] == ["name-collision"]
    assert roles_in(world.api) == {"owner": "admin", "ann": "view", FIRST: "edit"}


def test_planning_gives_two_names_even_where_hashes_meet(monkeypatch):
    monkeypatch.setattr(
        object_names, "digest", lambda text: ("1" if text.endswith("/1") else "0") * 64
    )
    keys = [(Person("User", who), "edit") for who in (FIRST, SECOND)]

    assigned = naming.assign(keys)

    assert len(set(assigned.values())) == 2
    assert assigned == naming.assign(reversed(keys))
