"""Users change or recreate their own RoleBinding all the time to keep it."""

import copy

import pytest
from engine.build import document, profile
from engine.looking import let_in, roles_in
from engine.world import World

from profiles_management import Settings, delete_stale_profiles
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.report import Result

ANN = "user-ann-example-com-clusterrole-edit"
KINDS = ("RoleBinding", "AuthorizationPolicy")
OTHER = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "zoe@example.com"}


@pytest.fixture
def world():
    return World()


class Runner:
    """Somebody who does something to an object right before each write that concerns it."""

    def __init__(self, world, act, name=ANN, times=10_000):
        self.api = world.api
        self.act = act
        self.name = name
        self.left = times
        self.seen = 0
        world.api.faults.append(self)

    def __call__(self, request, act):
        if self.left and request.writes and (request.namespace, request.name) == ("ml", self.name):
            kind = {"rolebindings": "RoleBinding", "authorizationpolicies": "AuthorizationPolicy"}[
                request.resource
            ]
            self.left -= 1
            self.seen += 1
            obj = self.api.get(kind, request.namespace, request.name)
            if obj is not None:
                self.act(self.api, obj, self.seen)
        return act()


def touch(api, obj, number):
    obj["metadata"].setdefault("annotations", {})["example.com/n"] = str(number)
    api.put(obj)


def add_a_finalizer(api, obj, number):
    if "deletionTimestamp" not in obj["metadata"]:
        obj["metadata"]["finalizers"] = [f"example.com/{number}"]
    api.put(obj)


def take_our_marks_off(api, obj, number):
    obj["metadata"].pop("labels", None)
    obj["metadata"]["annotations"] = {"example.com/n": str(number)}
    api.put(obj)


def name_somebody_else(api, obj, number):
    obj["metadata"]["annotations"]["user"] = f"zoe{number}@example.com"
    api.put(obj)


def look_like_a_copy(api, obj, number):
    obj["metadata"].setdefault("labels", {})["hnc.x-k8s.io/inherited-from"] = f"parent{number}"
    api.put(obj)


def add_somebody(api, obj, number):
    if "subjects" in obj:
        obj["subjects"] = [*obj["subjects"], {**OTHER, "name": f"zoe{number}@example.com"}]
        api.put(obj)
    else:
        touch(api, obj, number)


def make_it_again(api, obj, _):
    again = copy.deepcopy(obj)
    for key in ("uid", "resourceVersion", "creationTimestamp"):
        again["metadata"].pop(key, None)
    api.remove(obj["kind"], "ml", obj["metadata"]["name"])
    api.put(again)


CHANGES = [
    touch,
    add_a_finalizer,
    take_our_marks_off,
    name_somebody_else,
    look_like_a_copy,
    add_somebody,
]


def has_no_access(world, who="ann"):
    return who not in roles_in(world.api) and who not in let_in(world.api) and not bound(world, who)


def bound(world, who):
    """Return whether any object in the namespace binds the person, with any annotations."""
    return any(
        subject["name"] == f"{who}@example.com"
        for binding in world.api.objects("RoleBinding", "ml")
        for subject in binding.get("subjects", [])
    )


@pytest.mark.parametrize("act", CHANGES)
def test_changing_the_object_before_every_write_keeps_nothing(world, act):
    world.apply(document(profile(ann="edit", bob="edit")))
    Runner(world, act)

    report = world.apply(document(profile(li="edit", cpu="2")))

    assert has_no_access(world)
    assert "li" in roles_in(world.api)
    assert report.exit_code == 0


@pytest.mark.parametrize("act", CHANGES)
def test_a_weaker_role_cannot_be_put_off(world, act):
    world.apply(document(profile(ann="edit")))
    Runner(world, act)

    report = world.apply(document(profile(ann="view")))

    assert roles_in(world.api)["ann"] == "view"
    assert report.exit_code == 0


@pytest.mark.parametrize("act", [touch, add_somebody, name_somebody_else])
def test_somebody_who_was_added_as_a_subject_is_removed(world, act):
    world.apply(document(profile(ann="edit")))
    binding = world.api.get("RoleBinding", "ml", ANN)
    binding["subjects"].append(OTHER)
    world.api.put(binding)
    Runner(world, act)

    world.apply(document(profile(ann="edit")))

    assert bound(world, "ann")
    assert not bound(world, "zoe")


