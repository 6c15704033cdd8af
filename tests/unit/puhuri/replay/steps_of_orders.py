"""What happened to allocations and their orders between the recorded exchanges."""

from datetime import timedelta

from puhuri.replay.recorded_names import HIDDEN, SOON, START
from puhuri.replay.steps import Steps

STEPS = Steps()

_OCTOBER = START.replace(month=10, day=17)


@STEPS.before("orders", 0)
def _projects_for_orders(portal):
    portal.projects.clear()
    yesterday = portal.time.date() - timedelta(days=1)
    portal.add_project("Orders", "3937ed00fdb24631982c71c64da37060")
    portal.add_project("Ended project", "feff97d01abb411dba67fdc2a4a83971", end_date=yesterday)
    portal.add_project("Future project", "8a88b107afc44f1e869f471c690d209d", start_date=SOON)
    portal.add_project("Future project 2", "1957efc8311441ec8f4ff80eef5b438e", start_date=SOON)
    portal.add_project("Hidden", "419af1bcb705403abb88d1e279f57431", HIDDEN)
    portal.add_member("pmanager", "Orders", "MANAGER")
    portal.add_member("pmanager", "Future project 2", "MANAGER")


@STEPS.before("orders", 7)
def _the_order_is_under_way(portal):
    portal.orders[0].state = "executing"


@STEPS.before("orders", 8)
def _the_order_is_done(portal):
    portal.orders[0].state = "done"


@STEPS.before("orders", 132)
def _the_agent_begins(portal):
    portal.execute(portal.order("Agent fails"))


@STEPS.before("resources", 0)
def _an_allocation_is_ordered(portal):
    portal.add_project("Resources", "bc6db05a6c8049b8b1c6507121fd6c46")
    portal.add_project("Resources 2", "6284c15ac4a04febbcb2008acd4e6992")
    uuid = "5f6bc9e46d03461a97c21c890fbc2768"
    portal.add_allocation("Resources", "Alpha", uuid, state="Creating")
    portal.add_member("pmanager", "Resources", "MANAGER")


@STEPS.before("resources", 2)
def _the_allocation_is_made(portal):
    portal.finish(portal.order("Alpha"))
    portal.allocation("Alpha").backend_id = "project_465000001"


@STEPS.before("resources", 19)
def _nobody_becomes_a_member(portal):
    portal.add_member("nobody", "Resources")


@STEPS.before("resources", 27, 34, 122)
def _the_provider_approves(portal):
    portal.execute(portal.order("Alpha"))


@STEPS.before("resources", 37)
def _an_agent_makes_an_allocation(portal):
    portal.order("Alpha").state = "canceled"
    uuid = "17cb66b4b1af48b3aa74ee793413100f"
    slurm = "Site agent Slurm"
    portal.add_allocation("Resources", "Agent", uuid, slurm, state="Creating")
    portal.execute(portal.order("Agent"))


@STEPS.before("resources", 38, 48)
def _the_agent_is_done(portal):
    portal.finish(portal.order("Agent"))


@STEPS.before("resources", 39, 47)
def _the_agent_works(portal):
    portal.execute(portal.order("Agent"))


@STEPS.before("resources", 43)
def _the_agent_fails(portal):
    portal.fail(portal.order("Agent"), "no quota")


@STEPS.before("resources", 74)
def _another_project_has_allocations(portal):
    uuid = "fbb50663bbff47fbaf05a135b498d34e"
    portal.add_allocation("Resources 2", "Beta", uuid, state="Creating")
    uuid = "87ae309b8b9342f8b254235717e5009d"
    portal.add_allocation("Resources 2", "Gamma", uuid, "Node hours pay per use")


@STEPS.before("resources", 115)
def _the_termination_is_cancelled(portal):
    portal.order("Alpha").state = "canceled"


@STEPS.before("usage", 0)
def _allocations_to_be_measured(portal):
    portal.later(minutes=1)
    portal.add_project("Usage", "b080cd2069a34ec6b8bf90be54d76b23")
    portal.add_allocation("Usage", "Measured", "5a139f3cd3bb429d8f46e56c2df6a048")
    uuid = "6c1cf84145914a5aa862ae8f9b9c104b"
    portal.add_allocation("Usage", "Pay per use 3", uuid, "Node hours pay per use")
    portal.allocation("Pay per use 3").name = "Pay per use"


@STEPS.before("usage", 14)
def _october_had_a_usage(portal):
    portal.add_usage("Measured", "cpu_k_hours", "7.00", _OCTOBER)


@STEPS.before("usage", 42)
def _another_customer_has_usage(portal):
    portal.add_project("Hidden usage", "1e2362ae01bd4189b7c05ae5cb20bd74", HIDDEN)
    portal.add_allocation("Hidden usage", "Hidden", "4903178c106f41368c30471c9cabc543")
    portal.add_usage("Hidden", "cpu_k_hours", "1.00", portal.time)


@STEPS.before("usage", 44)
def _nobody_is_a_member_elsewhere(portal):
    portal.add_project("Another project")
    portal.add_member("nobody", "Another project")


@STEPS.before("usage", 50)
def _the_measured_allocation_ends(portal):
    portal.allocation("Measured").state = "Terminated"
