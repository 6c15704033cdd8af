"""A run with faults: only the affected changes wait, and the report names them."""

import pytest

from engine.world import BRAKE_OFF, World, before
from memory_api import always, fail_nth_write, forbid, gone_mid_list, injury, stale_list
from profiles_management import Forbidden
from profiles_management.reconcile.report import Result
from scenarios.documents import FULL, KUBEFLOW, OTHER, document, profile
from scenarios.states import of_profiles

PASSING = ("429", "500", "503", "reset_before")
TWO = document(FULL, OTHER)
LISTED = (
    "profiles",
    "namespaces",
    "rolebindings",
    "authorizationpolicies",
    "resourcequotas",
    "limitranges",
)


@pytest.mark.parametrize("scenario", KUBEFLOW, ids=str)
@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_by_itself_is_no_matter(scenario, kind):
    start = before(scenario)
    undisturbed, world = start.twin(), start.twin()
    undisturbed.apply(scenario.after)
    world.api.faults += [fail_nth_write(index, kind) for index in range(1, 100, 3)]

    report = world.apply(scenario.after)

    assert report.exit_code == 0, report.errors or report.pending
    assert of_profiles(world, scenario.after) == of_profiles(undisturbed, scenario.after)


@pytest.mark.parametrize("kind", ["422", "500", "reset_before"])
def test_what_never_passes_is_said_of_its_profile_and_the_others_are_finished(kind):
    world = World()
    world.api.faults.append(
        always(injury(kind), lambda request: request.writes and request.namespace == "ml")
    )

    report = world.apply(TWO)

    assert report.exit_code == 1
    assert report.profiles()["ml"][0] is Result.FAILED
    assert report.profiles()["other"][0] is Result.DONE
    assert all(error.startswith("ml: ") for error in report.errors)
    assert of_profiles(world, document(OTHER)) == of_profiles(
        World().after(document(OTHER)), document(OTHER)
    )


def test_a_conflict_is_pending_and_no_error():
    world = World()
    world.api.faults.append(
        always(injury("409"), lambda request: request.writes and request.namespace == "ml")
    )

    report = world.apply(TWO)

    assert report.exit_code == 4
    assert {one.profile for one in report.pending} == {"ml"}


@pytest.mark.parametrize("resource", LISTED)
def test_a_list_whose_pages_grew_too_old_is_read_again(resource):
    many = document(
        *(profile(f"p{number}", ann="edit", limit_range=LIMITED) for number in range(4))
    )
    world = World().after(many)
    world.api.faults.append(gone_mid_list(resource=resource))

    assert not world.plan(many, page_size=2).changes


LIMITED = {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}


@pytest.mark.parametrize("resource", LISTED)
def test_a_list_that_is_forbidden_names_the_verb_and_writes_nothing(resource):
    world = World()
    world.api.faults.append(forbid("list", resource))

    with pytest.raises(Forbidden, match=f"list {resource}"):
        world.apply(TWO)

    assert not world.api.writes


@pytest.mark.parametrize("resource", [*LISTED, "*"])
@pytest.mark.parametrize("scenario", KUBEFLOW, ids=str)
def test_a_list_from_the_past_does_no_harm(scenario, resource):
    world, goal = before(scenario), before(scenario).after(scenario.after)
    past = World(scenario.settings).api
    world.api.faults.append(stale_list(past, resource))
    world.apply(scenario.after)
    world.api.faults.clear()

    world.apply(scenario.after)

    assert of_profiles(world, scenario.after) == of_profiles(goal, scenario.after)
    assert not world.plan(scenario.after).changes


def test_a_list_from_before_the_dashboards_change_takes_nobodys_access():
    pmr = document(profile(ann="edit"))
    world = World(BRAKE_OFF).after(pmr)
    past = world.api.clone()
    world.apply(document(profile(ann="view")))
    world.api.faults.append(stale_list(past))

    world.apply(document(profile()))

    # seen and left to the next run
    assert roles_in(world, "ml") == {"ann@example.com": "kubeflow-view"}


def roles_in(world, space):
    return {
        one["subjects"][0]["name"]: one["roleRef"]["name"]
        for one in world.api.objects("RoleBinding", space)
        if one["metadata"].get("annotations", {}).get("user")
        and one["metadata"]["name"] != "namespaceAdmin"
    }
