"""What an export makes of projects, people and limits, and what it says about the rest."""

from datetime import UTC, date, datetime, timedelta

import pytest

from profiles_management.pmr import documents
from profiles_management.pmr.problems import SettingsError
from profiles_management.pmr.rules import Rules
from profiles_management.puhuri.exporting.export_settings import ExportSettings, quota_resources
from profiles_management.puhuri.portal_settings import PersonName, project_roles
from puhuri.exports import (
    ADMIN,
    MANAGER,
    MEMBER,
    allocate,
    codes,
    exported,
    project,
    roles,
    user,
)
from puhuri_server.sample import cuid
from puhuri_server.world import Version

NOW = datetime.now(UTC)
SINCE_2024 = pytest.mark.parametrize("server", [Version.B, Version.FRACTIONS], indirect=True)
GPUS = quota_resources(["gpu_k_hours=requests.nvidia.com/gpu", "gb_k_hours=requests.storage:G"])


def names(export):
    return [*export.pmr.profiles]


# names


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("Quantum Soup!", "quantum-soup"),
        ("Ökologie & Bäume", "okologie-baume"),
        ("\x1b[31mred\x1b[0m", "31mred-0m"),
        ("d" * 80, "d" * 63),
    ],
)
def test_a_profile_has_a_name_like_its_project(portal, name, profile):
    project(portal.world, name, ("ada", MANAGER))

    export = exported(portal)

    assert names(export) == [profile]
    assert "\x1b" not in export.to_yaml()
    assert documents.loads(export.to_yaml()).profiles[profile].puhuri.name == name


def test_a_prefix_begins_every_name_but_those_of_this_installation(portal):
    project(portal.world, "Soup", ("ada", MANAGER))
    project(portal.world, "Web", ("ada", MANAGER), backend_id="test/web")
    project(portal.world, "b" * 80, ("ada", MANAGER))

    assert names(exported(portal, prefix="hpc-")) == ["hpc-soup", "web", "hpc-" + "b" * 59]


@pytest.mark.parametrize(
    "name", ["kube-system", "kub\u0435-system", "Default", "istio system", "日本"]
)
def test_a_project_whose_name_no_profile_may_have_is_left_out(portal, name):
    made = project(portal.world, name, ("ada", MANAGER))

    export = exported(portal)

    assert names(export) == []
    (note,) = export.notes
    assert (note.code, note.where.path) == ("bad-name", f"Project/{made.uuid}")


def test_a_prefix_makes_any_name_usable(portal):
    project(portal.world, "kube-system", ("ada", MANAGER))

    assert names(exported(portal, prefix="hpc-")) == ["hpc-kube-system"]


def test_the_oldest_of_several_projects_has_the_name(portal):
    first = project(portal.world, "Soup", ("ada", MANAGER))
    second = project(portal.world, "soup!", ("bo", MANAGER))

    export = exported(portal)

    assert export.pmr.profiles["soup"].puhuri.adopt == first.uuid
    (note,) = export.notes
    assert note.code == "name-taken"
    assert first.uuid in note.what
    assert second.uuid in note.what


def test_names_that_the_rules_refuse_are_left_out(portal):
    project(portal.world, "team one", ("ada", MANAGER))
    project(portal.world, "secret", ("ada", MANAGER))
    rules = Rules(names=("team-*", "secret"), protected=frozenset({"secret"}))

    export = exported(portal, rules=rules)

    assert names(export) == ["team-one"]
    assert codes(export) == ["not-allowed"]


# people


def test_a_project_without_a_manager_is_a_comment(portal):
    project(portal.world, "soup", ("bo", MEMBER))

    export = exported(portal)

    assert names(export) == []
    assert codes(export) == ["no-owner"]
    assert "\n# - name: soup\n" in export.to_yaml()


def test_an_owner_can_be_given_for_projects_without_a_manager(portal):
    project(portal.world, "soup", ("bo", MEMBER), ("ada", MEMBER))
    project(portal.world, "web", ("bo", MANAGER))

    export = exported(portal, owner=cuid("ada"))

    assert roles(export.pmr.profiles["soup"]) == {cuid("ada"): "owner", cuid("bo"): "view"}
    assert roles(export.pmr.profiles["web"]) == {cuid("bo"): "owner"}
    assert export.notes == ()


def test_an_owner_that_nobody_can_be_is_refused():
    with pytest.raises(SettingsError, match="owner is not valid"):
        ExportSettings(owner="*")


def test_a_manager_without_an_end_is_the_owner_before_older_ones(portal):
    later = NOW + timedelta(days=9)
    project(portal.world, "soup", ("bo", MANAGER, later), ("ada", MANAGER))

    (profile,) = exported(portal).pmr.in_order()

    assert roles(profile) == {cuid("ada"): "owner", cuid("bo"): "admin"}


