"""A document is applied to a portal of each generation through the engine."""

from puhuri.properties import portals
from puhuri.runs import allocation, document, members, project_of, results, run
from puhuri_server.sample import cuid

TEAM = ("quantum", "ada", {"bo": "edit", "cleo": "view"})
SOUP = ("soup", "bo", {})
LIMITS = {"cpu_k_hours": 10, "gpu_k_hours": 5}


def test_a_new_document_makes_projects_with_their_members(portal):
    report = run(portal, document(TEAM, SOUP, description="R&D", name="Quantum"))

    assert {result for _, result in results(report)} == {"DONE"}
    project = project_of(portal, "quantum")
    assert (project.name, project.description) == ("Quantum", "R&amp;D")
    assert members(portal, "quantum") == {
        (cuid("ada"), "PROJECT.MANAGER"),
        (cuid("bo"), "PROJECT.ADMIN"),
        (cuid("cleo"), "PROJECT.MEMBER"),
    }
    assert members(portal, "soup") == {(cuid("bo"), "PROJECT.MANAGER")}


def test_the_same_document_again_changes_nothing(portal):
    pmr = document(TEAM, SOUP, description="R&D")
    run(portal, pmr)
    portal.requests.clear()

    report = run(portal, pmr)

    assert report.outcomes == ()
    assert report.exit_code == 0
    assert {sent.method for sent in portal.requests} == {"GET"}


def test_another_document_changes_roles_and_ends_those_of_a_removed_profile(portal):
    run(portal, document(TEAM, SOUP))

    run(portal, document(("quantum", "ada", {"bo": "view", "eve": "admin"})))

    assert members(portal, "quantum") == {
        (cuid("ada"), "PROJECT.MANAGER"),
        (cuid("bo"), "PROJECT.MEMBER"),
        (cuid("eve"), "PROJECT.MANAGER"),
    }
    assert members(portal, "soup") == set()


def test_an_order_that_the_provider_must_approve_is_pending(portal):
    pmr = document(TEAM, allocations=[allocation(**LIMITS)])

    first = run(portal, pmr)
    again = run(portal, pmr)

    (waiting,) = again.waiting
    assert "waits for the provider of LUMI regular" in waiting.what
    assert again.outcomes == ()
    assert first.exit_code == again.exit_code != 0
    assert len(portal.world.orders) == 1


def test_a_limit_is_ordered_with_those_that_stay(portal):
    run(portal, document(TEAM, allocations=[allocation(**LIMITS)]))
    (order,) = portal.world.orders
    portal.world.execute(order)

    run(portal, document(TEAM, allocations=[allocation(cpu_k_hours=20, gpu_k_hours=5)]))

    (resource,) = portal.world.resources
    order = portal.world.open_order(resource)
    assert order.limits == {"cpu_k_hours": 20, "gpu_k_hours": 5}


def test_projects_of_others_are_left_alone(portal):
    portal.reset(portals.new_world(portal.world.version, portals.Time()))
    theirs = portals.foreign(portal.world, adopts=False)

    run(portal, document(TEAM))
    run(portal, document(), allow_terminations=True)

    assert len(theirs) == 4
    assert portals.foreign(portal.world, adopts=False) == theirs


def test_an_offering_with_terms_is_ordered_only_if_the_document_accepts_them(portal):
    portal.world.offerings[0].terms_of_service = "You shall not mine."
    refused = run(portal, document(TEAM, allocations=[allocation(**LIMITS)]))
    assert [outcome.change.target.name for outcome in refused.failed] == ["training"]

    run(portal, document(TEAM, allocations=[{**allocation(**LIMITS), "accept_terms": True}]))

    assert len(portal.world.orders) == 1
