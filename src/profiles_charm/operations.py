"""What each action does with the engine: plan, list and delete stale profiles, export, list access."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from profiles_charm import actions, status, status_text
from profiles_charm.actions import Answer
from profiles_charm.connection import Connection
from profiles_management import (
    ProfilesError,
    Settings,
    delete_stale_profiles,
    export_pmr,
    list_access,
    list_stale_profiles,
    plan_profiles,
)
from profiles_management.sources import Gathered

NOTHING_ALLOWED: Mapping[str, bool] = {}
"""What a run that nobody asked for may do in addition, by the names of settings."""

Inputs = tuple[Settings, Gathered]


@dataclass(frozen=True, slots=True)
class Operations:
    """The actions of the leader. Each method returns an answer, and raises what the engine raises.

    Attributes:
        app: name of the application in Juju.
        connection: the cluster and the clock.
        settings: returns the settings that the options describe.
        inputs: reads the options and every source; takes what this run is allowed in addition.
    """

    app: str
    connection: Connection
    settings: Callable[[], Settings]
    inputs: Callable[[Mapping[str, bool]], Inputs]

    def answered(self, work: Callable[[], Answer]) -> Answer:
        """Return the answer of an action, or the reason why it failed. Raises nothing of ours."""
        try:
            return work()
        except ProfilesError as error:
            return Answer(actions.of_error(error), status.status_of(error, self.app).message)

    def plan(self, params: actions.Plan, allowed: Mapping[str, bool] = NOTHING_ALLOWED) -> Answer:
        """Show what the next run would change."""
        settings, gathered = self.inputs(allowed)
        plan = plan_profiles(
            gathered.pmr,
            target=self.connection.client,
            settings=settings,
            now=params.at,
            clock=self.connection.clock,
        )
        unread = status.unread(gathered, self.app)
        return Answer(actions.of_plan(plan, settings, gathered), unread)

    def list_stale(self) -> Answer:
        """List the profiles that no source defines any more."""
        settings, gathered = self.inputs(NOTHING_ALLOWED)
        stale = list_stale_profiles(gathered.pmr, target=self.connection.client, settings=settings)
        return Answer(actions.of_stale(stale), status.unread(gathered, self.app))

    def delete_stale(self, params: actions.DeleteStale) -> Answer:
        """Delete stale profiles, if the parameters confirm it and every source can be read."""
        settings, gathered = self.inputs(NOTHING_ALLOWED)
        client = self.connection.client
        stale = list_stale_profiles(gathered.pmr, target=client, settings=settings)
        wrong = status.unread(gathered, self.app)
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
            clock=self.connection.clock,
        )
        return Answer(actions.of_report(report), status_text.trouble(report) or report.stopped)

    def export(self) -> Answer:
        """Write the profiles of the cluster as a document."""
        export = export_pmr(target=self.connection.client, settings=self.settings())
        return actions.of_export(export)

    def access(self, params: actions.ListAccess) -> Answer:
        """List who has which role where."""
        entries = list_access(
            target=self.connection.client,
            settings=self.settings(),
            profile=params.profile or None,
        )
        return Answer(actions.of_access(entries, params, self.connection.clock.now()))
