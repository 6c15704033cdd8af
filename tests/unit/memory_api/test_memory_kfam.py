"""The stand-in for KFAM: the dashboard's names, lists and refusals."""

import pytest

from memory_api import Binding, Kfam, KfamError, MemoryApi, ProfileController, binding_name


@pytest.fixture
def api(profile) -> MemoryApi:
    api = MemoryApi()
    ProfileController(api)
    api.call("POST", api.path("Profile"), profile("ml", owner="ann"))
    return api


@pytest.fixture
def kfam(api: MemoryApi) -> Kfam:
    return Kfam(api)


@pytest.mark.parametrize(
    ("user", "role", "name"),
    [
        ("a.b@x.com", "edit", "user-a-b-x-com-clusterrole-edit"),
        ("A..b@x.com", "edit", "user-a-b-x-com-clusterrole-edit"),
        ("é@x.com", "view", "user-x-com-clusterrole-view"),
        ("用户@x.com", "view", "user-x-com-clusterrole-view"),
    ],
)
def test_a_name_is_joined_lowered_and_dashed(user, role, name):
    assert binding_name(user, role) == name


def test_who_is_added_is_listed_with_the_owner(kfam):
    kfam.add("ml", "bob@x.com", "edit", by="ann")

    assert kfam.list("ml") == [Binding("ml", "ann", "admin"), Binding("ml", "bob@x.com", "edit")]


def test_the_pair_has_marks_and_matches_the_header(api):
    Kfam(api, userid_header="x-user", userid_prefix="pre:", principals=("p",)).add(
        "ml", "bob", "view"
    )
    name = "user-bob-clusterrole-view"

    assert api.get("RoleBinding", "ml", name)["metadata"]["annotations"] == {
        "role": "view",
        "user": "bob",
    }
    assert api.get("AuthorizationPolicy", "ml", name)["spec"] == {
        "rules": [
            {
                "from": [{"source": {"principals": ["p"]}}],
                "when": [{"key": "request.headers[x-user]", "values": ["pre:bob"]}],
            }
        ]
    }


def test_two_people_on_one_name_are_one_too_many(kfam):
    kfam.add("ml", "a.b@x.com", "edit")

    with pytest.raises(KfamError, match="already exists") as refused:
        kfam.add("ml", "a-b@x.com", "edit")
    assert refused.value.code == 403


def test_deleting_one_of_them_removes_the_other(kfam):
    kfam.add("ml", "a.b@x.com", "edit")
    kfam.delete("ml", "a-b@x.com", "edit")

    assert kfam.list("ml", role="edit") == []


def test_only_the_owner_or_an_administrator_may_add_and_delete(kfam):
    for refused in (kfam.add, kfam.delete):
        with pytest.raises(KfamError):
            refused("ml", "bob", "edit", by="eve")
    kfam.add("ml", "bob", "edit")


def test_a_policy_that_is_there_already_is_403_but_the_binding_is_made(api, kfam):
    kfam.add("ml", "bob", "edit")
    api.remove("RoleBinding", "ml", "user-bob-clusterrole-edit")

    with pytest.raises(KfamError):
        kfam.add("ml", "bob", "edit")
    assert api.get("RoleBinding", "ml", "user-bob-clusterrole-edit")


@pytest.mark.parametrize("missing", ["RoleBinding", "AuthorizationPolicy"])
def test_half_a_pair_cannot_be_deleted(api, kfam, missing):
    kfam.add("ml", "bob", "edit")
    api.remove(missing, "ml", "user-bob-clusterrole-edit")

    with pytest.raises(KfamError):
        kfam.delete("ml", "bob", "edit")


def test_a_name_too_long_for_a_policy_leaves_a_binding_that_cannot_be_deleted(api, kfam):
    user = f"{'u' * 250}@x.com"

    with pytest.raises(KfamError):
        kfam.add("ml", user, "edit")
    assert api.get("RoleBinding", "ml", binding_name(user, "edit"))
    with pytest.raises(KfamError):
        kfam.delete("ml", user, "edit")


def test_a_list_filters_by_annotation_and_shows_what_is_bound(api, kfam, binding):
    api.put(
        binding(
            "odd", user="real", role="kubeflow-view", annotations={"user": "said", "role": "edit"}
        )
    )

    assert kfam.list(user="said") == [Binding("ml", "real", "view")]
    assert kfam.list(user="real") == []


def test_a_binding_without_both_annotations_is_ignored(api, kfam, binding):
    api.put(binding("half", annotations={"user": "bob"}))

    assert [each.user for each in kfam.list("ml")] == ["ann"]


def test_namespaces_without_a_profile_are_ignored(api, kfam, binding):
    api.put(binding("b", namespace="other", annotations={"user": "bob", "role": "edit"}))

    assert kfam.list(user="bob") == []


def test_an_annotated_binding_without_exactly_one_subject_breaks_every_list_it_passes(
    api, kfam, binding
):
    api.put({**binding("b", annotations={"user": "bob", "role": "edit"}), "subjects": []})

    with pytest.raises(KfamError) as broken:
        kfam.list()
    assert broken.value.code == 401
    assert kfam.list(user="ann") == [Binding("ml", "ann", "admin")]


def test_nothing_of_it_is_in_the_log(api, kfam):
    kfam.add("ml", "bob", "edit")
    kfam.delete("ml", "bob", "edit")

    assert api.log == []
