"""Whatever a portal holds, its document is valid and gives nobody more than the portal does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from profiles_management.pmr import documents
from profiles_management.pmr.people import ContributorRole
from profiles_management.pmr.rules import Rules, problems
from profiles_management.puhuri.client.models import (
    Allocation,
    AllocationState,
    Customer,
    Grant,
    Project,
    ProjectRole,
)
from profiles_management.puhuri.exporting.export_settings import ExportSettings, quota_resources
from profiles_management.puhuri.exporting.portal_export import export
from profiles_management.puhuri.exporting.profile_names import ProfileNames
from profiles_management.puhuri.mapping.project_end import end_of_project
from profiles_management.puhuri.portal_settings import ROLES, PersonName
from profiles_management.puhuri.portal_state import Observed
from profiles_management.sources import Trust

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
QUOTA = quota_resources(["gpu=requests.nvidia.com/gpu", "gb=requests.storage:G"])
RESTRICTED = Trust(("hpc-*", "soup"), 100, 1000).restrict(Rules(protected=frozenset({"hpc-vault"})))

_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["Soup", "soup!", "SOUP", "kube-system", "vault", "a: {b: *c}", "\x1b[2J", ""]),
)
_names = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["ann@example.org", "Ann@example.org", "bo", "b\u043e", "*", "a b", "@", ""]),
)
_moments = st.none() | st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - the zone follows
    datetime(2032, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_days = st.none() | st.dates(date(2020, 1, 1), date(2032, 1, 1))
_limits = st.dictionaries(
    st.sampled_from(["gpu", "gb", "cpu"]),
    st.integers(-1, 10**19) | st.decimals(0, 10**6, places=3, allow_nan=False),
)


def _uuid(kind: str, number: int) -> str:
    return f"{kind}{number:031x}"


@st.composite
def portals(draw: st.DrawFn) -> Observed:
    """Return up to five projects of a customer with up to six people."""
    people = draw(st.lists(st.tuples(_names, _names), min_size=6, max_size=6))
    projects, grants, allocations = [], {}, {}
    for number in range(draw(st.integers(0, 5))):
        uuid = _uuid("a", number)
        projects.append(
            Project(
                uuid=uuid,
                name=draw(_texts),
                description=draw(_texts),
                backend_id=draw(st.sampled_from(["", "lab/soup", "lab/", "lab/No", "other/soup"])),
                end_date=draw(_days),
                created=NOW - timedelta(days=draw(st.integers(0, 3))),
            )
        )
        grants[uuid] = tuple(
            Grant(
                project_uuid=uuid,
                user_uuid=_uuid("b", person),
                username=people[person][0],
                email=people[person][1],
                role=draw(st.sampled_from([*ProjectRole, "PROJECT.REVIEWER"])),
                expiration_time=draw(_moments),
                created=draw(_moments),
            )
            for person in draw(st.lists(st.integers(0, 5), max_size=8))
        )
        allocations[uuid] = tuple(
            Allocation(
                uuid=_uuid("c", index),
                name=draw(_texts),
                state=draw(st.sampled_from([*AllocationState])),
                offering_uuid=_uuid("d", 0),
                offering_name=draw(_texts),
                limits=limits,
            )
            for index, limits in enumerate(draw(st.lists(_limits, max_size=3)))
        )
    return Observed(Customer(uuid="f" * 32), tuple(projects), grants, allocations)


_settings = st.builds(
    ExportSettings,
    instance=st.sampled_from(["", "lab"]),
    people=st.sampled_from([*PersonName]),
    prefix=st.sampled_from(["", "hpc-"]),
    owner=st.sampled_from(["", "support@example.org"]),
    quota=st.sampled_from([{}, QUOTA]),
)


@given(portals(), _settings)
def test_a_document_of_a_portal_is_valid_for_everybody_who_reads_it(observed, settings):
    rules = Rules() if settings.instance else RESTRICTED

    exported = export(observed, settings, rules, now=NOW)

    assert problems(exported.pmr, rules) == []
    read = documents.loads(exported.to_yaml(), rules=rules)
    assert read.profiles == exported.pmr.profiles
    assert exported.to_yaml().replace("\n", "").isprintable()


@given(portals(), _settings)
def test_each_project_is_a_profile_or_a_warning(observed, settings):
    exported = export(observed, settings, Rules(), now=NOW)

    left_out = [note for note in exported.notes if note.where.path.startswith("Project/")]
    assert len(exported.pmr.profiles) + len(exported.drafts) + len(left_out) == len(
        observed.projects
    )
    assert exported.pmr.profiles.keys().isdisjoint(exported.drafts)


def granted(project, grants, people):
    """Return the roles of a contributor that a project gives now, by name of the person."""
    granted = {}
    for grant in grants:
        role = next((role for role, name in ROLES.items() if name == grant.role), None)
        is_over = grant.expiration_time is not None and grant.expiration_time <= NOW
        if role is not None and not is_over:
            name = grant.username if people is PersonName.CUID else grant.email
            granted.setdefault(name, []).append(role)
    return granted


@given(portals(), _settings)
def test_nobody_gets_more_than_the_project_gives(observed, settings):
    exported = export(observed, settings, Rules(), now=NOW)

    for name, project in ProfileNames(settings).of(observed.projects):
        if name not in exported.pmr.profiles:
            continue
        profile = exported.pmr.profiles[name]
        roles = granted(project, observed.grants[project.uuid], settings.people)
        assert (
            profile.owner.name == settings.owner
            or ContributorRole.ADMIN in roles[profile.owner.name]
        )
        end = end_of_project(project.end_date)
        for person in profile.contributors:
            assert person.role in roles[person.name]
            assert end is None or (person.until is not None and person.until <= end)


@given(portals(), _settings)
def test_everybody_of_a_profile_keeps_access_or_is_named_in_a_warning(observed, settings):
    exported = export(observed, settings, Rules(), now=NOW)

    for name, project in ProfileNames(settings).of(observed.projects):
        if name in exported.pmr.profiles:
            profile = exported.pmr.profiles[name]
            people = {profile.owner.name, *(person.name for person in profile.contributors)}
            notes = [note for note in exported.notes if note.where.profile == name]
            missing = (
                granted(project, observed.grants[project.uuid], settings.people).keys() - people
            )
            assert len(notes) >= len(missing)