def test_a_policy_that_is_opened_again_before_every_write_is_closed(world):
    def let_everybody_in(api, obj, number):
        obj["spec"] = {
            "action": "ALLOW",
            "rules": [{}],
            "selector": {"matchLabels": {"n": str(number)}},
        }
        api.put(obj)

    world.apply(document(profile(ann="edit")))
    wanted = world.api.get("AuthorizationPolicy", "ml", ANN)["spec"]
    let_everybody_in(world.api, world.api.get("AuthorizationPolicy", "ml", ANN), 0)
    Runner(world, let_everybody_in)

    world.apply(document(profile(ann="edit")))

    assert world.api.get("AuthorizationPolicy", "ml", ANN)["spec"] == wanted


def test_an_object_that_is_made_again_before_every_write_stays_pending_and_holds_up_nothing_but_grants(
    world,
):
    world.apply(
        document(
            profile(ann="edit", bob="edit", li="admin", max="view"), profile("other", ann="edit")
        )
    )
    Runner(world, make_it_again)
    world.api.log.clear()

    report = world.apply(
        document(profile(li="view", max="admin", zoe="edit", cpu="2"), profile("other", dan="edit"))
    )

    roles = roles_in(world.api)
    assert "bob" not in roles  # the other revocation
    assert roles["li"] == "view"  # takes something away
    assert world.api.get("Profile", None, "ml")["spec"]["resourceQuotaSpec"]["hard"] == {
        "limits.cpu": "2"
    }
    assert roles["max"] == "view"  # gives something
    assert "zoe" not in roles
    assert roles_in(world.api, "other") == {"owner": "admin", "dan": "edit"}
    assert report.exit_code == 4
    [pending] = report.having(Result.PENDING)
    assert ANN in str(pending.change.target)
    assert "before each of 4 attempts" in pending.why
    assert {outcome.change.person.name for outcome in report.having(Result.NOT_TRIED)} == {
        "max@example.com",
        "zoe@example.com",
    }
    assert len(world.api.log) < 80
    assert world.ticks.slept == 0


@pytest.mark.parametrize("times", [1, 5, 11])
def test_the_run_tries_again_and_grants_once_it_is_done(world, times):
    world.apply(document(profile(ann="edit", max="view")))
    Runner(world, make_it_again, times=times)

    report = world.apply(document(profile(max="admin", zoe="edit")))

    assert has_no_access(world)
    assert roles_in(world.api)["max"] == "admin"
    assert "zoe" in roles_in(world.api)
    assert report.exit_code == 0


def test_an_object_that_became_somebody_elses_is_left_to_them(world):
    def give_it_to_zoe(api, obj, number):
        make_it_again(api, obj, number)
        obj = api.get(obj["kind"], "ml", ANN)
        obj["metadata"]["annotations"]["user"] = "a-n-n@example.com"
        if obj["kind"] == "RoleBinding":
            obj["subjects"] = [{**OTHER, "name": "a-n-n@example.com"}]
        api.put(obj)

    world.apply(document(profile(ann="edit")))
    Runner(world, give_it_to_zoe, times=1)

    world.apply(document(profile()))

    assert not bound(world, "ann")
    assert bound(world, "a-n-n")


def test_standalone_it_is_the_same():
    world = World(Settings(standalone=True, allow_revocations=True))
    world.apply(document(profile(ann="edit")))
    Runner(world, touch)

    assert world.apply(document(profile())).exit_code == 0
    assert has_no_access(world)


OWNERS = "namespaceAdmin"


@pytest.mark.parametrize("standalone", [False, True])
def test_who_is_bound_with_the_owner_cannot_outrun_it_either(standalone):
    world = World(Settings(standalone=standalone, allow_revocations=True))
    world.apply(document(profile()))
    binding = world.api.get("RoleBinding", "ml", OWNERS)
    binding["subjects"].append(OTHER)
    binding["metadata"].pop("ownerReferences", None)
    world.api.put(binding)
    Runner(world, add_somebody, OWNERS)

    world.apply(document(profile()))

    subjects = world.api.get("RoleBinding", "ml", OWNERS)["subjects"]
    assert [subject["name"] for subject in subjects] == ["owner@example.com"]