def test_the_end_of_the_only_manager_is_told(portal):
    project(portal.world, "soup", ("bo", MANAGER, NOW + timedelta(days=9)))

    export = exported(portal)

    assert roles(export.pmr.profiles["soup"]) == {cuid("bo"): "owner"}
    assert codes(export) == ["owner-ends"]


def test_of_several_roles_the_strongest_is_exported_and_roles_that_are_over_are_not(portal):
    project(
        portal.world,
        "soup",
        ("ada", MANAGER),
        ("bo", MEMBER),
        ("bo", ADMIN),
        ("cleo", MEMBER, NOW - timedelta(days=1)),
    )
    export = exported(portal)

    assert roles(export.pmr.profiles["soup"]) == {cuid("ada"): "owner", cuid("bo"): "edit"}
    assert codes(export) == ["several-roles"]


@SINCE_2024
def test_a_role_of_this_portal_alone_is_not_exported(portal):
    made = project(portal.world, "soup", ("ada", MANAGER))
    portal.world.grant(user(portal.world, "eve"), made, "PROJECT.REVIEWER")

    export = exported(portal)

    assert roles(export.pmr.profiles["soup"]) == {cuid("ada"): "owner"}
    assert codes(export) == ["unknown-role"]


def test_the_last_end_of_a_doubled_role_counts(portal):
    ends = NOW + timedelta(days=1), NOW + timedelta(days=2)
    project(portal.world, "soup", ("ada", MANAGER), *(("bo", MEMBER, end) for end in ends))

    (person,) = exported(portal).pmr.profiles["soup"].contributors

    assert person.until == ends[1]


def test_roles_are_those_of_the_mapping(portal):
    project(portal.world, "soup", ("ada", ADMIN), ("bo", MEMBER))
    mapping = project_roles([f"admin={ADMIN}", f"edit={MEMBER}", "view=PROJECT.GUEST"])

    (profile,) = exported(portal, roles=mapping).pmr.in_order()

    assert roles(profile) == {cuid("ada"): "owner", cuid("bo"): "edit"}


def test_people_can_be_named_by_address_and_without_one_they_are_left_out(portal):
    world = portal.world
    made = project(world, "soup", ("ada", MANAGER))
    world.grant(user(world, "nobody", email=""), made, MEMBER)
    world.grant(user(world, "evil", email="a@example.org\x1b]0;x\x07"), made, MEMBER)

    export = exported(portal, people=PersonName.EMAIL)

    assert roles(export.pmr.profiles["soup"]) == {"ada@example.org": "owner"}
    assert codes(export) == ["unusable-name", "unusable-name"]
    assert "\x1b" not in export.to_yaml()


def test_of_people_whose_names_are_too_alike_the_one_with_the_stronger_role_stays(portal):
    world = portal.world
    made = project(world, "soup", ("ada", MANAGER))
    world.grant(user(world, "x", username="bo"), made, MEMBER)
    world.grant(user(world, "y", username="Bo"), made, ADMIN)

    export = exported(portal)

    assert roles(export.pmr.profiles["soup"]) == {cuid("ada"): "owner", "Bo": "edit"}
    assert codes(export) == ["case-clash"]


# the project


def test_the_project_of_another_installation_is_left_alone_by_the_document(portal):
    project(portal.world, "soup", ("ada", MANAGER), backend_id="other/soup")

    export = exported(portal)

    assert export.pmr.profiles["soup"].puhuri is False
    assert "# Project" in export.to_yaml()
    assert "other/soup" in export.to_yaml()


def test_a_document_for_clusters_only_has_no_section(portal):
    made = project(portal.world, "soup", ("ada", MANAGER), backend_id="test/web")
    allocate(portal.world, made, gpu_k_hours=5)
    portal.requests.clear()

    export = exported(portal, instance="")

    assert (export.pmr.puhuri, export.pmr.profiles["soup"].puhuri) == (None, None)
    assert not any("resources" in sent.path for sent in portal.requests)


def test_allocations_are_listed_with_their_state(portal):
    made = project(portal.world, "soup", ("ada", MANAGER))
    for name, state in (("a", "OK"), ("b", "Erred"), ("c", "Terminating"), ("d", "Terminated")):
        allocate(portal.world, made, name, state, cpu_k_hours=1)

    export = exported(portal)

    listed = export.pmr.profiles["soup"].puhuri.allocations
    assert [allocation.name for allocation in listed] == ["a", "b"]
    assert export.comments["soup"] == (
        "The allocation b of LUMI regular is Erred.",
        "The allocation c of LUMI regular is Terminating.",
    )


@SINCE_2024
def test_the_start_of_a_project_is_a_comment(portal):
    project(portal.world, "soup", ("ada", MANAGER), start_date=date(2020, 1, 1))

    assert exported(portal).comments["soup"] == ("The project starts 2020-01-01.",)


