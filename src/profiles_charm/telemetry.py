"""Telemetry for Canonical's observability stack.

It sends metrics, logs and traces of each run, and publishes alert rules and a dashboard. The charm
has no workload and its process lives for one hook, so nothing can be scraped: each run is sent over
OTLP/HTTP when it ends. Without a relation, nothing is sent or imported. An error is one line in
juju-log and never fails a hook.

`ops-tracing` is not used: ops imports it in every hook, also without a relation, which costs as
much as an empty charm.
"""

import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import httpx2
import ops

from profiles_charm import databags, figures, otlp
from profiles_charm.endpoints import Endpoints
from profiles_charm.juju_log import type_and_place
from profiles_charm.run import Run

OTLP, TRACING, CERTIFICATES, DASHBOARD = (
    "send-otlp",
    "charm-tracing",
    "receive-ca-cert",
    "grafana-dashboard",
)

ENDPOINTS = (OTLP, TRACING, CERTIFICATES)
"""The endpoints that each run looks at."""

logger = logging.getLogger(__name__)

_HERE = Path(__file__).parents[1]
_RULES = _HERE / "prometheus_alert_rules" / "profiles-management.rules"
_DASHBOARD = _HERE / "grafana_dashboards" / "profiles-management.json"
_PATIENCE = 2.0  # seconds to connect, to send and to be answered; a hook waits for it


class Telemetry(ops.Object):
    """Sends the results of runs, and publishes alert rules and the dashboard."""

    def __init__(self, charm: ops.CharmBase, endpoints: Endpoints) -> None:
        super().__init__(charm, "telemetry")
        self._charm = charm
        self._related = endpoints
        for event in (
            *(charm.on[name].relation_created for name in (OTLP, TRACING, DASHBOARD)),
            charm.on.leader_elected,
            charm.on.upgrade_charm,
        ):
            self.framework.observe(event, self._on_something_to_publish)

    def send(self, run: Run) -> None:
        """Send the result of a run to each related collector. It never fails or takes minutes."""
        with _harmless():
            for endpoint in self._endpoints():
                with _harmless():
                    self._send(run, endpoint)

    def _send(self, run: Run, endpoint: databags.Endpoint) -> None:
        resource = self._resource()
        data = {
            "metrics": otlp.metrics(figures.of(run), resource, run.now),
            "logs": otlp.logs(run, resource),
            "traces": otlp.traces(run, resource, "run"),
        }
        is_secure = endpoint.url.startswith("https:")
        verify = _trusted(self._certificates()) if is_secure else False
        with httpx2.Client(verify=verify, timeout=_PATIENCE, trust_env=False) as client:
            for name in sorted(endpoint.takes):
                client.post(f"{endpoint.url}{otlp.PATHS[name]}", json=data[name]).raise_for_status()

    def _endpoints(self) -> Iterator[databags.Endpoint]:
        yield from filter(None, map(databags.endpoint_in, self._databags(OTLP)))
        yield from filter(None, map(databags.receiver_in, self._databags(TRACING)))

    def _certificates(self) -> str:
        lists = map(databags.certificates_in, self._databags(CERTIFICATES))
        return "\n".join(chain.from_iterable(lists))

    def _databags(self, endpoint: str) -> Iterator[Mapping[str, str]]:
        """Yield what the applications at the other end of an endpoint publish."""
        for relation in self._related.relations(endpoint):
            yield relation.data[relation.app]

    def _resource(self) -> dict[str, str]:
        """Return the place of a run, as attributes by which COS finds it."""
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
    except Exception as error:  # noqa: BLE001 - the hook has done its work
        # Its text may contain the URL of the collector, with a password.
        logger.warning("telemetry was not sent: %s", type_and_place(error))


def _trusted(certificates: str) -> ssl.SSLContext:
    """Return a context that trusts these CAs, also intermediate ones; without any, the system's."""
    context = ssl.create_default_context(cadata=certificates or None)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