def free_it_from_the_profile(api, obj, number):
    obj["metadata"].pop("ownerReferences", None)
    add_a_finalizer(api, obj, number)


def kept_without_its_profile(world):
    clock = world.ticks.clock
    return delete_stale_profiles(
        document(), target=Cluster(world.client, clock=clock), keep_data=True, clock=clock
    )


@pytest.mark.parametrize("act", [touch, add_a_finalizer, make_it_again])
def test_an_owner_whose_objects_are_free_does_not_keep_a_namespace_that_is_kept(act):
    world = World(Settings(standalone=True, allow_revocations=True))
    world.apply(document(profile(ann="edit")))
    Runner(world, act, OWNERS, times=2)

    settings = world.settings
    delete_stale_profiles(
        document(), target=world.client, settings=settings, keep_data=True, clock=world.ticks.clock
    )

    assert not bound(world, "owner")


def test_an_owner_who_takes_the_binding_from_the_profile_meanwhile_is_reported(world):
    world.apply(document(profile(ann="edit")))
    freed = []

    def before_the_profile_goes(request, act):
        if request.method == "DELETE" and request.name == "ml" and not freed:
            freed.append(True)
            free_it_from_the_profile(world.api, world.api.get("RoleBinding", "ml", OWNERS), 0)
        return act()

    world.api.faults.append(before_the_profile_goes)

    report = kept_without_its_profile(world)

    assert report.exit_code == 4
    assert [one.what for one in report.pending] == [f"waits for RoleBinding ml/{OWNERS} to be gone"]


def hide_among_thousands(api, obj, number):
    if "subjects" in obj:
        crowd = [{**OTHER, "name": f"crowd{each}@example.com"} for each in range(1500)]
        obj["subjects"] = [*crowd, *obj["subjects"]]
    name_somebody_else(api, obj, number)


def let_in_by_something_else(api, obj, number):
    """Change one's policy so that planning does not recognize it as a contributor's."""
    take_our_marks_off(api, obj, number)
    if obj["kind"] == "AuthorizationPolicy":
        obj["spec"] = {"rules": [{"to": [{"operation": {"paths": [f"/notebook/{number}"]}}]}]}
        api.put(obj)


@pytest.mark.parametrize("act", [hide_among_thousands, let_in_by_something_else])
def test_an_object_that_nobody_recognizes_any_more_is_deleted_as_the_same_object(world, act):
    world.apply(document(profile(ann="edit")))
    Runner(world, act)

    report = world.apply(document(profile()))

    assert all(world.api.get(kind, "ml", ANN) is None for kind in KINDS)
    assert report.exit_code == 0


def test_what_is_gone_by_then_needs_no_deletion(world):
    def delete_it(api, obj, _):
        api.remove(obj["kind"], "ml", ANN)

    world.apply(document(profile(ann="edit")))
    Runner(world, delete_it)

    assert world.apply(document(profile())).exit_code == 0


def test_another_object_of_another_purpose_under_the_name_stays(world):
    def replace_it(api, obj, number):
        make_it_again(api, obj, number)
        obj = api.get(obj["kind"], "ml", ANN)
        obj["metadata"] |= {"labels": {}, "annotations": {}}
        if obj["kind"] == "RoleBinding":
            obj["subjects"] = [{"kind": "ServiceAccount", "name": "robot", "namespace": "ml"}]
        api.put(obj)

    world.apply(document(profile(ann="edit")))
    Runner(world, replace_it, times=1)

    world.apply(document(profile()))

    assert world.api.get("RoleBinding", "ml", ANN)["subjects"][0]["name"] == "robot"


def test_an_object_that_nobody_recognizes_and_a_finalizer_keeps_is_emptied(world):
    def hide_and_keep(api, obj, number):
        add_a_finalizer(api, obj, number)
        let_in_by_something_else(api, api.get(obj["kind"], "ml", ANN), number)

    world.apply(document(profile(ann="edit")))
    Runner(world, hide_and_keep)

    report = world.apply(document(profile()))

    assert report.exit_code == 0
    assert not bound(world, "ann")
    assert not world.api.get("AuthorizationPolicy", "ml", ANN)["spec"].get("rules")
