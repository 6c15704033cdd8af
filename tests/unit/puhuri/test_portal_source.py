"""What a customer of a portal is as a source, in each generation of the portal."""

from datetime import UTC, date, datetime

import pytest

from profiles_management.pmr import documents
from profiles_management.pmr.problems import DocumentError, ProfilesError
from profiles_management.pmr.rules import Rules
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.exporting.export_settings import ExportSettings, quota_resources
from profiles_management.puhuri.portal_settings import PersonName, project_roles
from profiles_management.puhuri.portal_source import PortalSource
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.sources import SEARCHED, Trust
from puhuri.exports import ADMIN, MANAGER, MEMBER, allocate, project, roles, user
from puhuri.runs import CUSTOMER
from puhuri_server.records import Customer
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid, sample_world
from puhuri_server.server import Fault, serving
from puhuri_server.world import Version

END = date(2199, 12, 31)
GPUS = quota_resources(["gpu_k_hours=requests.nvidia.com/gpu"])
LONGEST = 120.0  # seconds
TRUST = Trust(names=("*",), profiles=100, contributors=100)


DOCUMENT = f"""\
profiles:
- name: hpc-soup-b-a-b
  owner:
    kind: User
    name: {cuid("eve")}
  resources:
    hard:
      requests.nvidia.com/gpu: "4"
  contributors:
  - name: {cuid("ada")}
    role: admin
    until: "2199-12-31"
  - name: {cuid("bo")}
    role: edit
    until: "2199-12-31"
  - name: {cuid("cleo")}
    role: view
    until: "2199-12-31"
- name: hpc-web
  owner:
    kind: User
    name: support@example.org
  resources:
    hard:
      requests.nvidia.com/gpu: "0"
  contributors:
  - name: {cuid("bo")}
    role: view
"""


@pytest.fixture(scope="module", params=list(Version), ids=str)
def server(request):
    with serving(sample_world(request.param)) as portal:
        portal.version = request.param
        yield portal


@pytest.fixture
def portal(server):
    server.reset(sample_world(server.version))
    return server


@pytest.fixture
def source(portal):
    """Return the customer as a source: `source(trust=TRUST, prefix="hpc-")`."""

    def source(
        trust=TRUST,
        instance="lab",
        customer=CUSTOMER,
        clock=SYSTEM,
        token=ALLOCATOR_TOKEN,
        **settings,
    ):
        return PortalSource(
            "puhuri:hpc",
            "the portal",
            customer,
            lambda: Client(portal.url, Token(token), clock=clock),
            ExportSettings(**settings),
            trust,
            clock,
            instance,
        )

    return source


@pytest.fixture
def read(source):
    """Return the document of the source."""
    return lambda rules=None, **options: source(**options).read(rules or Rules()).pmr


def codes(pmr):
    return [warning.code for warning in pmr.warnings]


def test_a_project_is_a_profile_with_its_people(portal, read):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN), ("cleo", MEMBER))
    project(portal.world, "Web", ("bo", MANAGER))

    pmr = read()

    assert {name: roles(profile) for name, profile in pmr.profiles.items()} == {
        "soup": {cuid("ada"): "owner", cuid("bo"): "edit", cuid("cleo"): "view"},
        "web": {cuid("bo"): "owner"},
    }
    assert (pmr.warnings, pmr.puhuri) == ((), None)
    assert all(profile.puhuri is None for profile in pmr.profiles.values())


def test_it_is_not_trusted(source):
    assert not source().is_trusted


def test_a_customer_is_known_by_its_uuid_too(portal, read):
    made = project(portal.world, "Soup", ("ada", MANAGER))

    assert [*read(customer=made.customer.uuid).profiles] == ["soup"]


def test_other_customers_have_no_part_in_it(portal, read):
    project(portal.world, "Soup", ("ada", MANAGER))

    assert read(customer="Research Community").profiles == {}


@pytest.mark.parametrize("customer", ["No such", "Hidden Customer", "f" * 32])
def test_a_customer_that_the_token_does_not_see_cannot_be_read(source, customer):
    with pytest.raises(ProfilesError) as caught:
        source(customer=customer).read(Rules())

    assert ALLOCATOR_TOKEN not in str(caught.value)


