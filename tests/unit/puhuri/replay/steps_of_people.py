"""What happened to people, their tokens and their roles between the recorded exchanges."""

from datetime import UTC, datetime, timedelta

from puhuri.replay.recorded_names import CUIDS, HIDDEN, START
from puhuri.replay.steps import Steps

STEPS = Steps()

_AN_HOUR_AGO = datetime(2026, 11, 26, 10, 36, 36, 269838, tzinfo=UTC)
_LAST = datetime(2099, 1, 1, tzinfo=UTC)
_TOKEN_REFUSED = "Unable to get access token. Reason: {'error': 'invalid_client'}"
_NO_TOKEN = "Unable to get access token."


def failing(cuid: str) -> str:
    """Return what the portal answers where the registry fails for a CUID."""
    return f"Unable to get user info for https://registry.example.org/api/userinfo/{cuid}"


@STEPS.before("auth", 27)
def _token_runs_out(portal):
    user = portal.person("shortlived")
    user.failed_logins = 0
    user.token_is_over = True


@STEPS.before("auth", 32)
def _user_is_deactivated(portal):
    portal.person("nobody").is_active = False


@STEPS.before("auth", 34)
def _user_is_active_again(portal):
    portal.person("nobody").is_active = True


@STEPS.before("cuid", 24)
def _registry_fails_for_some(portal):
    portal.registry.failures = {
        "broken@x": failing("broken@x"),
        "limited@x": failing("limited@x"),
        "notjson@x": "Unable to parse JSON in user info response.",
    }


@STEPS.before("cuid", 29)
def _registry_refuses_the_portal(portal):
    portal.registry.failure = _TOKEN_REFUSED


@STEPS.before("cuid", 30, 33)
def _registry_gives_no_token(portal):
    portal.registry.failure = _NO_TOKEN


@STEPS.before("cuid", 31)
def _registry_works_again(portal):
    portal.registry.failure = ""


@STEPS.before("cuid", 32)
def _registry_is_down(portal):
    portal.registry.failure = failing(CUIDS["ada"])


@STEPS.before("cuid", 34)
def _dag_leaves_the_registry(portal):
    portal.registry.failure = ""
    del portal.registry.people[CUIDS["dag"]]


@STEPS.before("cuid", 36)
def _dag_is_back(portal):
    portal.registry.people[CUIDS["dag"]] = "Dag Deleted"


@STEPS.before("members", 2)
def _projects_are_gone_but_one(portal):
    portal.projects.clear()
    portal.time = START + timedelta(seconds=33)
    portal.add_project("Members", "c9fa042c28054843ba4633c0ac5c16e7")


@STEPS.before("members", 48)
def _support_removes_doubled_grants(portal):
    portal.remove_member("eve", "Members")


@STEPS.before("members", 94)
def _nobody_is_removed(portal):
    portal.remove_member("nobody", "Members")


@STEPS.before("members", 98)
def _dag_is_deactivated(portal):
    portal.person("dag").is_active = False


@STEPS.before("members", 101)
def _dag_is_looked_up_again(portal):
    portal.person("dag").is_active = True


@STEPS.before("members", 103)
def _grant_runs_out(portal):
    portal.later(seconds=6)


@STEPS.before("members", 107)
def _daily_clean_up_of_grants(portal):
    portal.clean_up()


@STEPS.before("members", 108)
def _a_project_to_be_moved(portal):
    portal.add_project("Moved with members", "d6e379ffd95b40eb9055a73d6b514e62")
    portal.add_member("ada", "Moved with members")


@STEPS.before("bulk", 1)
def _people_with_many_grants(portal):
    for name, project in (("nobody", "Another project"), ("pmanager", "Orders")):
        portal.remove_member(name, project)
    portal.remove_member("pmanager", "Future project 2")
    portal.add_project("Bulk", "f659e42b8e29410093c7ed352ef98f0f")
    portal.add_project("Hidden bulk", "1b935e6d8d094bc69e4da9ffb4649e28", HIDDEN)
    portal.add_member("ada", "Bulk")
    portal.add_member("ada", "Bulk", "ADMIN")
    portal.add_member("ada", "Hidden bulk")
    portal.add_member("bo", "Bulk", "MANAGER")
    portal.add_member("eve", "Bulk", until=_LAST)
    portal.add_member("eve", "Bulk")
    portal.add_member("flo", "Bulk", until=_AN_HOUR_AGO)
    portal.add_member("dag", "Bulk")
    portal.person("dag").is_active = False


@STEPS.before("bulk", 49)
def _a_grant_is_taken_away(portal):
    (grant,) = [
        grant
        for grant in portal.active_grants(portal.project("Bulk"), portal.person("ada"))
        if grant.role == "PROJECT.ADMIN"
    ]
    grant.is_active = False
