"""The line and the JSON of a role change name everything that changes with the role."""

from datetime import UTC, datetime

import pytest

from engine.build import contributor, document
from memory_api import Kfam
from profiles_management.reconcile.describe import plan_data
from profiles_management.reconcile.text import plan_lines

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
SUMMER = datetime(2027, 7, 1, 12, tzinfo=UTC)
BINDING = "user-ann-example-com-clusterrole-edit"


def ann(profile, role, until=None):
    return document(profile(contributors=[contributor("ann", role, until=until)]))


def the_line(plan):
    (row,) = [str(one) for one in plan_lines(plan) if "ann@example.com" in str(one)]
    return " ".join(row.split())


def the_line_of(plan, beginning):
    (row,) = [
        str(line)
        for line in plan_lines(plan)
        if str(line).startswith(beginning) and "ann" in str(line)
    ]
    return " ".join(row.split())


def fields(plan):
    (change,) = plan_data(plan)["changes"]
    return {one["path"]: (one["before"], one["after"]) for one in change["fields"]}


@pytest.mark.parametrize(
    ("before", "after", "said", "field"),
    [
        (None, NEW_YEAR, "role changed: until none → 2027-01-01", (None, "2027-01-01T00:00:00Z")),
        (NEW_YEAR, None, "role changed: until 2027-01-01 → none", ("2027-01-01T00:00:00Z", None)),
        (
            NEW_YEAR,
            SUMMER,
            "role changed: until 2027-01-01 → 2027-07-01T12:00:00Z",
            ("2027-01-01T00:00:00Z", "2027-07-01T12:00:00Z"),
        ),
        (NEW_YEAR, NEW_YEAR, "role changed, until 2027-01-01", None),
        (None, None, "role changed", None),
    ],
)
def test_a_role_change_shows_until_before_and_after(world, profile, before, after, said, field):
    world.apply(ann(profile, "edit", before))

    plan = world.plan(ann(profile, "view", after))

    assert the_line(plan) == f"-/+ ann@example.com edit → view {said}"
    assert fields(plan).get("until") == field


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, NEW_YEAR, "until none → 2027-01-01"),
        (NEW_YEAR, SUMMER, "until 2027-01-01 → 2027-07-01T12:00:00Z"),
        (NEW_YEAR, None, "until 2027-01-01 → none"),
    ],
)
def test_an_end_that_changes_alone_is_shown_before_and_after(world, profile, before, after, said):
    world.apply(ann(profile, "edit", before))

    plan = world.plan(ann(profile, "edit", after))

    assert the_line(plan) == f"~ ann@example.com edit document changed: {said}"
    assert list(fields(plan)) == ["until"]


def test_a_role_change_shows_the_source_that_changes_with_it(world, profile):
    world.apply(ann(profile, "edit"))
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        binding = world.api.get(kind, "ml", BINDING)
        binding["metadata"]["annotations"]["profiles-management.io/source"] = "git"
        world.api.put(binding)

    plan = world.plan(ann(profile, "view"))

    assert the_line(plan) == "-/+ ann@example.com edit → view role changed: source git → none"


def test_a_role_change_of_an_unmanaged_contributor_says_that_they_are_adopted(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "ann@example.com", "edit")

    plan = world.plan(ann(profile, "view", NEW_YEAR))

    assert (
        the_line(plan)
        == "-/+ ann@example.com edit → view role changed: until none → 2027-01-01; adopted"
    )
    assert fields(plan)["managed by"] == (None, "default")


def test_a_role_change_shows_what_somebody_edited_in_the_objects_that_it_replaces(world, profile):
    world.apply(ann(profile, "edit"))
    binding = world.api.get("RoleBinding", "ml", BINDING)
    binding["subjects"].append({**binding["subjects"][0], "name": "zed@example.com"})
    world.api.put(binding)
    policy = world.api.get("AuthorizationPolicy", "ml", BINDING)
    policy["spec"]["rules"][0]["when"][0]["values"].append("zed@example.com")
    world.api.put(policy)

    plan = world.plan(ann(profile, "view"))

    assert fields(plan)["subjects"] == (["ann@example.com", "zed@example.com"], ["ann@example.com"])
    assert "subjects" in the_line(plan)
    assert any(path.endswith(".values") for path in fields(plan))
    world.apply(ann(profile, "view"))
    assert not world.plan(ann(profile, "view")).changes


def test_a_role_that_somebody_changed_by_hand_is_corrected_with_its_end_in_the_line(world, profile):
    world.apply(ann(profile, "edit", NEW_YEAR))
    binding = world.api.get("RoleBinding", "ml", BINDING)
    binding["roleRef"]["name"] = "kubeflow-admin"
    world.api.put(binding)

    plan = world.plan(ann(profile, "edit", SUMMER))

    assert the_line(plan).startswith("-/+ ann@example.com admin → edit ")
    assert the_line(plan).count("until 2027-01-01 → 2027-07-01T12:00:00Z") == 1


def test_a_contributor_who_is_renamed_and_gets_an_end_shows_both(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "ann@example.com", "edit")
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        (made,) = [
            one for one in world.api.objects(kind, "ml") if one["metadata"]["name"] == BINDING
        ]
        world.api.remove(kind, "ml", BINDING)
        made["metadata"] = {**made["metadata"], "name": "by-hand"}
        world.api.put(made)

    line = the_line(world.plan(ann(profile, "edit", NEW_YEAR)))

    assert "renamed" in line
    assert "until none → 2027-01-01" in line


def test_an_owner_who_becomes_a_contributor_shows_when_that_ends(world, profile):
    world.apply(document(profile(owner="ann")))

    plan = world.plan(document(profile(contributors=[contributor("ann", "edit", until=NEW_YEAR)])))

    assert (
        the_line_of(plan, "         ann@example.com")
        == "ann@example.com edit was the owner, until 2027-01-01"
    )
    (changed,) = plan_data(plan)["changes"]
    assert changed["moves"][0] == {
        "who": "ann@example.com",
        "before": "owner",
        "after": "edit",
        "until": "2027-01-01T00:00:00Z",
    }


def test_a_contributor_who_becomes_the_owner_shows_that_the_end_is_gone(world, profile):
    world.apply(ann(profile, "edit", NEW_YEAR))

    plan = world.plan(document(profile(owner="ann")))

    assert (
        the_line_of(plan, "  -")
        == "- ann@example.com edit became the owner: until 2027-01-01 → none"
    )
    removed = plan_data(plan)["changes"][-1]
    assert removed["fields"] == [{"path": "until", "before": "2027-01-01T00:00:00Z", "after": None}]


def copied(world, name):
    """Add a second pair of ann, with another end and another source."""
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        pair = world.api.get(kind, "ml", BINDING)
        pair["metadata"] = {
            key: pair["metadata"][key] for key in ("namespace", "labels", "annotations")
        } | {"name": name}
        pair["metadata"]["annotations"] |= {
            "profiles-management.io/until": "2027-01-01T00:00:00Z",
            "profiles-management.io/source": "git",
        }
        world.api.put(pair)


def test_a_second_pair_that_goes_changes_nothing_of_the_one_that_stays(world, profile):
    world.apply(ann(profile, "edit"))
    copied(world, "by-hand")

    assert fields(world.plan(ann(profile, "edit"))) == {"name": ("by-hand", BINDING)}


def test_a_second_policy_that_goes_changes_nothing_of_the_one_that_stays(world, profile):
    world.apply(ann(profile, "edit"))
    copied(world, "by-hand")
    world.api.remove("RoleBinding", "ml", "by-hand")

    assert fields(world.plan(ann(profile, "edit"))) == {}