def test_two_customers_of_one_name_are_named_with_their_uuids(portal, source):
    world = portal.world
    first = next(customer for customer in world.customers if customer.name == CUSTOMER)
    second = Customer(uuid=world.new_uuid(), name=CUSTOMER, abbreviation="", created=world.moment())
    world.customers.append(second)
    staff, allocator = world.users[:2]
    world.grant(allocator, second, "CUSTOMER.OWNER", by=staff)

    with pytest.raises(ProfilesError, match="2 customers with the name") as caught:
        source().read(Rules())

    assert first.uuid in str(caught.value)
    assert second.uuid in str(caught.value)
    assert caught.value.remedy == "Name the customer by its uuid."


def test_it_reads_each_kind_of_object_once(portal, read):
    for number in range(120):
        made = project(portal.world, f"Web {number}", ("ada", MANAGER), ("bo", ADMIN))
        allocate(portal.world, made, gpu_k_hours=1)

    assert len(read(quota=GPUS, trust=Trust(("*",), 200, 1000)).profiles) == 120

    lists = [sent.path.split("/")[2] for sent in portal.requests]
    assert len(lists) == (11 if portal.version in (Version.A, Version.MIXED) else 9)
    assert lists.count("projects") == lists.count("marketplace-resources") == 2


def test_its_document_is_the_same_in_each_generation(portal, read):
    world = portal.world
    people = (("eve", MANAGER), ("ada", MANAGER), ("bo", ADMIN), ("cleo", MEMBER))
    made = project(world, "Soup & <b>Ä</b>", *people, end_date=END)
    allocate(world, made, gpu_k_hours=4)
    project(world, "Web", ("bo", MEMBER))

    pmr = read(prefix="hpc-", owner="support@example.org", quota=GPUS)

    assert documents.dumps(pmr) == DOCUMENT


# roles and people


def test_roles_can_be_mapped_otherwise(portal, read):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN), ("cleo", MEMBER))

    pmr = read(roles=project_roles([f"edit={MEMBER}", f"view={ADMIN}"]))

    assert roles(pmr.profiles["soup"]) == {
        cuid("ada"): "owner",
        cuid("bo"): "view",
        cuid("cleo"): "edit",
    }


def test_people_can_be_named_by_address(portal, read):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN))

    pmr = read(people=PersonName.EMAIL)

    assert roles(pmr.profiles["soup"]) == {"ada@example.org": "owner", "bo@example.org": "edit"}


@pytest.mark.parametrize("name", ["", " ", "*", "a b@example.org", "\x1b[31m@x", "{{ user }}"])
def test_a_member_without_a_usable_name_is_a_warning(portal, read, name):
    user(portal.world, "bo", email=name)
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN))

    pmr = read(people=PersonName.EMAIL)

    assert roles(pmr.profiles["soup"]) == {"ada@example.org": "owner"}
    (warning,) = pmr.warnings
    assert (warning.code, warning.where.profile) == ("unusable-name", "soup")
    assert "\x1b" not in str(warning)


def test_a_role_that_no_contributor_has_gives_no_access(portal, read):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", MEMBER))

    pmr = read(roles=project_roles(["view=PROJECT.REVIEWER"]))

    assert roles(pmr.profiles["soup"]) == {cuid("ada"): "owner"}
    (warning,) = pmr.warnings
    assert (warning.code, warning.remedy) == ("unknown-role", "It gives no access")


def test_a_member_who_was_deactivated_has_access_only_where_the_portal_still_lists_it(portal, read):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN))
    user(portal.world, "bo").is_active = False

    listed = {cuid("bo"): "edit"} if portal.version in (Version.A, Version.MIXED) else {}
    assert roles(read().profiles["soup"]) == {cuid("ada"): "owner", **listed}


def test_a_project_without_a_manager_is_left_out_unless_an_owner_is_named(portal, read):
    project(portal.world, "Soup", ("bo", ADMIN))

    without, given = read(), read(owner="support@example.org")

    assert (without.profiles, codes(without)) == ({}, ["no-owner"])
    assert roles(given.profiles["soup"]) == {"support@example.org": "owner", cuid("bo"): "edit"}


def test_projects_without_a_manager_are_one_warning_with_what_a_source_has(portal, read):
    for name in ("Soup", "Web"):
        project(portal.world, name, ("bo", ADMIN))

    (warning,) = read().warnings

    assert warning.what == '2 projects without a manager, left out: "Soup", "Web"'
    assert "PUHURI_OWNER" in warning.remedy
    assert "--owner" not in warning.remedy


