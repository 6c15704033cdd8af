"""Outdated and incomplete lists do no harm, and a run with complete lists finishes."""

import pytest

from integration.faults.conftest import CHANCE, LISTS
from integration.faults.trial import LISTED
from memory_api import gone_mid_list
from scenarios.documents import LIMITS, QUOTA, Scenario, document, profile

MANY = document(
    *(profile(f"p{number}", ann="edit", resources=QUOTA, limit_range=LIMITS) for number in range(4))
)
PAGED = Scenario("pages", MANY, MANY)


def from_the_past(revision, resource="*"):
    """Return a fault: the API server itself lists the objects of a revision."""

    def fault(request, act):
        if (
            request.verb == "list"
            and resource in ("*", request.resource)
            and "continue" not in request.query
        ):
            request.query |= {"resourceVersion": str(revision), "resourceVersionMatch": "Exact"}
        return act()

    return fault


def test_a_list_from_before_everything_does_no_harm(
    lab, goal, ledger, recorder, chance, scenario, resource
):
    wanted, past = goal(scenario), recorder.mark()
    chosen = chance.choice(LISTS) if resource == CHANCE else resource

    with lab.trial(scenario) as trial:
        trial.blind = True
        # nothing comes of waiting for what is not shown
        trial.apply(from_the_past(past, chosen), deadline=2.0)
        found = [f"{chosen}: {one}" for one in (*trial.finish(), *trial.problems(wanted))]

        ledger.again += trial.runs > 1
        ledger.note("others", "an outdated list", str(scenario), 1, found)
    assert found == []


@pytest.mark.parametrize("resource", LISTED)
def test_a_list_whose_pages_grew_too_old_is_read_again(lab, ledger, resource):
    with lab.trial(PAGED) as trial:
        fault = gone_mid_list(resource=resource)

        report = trial.apply(fault, page_size=2)

        assert fault.hits == 1
        assert (report.exit_code, report.outcomes) == (0, ())
        ledger.note("others", "410 in the middle of a list", resource, 1)