def test_allocations_of_offerings_with_one_name_are_told_apart_by_uuid(portal):
    made = project(portal.world, "soup", ("ada", MANAGER))
    portal.world.offerings[2].name = "LUMI regular"
    allocate(portal.world, made, cpu_k_hours=1)
    allocate(portal.world, made, offering=2, cpu_k_hours=2)
    allocate(portal.world, made, offering=2, cpu_k_hours=2)

    export = exported(portal)

    listed = export.pmr.profiles["soup"].puhuri.allocations
    uuids = [portal.world.offerings[number].uuid for number in (0, 2)]
    assert [allocation.offering for allocation in listed] == uuids
    assert codes(export) == ["cannot-say"]


def test_a_nameless_allocation_keeps_all_out_of_the_document(portal):
    made = project(portal.world, "soup", ("ada", MANAGER))
    allocate(portal.world, made, cpu_k_hours=1)
    allocate(portal.world, made, "", cpu_k_hours=1)

    export = exported(portal)

    assert export.pmr.profiles["soup"].puhuri.allocations is None
    assert codes(export) == ["cannot-say"]


def test_what_no_document_can_have_is_left_out_and_told(portal):
    made = project(portal.world, "soup", ("ada", MANAGER), description="x" * 2001)
    allocate(portal.world, made, cpu_k_hours=-1, gpu_k_hours=2)

    export = exported(portal)

    section = export.pmr.profiles["soup"].puhuri
    assert (section.description, section.allocations[0].limits) == (None, {"gpu_k_hours": 2})
    assert codes(export) == ["cannot-say", "cannot-say"]


# quota


def test_limits_become_a_quota(portal):
    made = project(portal.world, "soup", ("ada", MANAGER))
    allocate(portal.world, made, gpu_k_hours=5, gb_k_hours=50, cpu_k_hours=1)
    allocate(portal.world, made, "more", gpu_k_hours=2)
    allocate(portal.world, made, "failed", "Erred", gpu_k_hours=9)

    export = exported(portal, quota=GPUS)

    hard = {"requests.nvidia.com/gpu": "7", "requests.storage": "50G"}
    assert export.pmr.profiles["soup"].resources.hard == hard


def test_without_an_allocation_the_quota_is_0(portal):
    project(portal.world, "soup", ("ada", MANAGER))

    hard = exported(portal, quota=GPUS).pmr.profiles["soup"].resources.hard

    assert hard == {"requests.nvidia.com/gpu": "0", "requests.storage": "0"}


def test_of_a_component_that_no_allocation_has_there_is_no_quota_but_one_warning(portal):
    for name in ("soup", "web"):
        project(portal.world, name, ("ada", MANAGER))
    wrong = quota_resources(["gpu_k_hour=requests.nvidia.com/gpu", "gb_k_hours=requests.storage:G"])
    allocate(portal.world, portal.world.projects[-1], gb_k_hours=5, gpu_k_hours=2)

    export = exported(portal, quota=wrong)

    hards = [export.pmr.profiles[name].resources.hard for name in ("soup", "web")]
    assert hards == [{"requests.storage": "0"}, {"requests.storage": "5G"}]
    (warning,) = [note for note in export.notes if note.code == "unknown-component"]
    assert 'has the component "gpu_k_hour", so' in warning.what
    assert warning.remedy.startswith('Did you mean "gpu_k_hours"? ')
    assert warning.remedy.endswith('"gb_k_hours", "gpu_k_hours"')


def test_without_any_known_component_there_is_no_quota(portal):
    made = project(portal.world, "soup", ("ada", MANAGER))
    allocate(portal.world, made, gpu_k_hours=2)

    export = exported(portal, quota=quota_resources(["nodes=pods"]))

    assert export.pmr.profiles["soup"].resources is None


def test_a_component_of_terminated_allocations_gives_a_quota_of_0(portal):
    made = project(portal.world, "soup", ("ada", MANAGER))
    allocate(portal.world, made, state="Terminated", gpu_k_hours=2)

    export = exported(portal, quota=quota_resources(["gpu_k_hours=requests.nvidia.com/gpu"]))

    assert export.pmr.profiles["soup"].resources.hard == {"requests.nvidia.com/gpu": "0"}
    assert "unknown-component" not in codes(export)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["gpu"], "names no component and resource"),
        (["=cpu"], "names no component and resource"),
        (["gpu=GPUs"], "gpu=GPUs"),
        (["gb=requests.storage:Gb"], "requests.storage:Gb"),
        (["gpu=cpu", "gpu=memory"], "is named twice"),
        (["a=memory:G", "b=memory:Gi"], "has two units"),
    ],
)
def test_a_resource_that_no_quota_can_have_is_refused(entries, message):
    with pytest.raises(ValueError, match=message):
        quota_resources(entries)