def test_of_several_managers_the_oldest_is_the_owner(portal, read):
    project(portal.world, "Soup", ("bo", MANAGER), ("ada", MANAGER))

    assert roles(read().profiles["soup"]) == {cuid("bo"): "owner", cuid("ada"): "admin"}


# ends and limits


def test_access_ends_with_the_project(portal, read):
    earlier = datetime(2198, 1, 1, 8, tzinfo=UTC)
    people = (("ada", MANAGER), ("bo", ADMIN, earlier), ("cleo", MEMBER))
    project(portal.world, "Soup", *people, end_date=END)

    (profile,) = read().in_order()

    ends = {person.name: person.until for person in profile.contributors}
    assert ends == {cuid("bo"): earlier, cuid("cleo"): datetime(2199, 12, 31, tzinfo=UTC)}


def test_limits_become_a_quota(portal, read):
    made = project(portal.world, "Soup", ("ada", MANAGER))
    allocate(portal.world, made, gpu_k_hours=4, cpu_k_hours=7)
    allocate(portal.world, made, "more", gpu_k_hours=2)
    allocate(portal.world, made, "over", state="Terminated", gpu_k_hours=100)
    project(portal.world, "Web", ("ada", MANAGER))

    pmr = read(quota=GPUS)

    quotas = {name: profile.resources.hard for name, profile in pmr.profiles.items()}
    assert quotas == {
        "soup": {"requests.nvidia.com/gpu": "6"},
        "web": {"requests.nvidia.com/gpu": "0"},
    }


def test_a_misspelt_component_gives_no_quota_and_is_told_with_the_source(portal, read):
    made = project(portal.world, "Soup", ("ada", MANAGER))
    allocate(portal.world, made, gpu_k_hours=4)

    pmr = read(quota=quota_resources(["gpu_hours=requests.nvidia.com/gpu"]))

    assert pmr.profiles["soup"].resources is None
    (warning,) = [problem for problem in pmr.warnings if problem.code == "unknown-component"]
    assert warning.where.file == "puhuri:hpc"
    assert "gpu_k_hours" in warning.remedy


def test_without_a_mapping_there_is_no_quota_and_no_allocation_is_asked_for(portal, read):
    made = project(portal.world, "Soup", ("ada", MANAGER))
    allocate(portal.world, made, gpu_k_hours=4)

    assert read().profiles["soup"].resources is None
    assert not [sent for sent in portal.requests if "resources" in sent.path]


# names


def test_projects_with_one_name_are_told_with_both(portal, read, source):
    first = project(portal.world, "Soup", ("ada", MANAGER))
    second = project(portal.world, "SOUP!", ("bo", MANAGER))

    pmr = read(prefix="hpc-")

    assert roles(pmr.profiles["hpc-soup"]) == {cuid("ada"): "owner"}
    (warning,) = pmr.warnings
    assert warning.code == "name-taken"
    assert first.uuid in warning.what
    assert second.uuid in warning.what
    assert warning.where.file == source().name


def test_projects_outside_the_patterns_are_one_warning(portal, read):
    for number in range(8):
        project(portal.world, f"Web {number}", ("ada", MANAGER))
    project(portal.world, "team one", ("ada", MANAGER))

    pmr = read(trust=Trust(("team-*", "x"), 100, 100))

    assert [*pmr.profiles] == ["team-one"]
    (warning,) = pmr.warnings
    listed = ", ".join(f'"Web {number}"' for number in range(5))
    assert (warning.code, warning.what) == (
        "not-allowed",
        f"8 projects without a name like team-* or x, left out: {listed} and 3 more",
    )


def test_a_protected_name_is_left_out(portal, read):
    project(portal.world, "vault", ("ada", MANAGER))

    pmr = read(Rules(protected=frozenset({"vault"})))

    assert (pmr.profiles, codes(pmr)) == ({}, ["not-allowed"])


