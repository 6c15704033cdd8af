"""What Canonical's observability stack gets: metrics, logs and traces of each run, alert rules and a dashboard.

The charm has no workload and lives for one hook, so nothing can be scraped; each run is sent when
it ended, over OTLP/HTTP. Nothing is sent and nothing more imported where there is no relation, and
whatever goes wrong is one line in juju-log: telemetry is never a reason for a hook to fail.

`ops-tracing` has no part in it: ops imports it in every hook, related or not, and that costs as
much again as an empty charm.
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import ops

from profiles_charm import databags, figures, otlp
from profiles_charm.juju_log import said_by
from profiles_charm.run import Run

OTLP, TRACING, CERTIFICATES, DASHBOARD = (
    "send-otlp",
    "charm-tracing",
    "receive-ca-cert",
    "grafana-dashboard",
)

logger = logging.getLogger(__name__)

_HERE = Path(__file__).parents[1]
_RULES = _HERE / "prometheus_alert_rules" / "profiles-management.rules"
_DASHBOARD = _HERE / "grafana_dashboards" / "profiles-management.json"
_PATIENCE = 2.0  # seconds to connect, to send and to be answered; a hook waits for it


class Telemetry(ops.Object):
    """Sends what a run came to, and keeps rules and dashboard published."""

    def __init__(self, charm: ops.CharmBase) -> None:
        super().__init__(charm, "telemetry")
        self._charm = charm
        for event in (
            *(charm.on[name].relation_created for name in (OTLP, TRACING, DASHBOARD)),
            charm.on.leader_elected,
            charm.on.upgrade_charm,
        ):
            self.framework.observe(event, self._on_something_to_publish)

    def tell(self, run: Run) -> None:
        """Send what a run came to, to each collector that is related; never fails, and takes seconds at most."""
        with _harmless():
            for endpoint in self._endpoints():
                with _harmless():
                    self._send(run, endpoint)

    def _send(self, run: Run, endpoint: databags.Endpoint) -> None:
        resource = self._resource()
        told = {
            "metrics": otlp.metrics(figures.of(run), resource, run.now),
            "logs": otlp.logs(run, resource),
            "traces": otlp.traces(run, resource, "run"),
        }
        trusted = _trusted(self._certificates()) if endpoint.url.startswith("https:") else False
        with httpx2.Client(verify=trusted, timeout=_PATIENCE, trust_env=False) as client:
            for name in sorted(endpoint.takes):
                client.post(f"{endpoint.url}{otlp.PATHS[name]}", json=told[name]).raise_for_status()

    def _endpoints(self) -> Iterator[databags.Endpoint]:
        offers = ((OTLP, databags.endpoint_in), (TRACING, databags.receiver_in))
        for relation, read in (
            (relation, read) for name, read in offers for relation in self.model.relations[name]
        ):
            if found := read(relation.data[relation.app]):
                yield found

    def _certificates(self) -> str:
        found = (relation.data[relation.app] for relation in self.model.relations[CERTIFICATES])
        return "\n".join(
            certificate for databag in found for certificate in databags.certificates_in(databag)
        )

    def _resource(self) -> dict[str, str]:
        """Where a run was, in the words by which COS finds it."""
        return {
            "service.name": self._charm.app.name,
            "service.instance.id": self._charm.unit.name,
            **{f"juju_{key}": value for key, value in self._topology().items()},
        }

    def _topology(self) -> dict[str, str]:
        return {
            "model": self.model.name,
            "model_uuid": self.model.uuid,
            "application": self._charm.app.name,
            "unit": self._charm.unit.name,
            "charm": self._charm.meta.name,
        }

    # publishing

    def _on_something_to_publish(self, _: ops.EventBase) -> None:
        if not self._charm.unit.is_leader():
            return
        for relation in self.model.relations[OTLP]:
            relation.data[self._charm.app].update(
                databags.rules_databag(_RULES.read_text(), self._topology())
            )
        for relation in self.model.relations[TRACING]:
            relation.data[self._charm.app].update(databags.receivers_databag())
        for relation in self.model.relations[DASHBOARD]:
            relation.data[self._charm.app].update(
                databags.dashboard_databag(_DASHBOARD.read_text(), self._topology())
            )


@contextmanager
def _harmless() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever telemetry stumbles over, the hook has done its work
        # What it says may hold the URL of the collector, with a password in it.
        logger.warning("telemetry was not sent: %s", said_by(error))


def _trusted(certificates: str) -> ssl.SSLContext:
    """Trust these authorities, or without any those of the system; an intermediate one counts as well."""
    context = ssl.create_default_context(cadata=certificates or None)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
