"""Names of contributors' objects: KFAM's, unless two people would share one."""

import pytest

from engine.build import contributor, document
from engine.looking import let_in, names_of, roles_in
from memory_api import Kfam, KfamError, binding_name
from profiles_management.kubeflow.objects import naming
from profiles_management.reconcile.plan import Person

ANN = Person("User", "ann@example.com")


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("a.b@x.com", "user-a-b-x-com-clusterrole-edit"),
        ("A..b@x.com", "user-a-b-x-com-clusterrole-edit"),
        ("-a-@x.com", "user-a-x-com-clusterrole-edit"),
        ("a b 'c'", "user-a-b-c-clusterrole-edit"),
        ("é@x.com", "user-x-com-clusterrole-edit"),
        ("用户@x.com", "user-x-com-clusterrole-edit"),
        ("\u212aelvin@x.com", "user-kelvin-x-com-clusterrole-edit"),
        ("İx@x.com", "user-ix-x-com-clusterrole-edit"),
    ],
)
def test_a_name_is_what_kfam_makes_of_it(user, name):
    assert naming.kfam_name(Person("User", user), "edit") == name == binding_name(user, "edit")


def test_no_letter_makes_a_name_that_kfam_would_not_make():
    letters = [chr(point) for point in range(0x3000)]

    wrong = [
        one
        for one in letters
        if naming.kfam_name(Person("User", f"a{one}b"), "view") != binding_name(f"a{one}b", "view")
    ]

    assert not wrong


def test_a_group_is_named_after_its_kind():
    assert naming.kfam_name(Person("Group", "team/a"), "view") == "group-team-a-clusterrole-view"


def test_one_person_alone_gets_kfams_name():
    assert naming.assign([(ANN, "edit")]) == {
        (ANN, "edit"): "user-ann-example-com-clusterrole-edit"
    }


def test_two_people_on_one_name_both_get_a_hashed_one():
    people = [(Person("User", "a.b@x.com"), "edit"), (Person("User", "a-b@x.com"), "edit")]

    named = naming.assign(people)

    assert len(set(named.values())) == 2
    assert "user-a-b-x-com-clusterrole-edit" not in named.values()


def test_two_people_who_would_share_a_name_in_one_role_both_get_a_hashed_one():
    people = [(Person("User", "a.b@x.com"), "edit"), (Person("User", "a-b@x.com"), "view")]

    # or a day on which they swap their roles would leave one of them outside
    named = naming.assign(people)

    assert list(named.values()) == [naming.hashed_name(*one) for one in people]


def test_someone_who_would_share_a_name_with_the_owner_gets_a_hashed_one():
    ann = Person("User", "a.nn@example.com")

    # who may change places with them
    named = naming.assign([(ann, "edit")], owner=Person("User", "a-nn@example.com"))

    assert named == {(ann, "edit"): naming.hashed_name(ann, "edit")}


def test_a_hashed_name_does_not_depend_on_who_else_is_there():
    other = (Person("User", "a-b@x.com"), "edit")
    third = (Person("User", "a_b@x.com"), "edit")
    first = (Person("User", "a.b@x.com"), "edit")

    assert naming.assign([first, other])[first] == naming.assign([third, other, first])[first]


def test_a_taken_name_is_given_to_nobody():
    taken = frozenset({"user-ann-example-com-clusterrole-edit"})

    assert naming.assign([(ANN, "edit")], taken)[ANN, "edit"] == naming.hashed_name(ANN, "edit")


@pytest.mark.parametrize("length", [226, 227, 228, 240, 320])
def test_a_name_is_never_longer_than_kubernetes_allows_and_is_known_again(length):
    long = Person("User", "l" * length)

    name = naming.assign([(long, "edit")])[long, "edit"]

    assert len(name) <= 253
    assert naming.kind_in(name) == "User"
    assert naming.is_name_of(name, long, "edit")


def test_two_over_long_people_who_begin_alike_get_two_names():
    people = [(Person("User", "l" * 300 + end), "edit") for end in "12"]

    assert len(set(naming.assign(people).values())) == 2


def test_names_are_those_of_dns_subdomains():
    for user in ("a.@x.com-", "." * 3 + "x", "l" * 230 + "." * 40 + "m"):
        name = naming.hashed_name(Person("User", user), "edit")
        assert name.strip("-") == name
        assert "--" not in name


# in a cluster


def two_alike(profile):
    return document(profile(contributors=[contributor("a.b@x.com"), contributor("a-b@x.com")]))


def test_two_people_on_one_name_both_keep_their_access(world, profile):
    world.apply(two_alike(profile))

    assert roles_in(world.api) == {"owner": "admin", "a.b@x.com": "edit", "a-b@x.com": "edit"}
    assert let_in(world.api) == ["a-b@x.com", "a.b@x.com"]


def test_the_dashboard_cannot_remove_the_wrong_one_of_two_alike(world, profile):
    world.apply(two_alike(profile))

    with pytest.raises(KfamError):
        Kfam(world.api).delete("ml", "a-b@x.com", "edit")

    assert roles_in(world.api) == {"owner": "admin", "a.b@x.com": "edit", "a-b@x.com": "edit"}


def test_somebody_whom_the_dashboard_made_gives_up_the_name_when_another_needs_it(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "a.b@x.com", "edit")

    world.apply(two_alike(profile))

    assert "user-a-b-x-com-clusterrole-edit" not in names_of(world.api, "RoleBinding")
    assert roles_in(world.api) == {"owner": "admin", "a.b@x.com": "edit", "a-b@x.com": "edit"}
    assert not world.plan(two_alike(profile)).changes


def test_once_alone_again_a_person_gets_kfams_name_back(world, profile):
    world.apply(two_alike(profile))

    world.apply(document(profile(contributors=[contributor("a.b@x.com")])))

    assert names_of(world.api, "RoleBinding") == ["user-a-b-x-com-clusterrole-edit"]
    assert names_of(world.api, "AuthorizationPolicy") == ["user-a-b-x-com-clusterrole-edit"]


def test_being_renamed_leaves_no_moment_without_a_role(world, profile):
    world.apply(document(profile(contributors=[contributor("a.b@x.com")])))
    held = []
    world.api.after.append(lambda request: held.append(roles_in(world.api).get("a.b@x.com")))

    world.apply(two_alike(profile))

    assert set(held) == {"edit"}


def test_a_person_with_a_name_too_long_for_kfam_has_access_and_can_lose_it(world, profile):
    long = "l" * 250 + "@x.com"
    world.apply(document(profile(contributors=[contributor(long)])))
    had = roles_in(world.api)

    world.apply(document(profile()))

    assert had == {"owner": "admin", long: "edit"}
    assert roles_in(world.api) == {"owner": "admin"}


def test_what_kfam_left_under_a_name_too_long_is_adopted(world, profile):
    long = "l" * 250 + "@x.com"
    world.apply(document(profile()))
    with pytest.raises(KfamError):
        Kfam(world.api).add("ml", long, "edit")

    world.apply(document(profile(contributors=[contributor(long)])))

    assert roles_in(world.api)[long] == "edit"
    assert [len(name) for name in names_of(world.api, "RoleBinding")] == [253]
    assert let_in(world.api) == [long]
