"""What happened to projects, offerings and customers between the recorded exchanges."""

from datetime import date

from puhuri.replay.recorded_names import COMMUNITY
from puhuri.replay.steps import Steps

STEPS = Steps()


@STEPS.before("wire", 0)
def _a_project_for_the_wire(portal):
    portal.add_project("Wire", "74d9656b3d3548b59343535f53312b85")


@STEPS.before("wire", 14)
def _more_projects(portal):
    for number in range(14):
        portal.add_project(f"Wire {number:02}")


@STEPS.before("lifecycle", 0)
def _projects_that_are_over(portal):
    over = {"end_date": date(2020, 6, 30)}
    portal.add_project("Over", "934b52f15d3844daafa544361699aee2", **over)
    portal.add_allocation("Over", "In over", "8f955053a5e8434d8a21c2772cdb66b1")
    portal.add_project("Over and empty", "17347b471ac34beea98fbb0b9fa28e1c", **over)


@STEPS.before("lifecycle", 6)
def _daily_end_of_projects(portal):
    portal.end_expired_projects()


@STEPS.before("lifecycle", 16)
def _the_offering_is_paused(portal):
    portal.add_project("Offering changes", "1b3919aeacc94d9ea40eab6f09a5b7fe")
    uuid = "f80f77ac9fcd477da8b9ec6a36862b51"
    portal.add_allocation("Offering changes", "Changing offering", uuid)
    portal.offering().state = "Paused"


@STEPS.before("lifecycle", 17)
def _the_offering_is_archived(portal):
    portal.finish(portal.order("Changing offering"))
    portal.offering().state = "Archived"


@STEPS.before("lifecycle", 21)
def _a_plan_is_archived(portal):
    portal.offering().state = "Active"
    portal.offering().plans[1].archived = True


@STEPS.before("lifecycle", 23)
def _the_customer_is_blocked(portal):
    blocked = portal.customer(COMMUNITY)
    portal.add_project("Customer blocked", "db7dc9ca2c964a3da6d057deb77af010", COMMUNITY)
    portal.add_allocation("Customer blocked", "Blocked", "91453a9fbc764efcb3486c94dc0b3dcc")
    blocked.blocked = True


@STEPS.before("lifecycle", 31)
def _the_customer_is_archived(portal):
    archived = portal.customer(COMMUNITY)
    portal.add_project("Customer archived", "46d8beab3cee4df68ed66506d58feaf7", COMMUNITY)
    portal.add_allocation("Customer archived", "Archived", "01f66980ffa3496faefc1bb9a9283134")
    archived.blocked, archived.archived = False, True


@STEPS.before("scale", 0)
def _many_projects(portal):
    portal.projects.clear()
    portal.add_project("Another project", "02b3917bb0d143268a1a331227463e26")
    for name in ("Bulk", *[f"Other {number:02}" for number in range(55)]):
        portal.add_project(name)
    for number in range(478):
        portal.add_project(f"Scale {number:03}").backend_id = f"scale-{number}"
