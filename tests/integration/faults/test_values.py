"""Each value of each field changes to each other value, with the same result, and back."""

import pytest

from integration.cluster.waiting import TooLate, wait_for
from profiles_management import Settings
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from scenarios.documents import EMPTY, Scenario
from scenarios.fields import DEFAULTS, PROFILE, field_of
from scenarios.states import differences, everything, in_everything

OF_PROFILES = list(PROFILE)
OF_DEFAULTS = [f"defaults.{path}" for path in DEFAULTS]  # they hold for a whole document
AT_ONCE = Scenario("fresh", EMPTY, EMPTY, Settings(allow_revocations=True, deadline=300.0))
IN_TURN = Scenario(
    "every field", EMPTY, EMPTY, Settings(allow_revocations=True, deadline=60.0, writers=1)
)


@pytest.mark.parametrize(
    "paths", [OF_PROFILES, *([path] for path in OF_DEFAULTS)], ids=["profiles", *OF_DEFAULTS]
)
def test_from_any_value_to_any_other_and_back(lab, ledger, paths):
    goals = fresh_together(lab) if paths is OF_PROFILES else fresh_one_by_one(lab, *paths)

    with lab.trial(IN_TURN) as trial:
        fields = [field_of(path, f"{trial.prefix}-{number}-") for number, path in enumerate(paths)]
        walks = [field.walk() for field in fields]
        for step in range(max(map(len, walks))):
            # who is at the end of its way stays there
            now = [walk[min(step, len(walk) - 1)] for walk in walks]
            documents = [field.documents[number] for field, number in zip(fields, now, strict=True)]
            assert trial.go_on(union(documents)) == [], f"step {step}"
            moved = [
                (path, walk[step], one)
                for path, walk, one in zip(paths, walks, documents, strict=True)
                if step < len(walk)
            ]
            assert left(trial, moved, goals) == [], f"step {step}"
        assert trial.wrong_roles() == []
        for field, walk in zip(fields, walks, strict=True):
            ledger.note("others", "from each value to each other", field.path, len(walk) - 1)


def fresh_together(lab):
    """Return the final state for each value of each field, from an empty cluster."""
    with lab.trial(AT_ONCE) as trial:
        documents = {
            (path, number): field_of(path, f"{trial.prefix}-{index}v{number}-").documents[number]
            for index, path in enumerate(OF_PROFILES)
            for number in range(len(PROFILE[path]))
        }
        assert trial.go_on(union(documents.values())) == []
        return reached(trial, documents)


def fresh_one_by_one(lab, path):
    """Return the same for defaults, which take a document for each value."""
    goals = {}
    for number in range(len(field_of(path).documents)):
        with lab.trial(AT_ONCE) as trial:
            document = field_of(path, f"{trial.prefix}-").documents[number]
            assert trial.go_on(document) == []
            goals |= reached(trial, {(path, number): document})
    return goals


def union(documents):
    """Return one document with all profiles and the defaults of the one that has any."""
    defaults = next((document.defaults for document in documents if document.defaults), None)
    profiles = [one for document in documents for one in document.in_order()]
    return ProfilesManagementRepresentation(profiles, defaults=defaults)


def plain_names(document):
    return {name: name.rpartition("-")[2] for name in document.profiles}


def reached(trial, documents):
    """Return the states of documents' profiles, once everybody is through with them."""
    for name in (name for document in documents.values() for name in document.profiles):
        wait_for(
            f"the controller to be through with {name}", lambda name=name: trial.lab.settled(name)
        )
    found = everything(trial.lab.server)
    return {
        key: in_everything(found, plain_names(document), trial.prefix)
        for key, document in documents.items()
    }


def left(trial, moved, goals):
    """Return how documents' profiles differ from their goals, once they do not or time is up."""

    def now():
        found = everything(trial.lab.server)
        states = [
            (path, number, in_everything(found, plain_names(one), trial.prefix))
            for path, number, one in moved
        ]
        return [
            f"{path}: {one}"
            for path, number, state in states
            for one in differences(state, goals[path, number])
        ]

    try:
        wait_for("the goal", lambda: not now())
    except TooLate:
        return now()
    return []
