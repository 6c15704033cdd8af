"""What the report of a source names, compared with the people in the cluster."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from engine import strategies
from engine.many_sources import SOURCES, of_sources, some_sources
from engine.world import NOON, World
from memory_api import fail_nth_write
from profiles_management import ProfilesError
from profiles_management.kubeflow.objects import naming
from profiles_management.pmr.user_names import same_user
from profiles_management.sources import Gathered, merged, report_for
from profiles_management.sources.source import NothingToRead
from readings import reading

GONE = NothingToRead("it is gone")
FAULTS = st.lists(st.integers(1, 20), max_size=4, unique=True)
BRAKES = st.sampled_from(({}, {"allow_revocations": False, "brake_minimum": 0}))


def gathered(documents, untrusted=()):
    readings = tuple(
        reading(name, pmr or GONE, is_trusted=name not in untrusted)
        for name, pmr in documents.items()
    )
    return Gathered(merged(readings), readings)


def outcome_of(world, documents, **changed):
    try:
        return world.apply(documents.pmr, **changed)
    except ProfilesError as error:
        return error


def reports(documents, outcome):
    return {one.name: report_for(one, documents, outcome, now=NOON) for one in documents.readings}


def people_by_source(world):
    """Return by source the profile, the kind and the name of everybody whom it gave a role."""
    people = defaultdict(set)
    for binding in world.api.objects("RoleBinding"):
        notes = binding["metadata"].get("annotations", {})
        if notes.get(naming.SOURCE) and binding["metadata"]["name"] != naming.OWNER_BINDING:
            people[notes[naming.SOURCE]].add(
                (binding["metadata"]["namespace"], *_person(notes), notes["role"])
            )
    return people


def _person(notes):
    return ("User", notes["user"]) if "user" in notes else ("Group", notes["group"])


def named_by(pmr):
    return set() if pmr is None else {*pmr.profiles, *pmr.additions}


@given(
    of_sources(),
    of_sources(conflicts=True),
    some_sources,
    some_sources,
    FAULTS,
    BRAKES,
    strategies.settings,
)
def test_what_no_report_names_holds_nobody_of_its_source(
    first, second, frozen, untrusted, faults, brake, settings
):
    world = World(settings).after(first.merged())
    documents = second.without(frozen)
    now = gathered(documents, untrusted)
    world.api.faults += [fail_nth_write(index, "422") for index in faults]

    answered = reports(now, outcome_of(world, now, **brake))

    people = people_by_source(world)
    for source in SOURCES:
        left = {profile for profile, *_ in people[source]} - named_by(documents[source])
        states = answered[source].profiles
        assert left <= states.keys()
        assert {states[name][0] for name in left} <= {"pending", "failed"}


@given(of_sources(), of_sources(conflicts=True), some_sources, some_sources, strategies.settings)
def test_a_report_names_no_profile_without_a_reason(first, second, frozen, untrusted, settings):
    world = World(settings).after(first.merged())
    documents = second.without(frozen)
    now = gathered(documents, untrusted)

    answered = reports(now, outcome_of(world, now))

    people = people_by_source(world)
    for source in SOURCES:
        left = {profile for profile, *_ in people[source]}
        assert answered[source].profiles.keys() <= left | named_by(documents[source])


@given(of_sources(), of_sources(conflicts=True), some_sources, strategies.settings)
def test_whoever_is_added_to_an_applied_profile_has_the_role_or_is_refused(
    first, second, untrusted, settings
):
    world = World(settings).after(first.merged())
    now = gathered(second, untrusted)

    answered = reports(now, outcome_of(world, now))

    roles = {person for people in people_by_source(world).values() for person in people}
    for source, pmr in second.items():
        report = answered[source]
        refused = {(one.profile, one.name) for one in report.refused}
        for name, addition in pmr.additions.items():
            if report.profiles[name][0] != "applied":
                continue
            for who in addition.contributors:
                if (name, who.name) in refused or (who.until and who.until <= NOON):
                    continue
                assert (name, who.kind.value, who.name, who.role.value) in roles


@given(of_sources(conflicts=True), some_sources, some_sources)
def test_nobody_is_refused_who_is_not_in_the_document(documents, frozen, untrusted):
    now = gathered(documents.without(frozen), untrusted)

    for one in now.readings:
        listed = (
            set()
            if one.pmr is None
            else {
                (name, who.name)
                for name, addition in one.pmr.additions.items()
                for who in addition.contributors
            }
        )
        report = report_for(one, now, NothingToRead("nothing was done"), now=NOON)
        assert {(who.profile, who.name) for who in report.refused} <= listed
        names = {same_user(who.name) for who in report.refused}
        assert names <= {same_user(name) for _, name in listed}
