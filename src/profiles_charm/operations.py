"""What each action does with the engine.

Sync, plan, list and delete stale profiles, export, list access.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from profiles_charm import actions, status, status_text
from profiles_charm.actions import Answer, Params
from profiles_charm.connection import Connection
from profiles_charm.portal_as_target import PortalAsTarget
from profiles_charm.portal_run import for_portal
from profiles_charm.run import NOTHING_ALLOWED, Inputs, Run
from profiles_charm.target_result import TargetResult
from profiles_management import (
    ProfilesError,
    Settings,
    delete_stale_profiles,
    export_pmr,
    list_access,
    list_stale_profiles,
    plan_profiles,
)
from profiles_management.pmr.classes import ProfilesManagementRepresentation


@dataclass(frozen=True, slots=True)
class Leader:
    """What the leader's charm gives an action.

    Attributes:
        app: name of the application in Juju.
        connection: the cluster and the clock.
        settings: returns the settings that the options describe.
        inputs: reads the options and every source; takes what this run is allowed in addition.
        run: applies the sources; takes the same.
    """

    app: str
    connection: Connection
    settings: Callable[[], Settings]
    inputs: Callable[[Mapping[str, bool]], Inputs]
    run: Callable[[Mapping[str, bool]], Run]


@dataclass(frozen=True, slots=True)
class Operation:
    """What an action takes, and what it does. `work` raises what the engine raises."""

    params: type[Params]
    work: Callable[[Leader, Any], Answer]

    def answer(self, leader: Leader, params: Params) -> Answer:
        """Return the answer of the action, or why it failed; no ProfilesError is raised."""
        try:
            return self.work(leader, params)
        except ProfilesError as error:
            return Answer(actions.of_error(error), status.status_of(error, leader.app).message)


def _sync(leader: Leader, params: actions.SyncNow) -> Answer:
    """Apply the sources now, or show what that would change."""
    if params.dry_run:
        return _planned(leader, actions.Plan(), params.allowed)
    run = leader.run(params.allowed)
    answer = Answer(actions.of_run(run), status.reasons(run, leader.app))
    return answer.joined(Answer(actions.of_portal_run(run.portal)))


def _plan(leader: Leader, params: actions.Plan) -> Answer:
    """Show what the next run would change."""
    return _planned(leader, params, NOTHING_ALLOWED)


def _planned(leader: Leader, params: actions.Plan, allowed: Mapping[str, bool]) -> Answer:
    settings, gathered, portal = leader.inputs(allowed)
    plan = plan_profiles(
        gathered.pmr,
        target=leader.connection.client,
        settings=settings,
        now=params.at,
        clock=leader.connection.clock,
    )
    answer = Answer(actions.of_plan(plan, settings, gathered), status.unread(gathered, leader.app))
    if not portal.is_target:
        return answer
    return answer.joined(_planned_portal(portal, for_portal(gathered, plan), params))


def _planned_portal(
    portal: PortalAsTarget, pmr: ProfilesManagementRepresentation, params: actions.Plan
) -> Answer:
    """Show what the next run would change in the portal."""
    try:
        plan = portal.plan(pmr, params.at)
    except ProfilesError as error:
        return Answer(actions.of_portal_error(error), status.of_portal(TargetResult(error)).message)
    return Answer(actions.of_portal_plan(plan, portal.limits))


def _list_stale(leader: Leader, _: Params) -> Answer:
    """List the profiles that no source defines any more."""
    settings, gathered, _portal = leader.inputs(NOTHING_ALLOWED)
    client = leader.connection.client
    stale = list_stale_profiles(gathered.pmr, target=client, settings=settings)
    return Answer(actions.of_stale(stale), status.unread(gathered, leader.app))


def _delete_stale(leader: Leader, params: actions.DeleteStale) -> Answer:
    """Delete stale profiles, if the parameters confirm it and every source can be read."""
    settings, gathered, _portal = leader.inputs(NOTHING_ALLOWED)
    client = leader.connection.client
    stale = list_stale_profiles(gathered.pmr, target=client, settings=settings)
    wrong = status.unread(gathered, leader.app)
    if not wrong and not params.confirm:
        wrong = actions.UNCONFIRMED
    if wrong:
        return Answer(actions.of_stale(stale), f"nothing was deleted: {wrong}")
    report = delete_stale_profiles(
        gathered.pmr,
        target=client,
        settings=settings,
        keep_data=params.keep_data,
        only={profile.name for profile in stale},
        clock=leader.connection.clock,
    )
    return Answer(actions.of_report(report), status_text.trouble(report) or report.stopped)


def _export(leader: Leader, _: Params) -> Answer:
    """Write the profiles of the cluster as a document."""
    export = export_pmr(target=leader.connection.client, settings=leader.settings())
    return actions.of_export(export)


def _access(leader: Leader, params: actions.ListAccess) -> Answer:
    """List who has which role where."""
    entries = list_access(
        target=leader.connection.client,
        settings=leader.settings(),
        profile=params.profile or None,
    )
    return Answer(actions.of_access(entries, params, leader.connection.clock.now()))


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "sync_now_action": Operation(actions.SyncNow, _sync),
        "plan_action": Operation(actions.Plan, _plan),
        "list_stale_profiles_action": Operation(Params, _list_stale),
        "delete_stale_profiles_action": Operation(actions.DeleteStale, _delete_stale),
        "export_pmr_action": Operation(Params, _export),
        "list_access_action": Operation(actions.ListAccess, _access),
    }
)
"""Every action, by the kind of its event."""