def test_the_projects_of_this_installation_do_not_come_back(portal, read):
    made = project(portal.world, "Soup", ("ada", MANAGER), backend_id="lab/soup")
    project(portal.world, "Web", ("ada", MANAGER), backend_id="labour/web")

    pmr = read()

    assert [*pmr.profiles] == ["web"]
    (warning,) = pmr.warnings
    assert (warning.code, warning.where.path) == ("own-project", f"Project/{made.uuid}")
    assert [*read(instance="").profiles] == ["soup", "web"]


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]0;title\x07\x1b[2J",
        "<script>alert(1)</script>",
        "a: {b: [c, *d, &e !!python/object:os.system x]}",
        "- name: kube-system\n  owner: {kind: User, name: eve}",
        "'; DROP TABLE x; --",
        "$(reboot) `reboot`",
        "\u202egnp.exe",
        "A" * 500,
        "../../etc/passwd",
    ],
)
def test_foreign_texts_stay_texts(portal, read, text):
    world = portal.world
    made = project(world, text, ("ada", MANAGER), description=text)
    user(world, "bo", full_name=text)
    world.grant(user(world, "bo"), made, MEMBER)
    allocate(world, made, name=text, gpu_k_hours=1)

    pmr = read(prefix="hpc-", quota=GPUS)

    (profile,) = pmr.profiles.values()
    assert profile.name.startswith("hpc-")
    assert roles(profile) == {cuid("ada"): "owner", cuid("bo"): "view"}
    assert (profile.labels, profile.annotations, profile.plugins) == ({}, {}, [])
    assert not profile.adopt
    assert not profile.open


# what makes it unreadable


def test_a_token_that_sees_a_part_of_the_projects_freezes_it(portal, source):
    world = portal.world
    project(world, "Soup", ("ada", MANAGER))
    web = project(world, "Web", ("ada", MANAGER))
    allocator = world.user_named("allocator")
    for grant in world.active_grants(web.customer, allocator):
        grant.is_active = False
    world.grant(allocator, web, MANAGER)

    if portal.version in (Version.A, Version.MIXED):  # it does not tell whose the token is
        assert [*source().read(Rules()).pmr.profiles] == ["web"]
        return
    with pytest.raises(ProfilesError, match="has no role in the customer") as caught:
        source().read(Rules())
    assert caught.value.remedy == "Make it an owner of the customer in the portal."


@pytest.mark.parametrize("right", ["is_staff", "is_support"])
def test_a_token_of_the_portal_itself_sees_every_project(portal, read, right):
    project(portal.world, "Soup", ("ada", MANAGER))
    user(portal.world, "helper", **{right: True, "token": "d" * 40})

    assert [*read(token="d" * 40).profiles] == ["soup"]


@pytest.mark.parametrize(
    ("trust", "code"),
    [
        (Trust(("*",), 1, 100), "too-many-profiles"),
        (Trust(("*",), 100, 1), "too-many-contributors"),
    ],
)
def test_more_than_a_source_may_have_is_an_error(portal, source, trust, code):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", ADMIN), ("cleo", MEMBER))
    project(portal.world, "Web", ("ada", MANAGER))

    with pytest.raises(DocumentError) as caught:
        source(trust=trust).read(Rules())

    (problem,) = caught.value.problems
    assert (problem.code, problem.where.file) == (code, source().name)


def test_a_search_for_people_has_no_limits(portal, read):
    project(portal.world, "Soup", ("ada", MANAGER), backend_id="lab/soup")

    assert [*read(trust=SEARCHED, instance="").profiles] == ["soup"]


def test_a_wrong_token_is_one_message_without_it(source):
    with pytest.raises(ProfilesError, match="Invalid token") as caught:
        source(token="hush" * 10).read(Rules())

    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.LOST, Fault.BUSY])
def test_it_gives_up_after_two_minutes(portal, source, fault):
    slept = [0.0]

    def sleep(seconds):
        slept[0] += seconds

    clock = Clock(now=SYSTEM.now, monotonic=lambda: slept[0], sleep=sleep)
    portal.fault = lambda number, sent: fault

    with pytest.raises(ProfilesError):
        source(clock=clock).read(Rules())

    assert slept[0] <= LONGEST


def test_a_portal_that_answers_slowly_delays_others_for_two_minutes_at_most(portal, source):
    waited = [0.0]

    def slowly(number, sent):
        waited[0] += 25

    portal.fault = slowly
    clock = Clock(now=SYSTEM.now, monotonic=lambda: waited[0], sleep=lambda seconds: None)

    with pytest.raises(ProfilesError, match="too slow"):
        source(clock=clock).read(Rules())

    assert waited[0] <= LONGEST + 25
