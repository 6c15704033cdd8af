#!/usr/bin/env python3
"""The charm of the User Manager. It routes: an event, the workload, the relation, a status."""

import logging
import secrets
from collections.abc import Iterator
from functools import partial

import ops

from charms.profiles_management.v0.profiles_management import ProfilesProvider
from user_manager_charm import (
    administrators,
    cluster_token,
    collector,
    config,
    ingress,
    log_forwarding,
    mesh,
    metrics,
    publication,
    settings,
    workload,
)
from user_manager_charm import database as databases
from user_manager_charm.kept_secret import KeptSecret
from user_manager_charm.not_ready import NotReady, waiting
from user_manager_charm.portal import Portal
from user_manager_charm.workload import Workload

PROFILES = "profiles"
PATIENCE = 20.0  # seconds for one request to the workload; a hook waits for it

# Each record is a juju-log process, and these libraries write a dozen of them for each request.
for name in ("dpcharmlibs", "httpcore", "httpcore2", "httpx", "httpx2"):
    logging.getLogger(name).setLevel(logging.WARNING)


class UserManagerCharm(ops.CharmBase):
    """Runs the portal, and publishes its approved accesses, which only the leader does."""

    portal_url = f"http://127.0.0.1:{settings.HTTP_PORT}"
    """Where the workload of the same pod answers."""
    metrics_urls = metrics.SOURCES
    """Where each of its services has metrics."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self._container = self.unit.get_container(workload.CONTAINER)
        self._database = databases.Database(self)
        self._ingress = ingress.Ingress(self)
        self._mesh = mesh.Mesh(self)
        self._secret_key = KeptSecret(self, "secret-key", "secret-key")
        self._token = KeptSecret(self, "cluster-token", "token")
        self.profiles = ProfilesProvider(self, PROFILES, catalogue=True)
        # Empty if this event changed nothing: no status is set then, and the last one stays.
        self._statuses: list[ops.StatusBase] = []
        container = self.on[workload.CONTAINER]
        for event in (
            container.pebble_ready,
            container.pebble_check_recovered,
            self.on.config_changed,
            self.on.secret_changed,
            self.on.leader_elected,
            self.on.upgrade_charm,
            self.on.update_status,
            self.on[databases.PEERS].relation_changed,
            self.on[databases.PEERS].relation_departed,
            self._database.requirer.on.resource_created,
            self._database.requirer.on.endpoints_changed,
            self._database.requirer.on.authentication_updated,
            self.on[databases.RELATION].relation_created,
            self.on[databases.RELATION].relation_broken,
            self.on[ingress.RELATION].relation_changed,
            self.on[ingress.RELATION].relation_broken,
            self.on[mesh.RELATION].relation_changed,
            self.on[mesh.RELATION].relation_broken,
            self.on[collector.RELATION].relation_changed,
            self.on[collector.RELATION].relation_broken,
            self.on[PROFILES].relation_created,
            self.on[PROFILES].relation_broken,
            self.profiles.on.report_changed,
        ):
            framework.observe(event, self._on_something_new)
        framework.observe(container.pebble_custom_notice, self._on_notice)
        framework.observe(self.on.secret_remove, self._on_secret_remove)
        framework.observe(self.on.add_administrator_action, self._on_administrators)
        framework.observe(self.on.remove_administrator_action, self._on_administrators)
        framework.observe(self.on.list_administrators_action, self._on_administrators)
        framework.observe(self.on.use_database_action, self._on_use_database)
        framework.observe(self.on.collect_unit_status, self._on_collect_unit_status)

    # events

    def _on_something_new(self, _: ops.EventBase) -> None:
        if self.app.planned_units() == 0:
            return  # the application is being removed, which changes nothing in the cluster
        self._statuses = list(self._reconcile())

    def _on_notice(self, event: ops.PebbleCustomNoticeEvent) -> None:
        if event.notice.key != settings.NOTICE:
            return
        if self.unit.is_leader():
            self._on_something_new(event)
        else:
            self._tell_leader()

    def _tell_leader(self) -> None:
        """Let the leader publish a change that the workload of this unit made."""
        peers = self.model.get_relation(databases.PEERS)
        if peers is not None:
            peers.data[self.unit]["accesses-changed"] = secrets.token_hex(8)

    def _on_secret_remove(self, event: ops.SecretRemoveEvent) -> None:
        """Remove a revision that nobody reads any more."""
        if event.secret.label in (self._secret_key.label, self._token.label):
            event.remove_revision()  # type: ignore[no-untyped-call]

    def _on_administrators(self, event: ops.ActionEvent) -> None:
        try:
            administrators.answer(event, self._workload())
        except NotReady as reason:
            event.fail(str(reason))

    def _on_use_database(self, event: ops.ActionEvent) -> None:
        params = event.load_params(administrators.UseDatabase, errors="fail")
        if not self.unit.is_leader():
            event.fail(f"{self.unit.name} is not the leader; run it on {self.app.name}/leader")
        elif not params.confirm:
            event.fail("run it again with confirm=true: people lose access that it does not have")
        else:
            self._database.record(None)
            self._on_something_new(event)

    def _on_collect_unit_status(self, event: ops.CollectStatusEvent) -> None:
        for status in self._statuses:
            event.add_status(status)

    # what the charm does

    def _reconcile(self) -> Iterator[ops.StatusBase]:
        """Run the workload, exchange documents, and yield every status of that."""
        for step in (self._mesh.join, self._run, partial(workload.check, self._container)):
            try:
                step()
            except NotReady as reason:
                yield reason.status
        if self._database.pending:
            yield ops.BlockedStatus(self._database.pending)
        metrics.send(self, self.metrics_urls)
        yield self._status_of_accesses()

    def _status_of_accesses(self) -> ops.StatusBase:
        if not self._is_related:
            return ops.ActiveStatus("no relation profiles: approved accesses are not applied")
        if not self.unit.is_leader():
            return ops.ActiveStatus("the leader publishes the approved accesses")
        return publication.status(self.profiles)

    def _run(self) -> None:
        """Run the workload as configured, and publish what it answers.

        Raises:
            NotReady: something is missing or does not answer.
        """
        portal = self._workload()
        self.unit.set_ports(*settings.PORTS)
        portal.start()
        log_forwarding.forward(self, self._container)
        metrics.publish_rules(self)
        if self.unit.is_leader() and self._is_related:
            self._publish(portal)

    def _publish(self, portal: Workload) -> None:
        exchange = publication.Publication(
            Portal(self.portal_url, PATIENCE),
            self.profiles,
            self._token,
            partial(cluster_token.make, portal),
        )
        is_published = exchange.exchange()
        self._database.record(self._database.kind if is_published else None)

    @property
    def _is_related(self) -> bool:
        return bool(self.model.relations[PROFILES])

    def _workload(self) -> Workload:
        """Return the workload with its settings.

        Raises:
            NotReady: an option is not valid, or something is missing.
        """
        options = config.load(self)
        self._ingress.submit(options.ingress_port)
        connection = self._connection()
        sources = settings.Sources(
            options=options,
            webhook=options.webhook_content(),
            secret_key=self._key(),
            database_url=connection.url,
            ingress_url=self._ingress.url(options.ingress_port),
            service=(self.app.name, self.model.name),
        )
        files = {settings.DATABASE_CA: connection.ca} if connection.ca else {}
        environment = settings.environment(sources)
        return Workload(self._container, environment, sources.secrets, files)

    def _connection(self) -> databases.Connection:
        """Return how to reach the database; if somebody has to act first, the services stop.

        Raises:
            NotReady: there is no database that this unit may use.
        """
        try:
            return self._database.connection()
        except NotReady as reason:
            if isinstance(reason.status, ops.BlockedStatus):
                workload.stop(self._container)
            raise

    def _key(self) -> str:
        """Return the secret key, which the leader makes.

        Raises:
            NotReady: the leader has not made it yet.
        """
        key = self._secret_key.read()
        if not key:
            if not self.unit.is_leader():
                raise waiting("waiting for the leader to make the secret key")
            key = secrets.token_urlsafe(48)
            self._secret_key.write(key)
        return key


if __name__ == "__main__":
    ops.main(UserManagerCharm)
