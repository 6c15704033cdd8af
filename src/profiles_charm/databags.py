"""The databags of the observability relations. Pure.

They are read and written here, and the tests compare them with the packages of the interfaces.
Importing `charmlibs-interfaces-otlp` costs as much as an empty charm, and it publishes a rule
`absent(up)`, which always fires for metrics that are pushed. There is no package for
grafana-dashboard.
"""

import base64
import json
import lzma
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import yaml

from profiles_charm import otlp

_LONGEST_LIST = 1_000_000  # characters: a bundle of all public certificates has a quarter of it
RECEIVER = "otlp_http"  # the protocol that is asked of Tempo


class Endpoint(NamedTuple):
    """A collector: its URL without the path, and which of metrics, logs and traces it accepts."""

    url: str
    takes: frozenset[str]


def endpoint_in(databag: Mapping[str, str]) -> Endpoint | None:
    """Return the HTTP endpoint that a collector offers, None if there is no valid one.

    Source: canonical/charmlibs, interfaces/otlp: `endpoints` is a list of protocol, endpoint,
    telemetries.
    """
    for endpoint in _mappings(databag.get("endpoints", "")):
        telemetries = endpoint.get("telemetries")
        if endpoint.get("protocol") == "http" and isinstance(telemetries, list):
            return _endpoint(endpoint.get("endpoint"), frozenset(map(str, telemetries)))
    return None


def receiver_in(databag: Mapping[str, str]) -> Endpoint | None:
    """Return where Tempo accepts traces, None if it has not published that yet.

    Source: canonical/charmlibs, interfaces/tracing: `receivers` is a list of protocol {name, type}
    and url.
    """
    for receiver in _mappings(databag.get("receivers", "")):
        protocol = receiver.get("protocol")
        if isinstance(protocol, dict) and protocol.get("name") == RECEIVER:
            return _endpoint(receiver.get("url"), frozenset({"traces"}))
    return None


def _endpoint(url: object, takes: frozenset[str]) -> Endpoint | None:
    known = takes & otlp.PATHS.keys()
    if known and isinstance(url, str) and url.startswith(("http://", "https://")):
        return Endpoint(url.rstrip("/"), known)
    return None


def certificates_in(databag: Mapping[str, str]) -> list[str]:
    """Return the CA certificates of a databag of `certificate_transfer` (version 1), in PEM."""
    certificates = _listed(databag.get("certificates", ""))
    return [certificate for certificate in certificates if isinstance(certificate, str)]


def rules_databag(rules: str, topology: Mapping[str, str]) -> dict[str, str]:
    """Return the databag that gives a collector alert rules. It adds the topology to them.

    Source: canonical/charmlibs, interfaces/otlp, _OtlpRequirerAppData.
    """
    whole = {"promql": yaml.safe_load(rules), "logql": {}}
    named = {"charm_name" if key == "charm" else key: value for key, value in topology.items()}
    return {"rules": json.dumps(_packed(json.dumps(whole))), "metadata": json.dumps(named)}


def receivers_databag() -> dict[str, str]:
    """Return the databag that asks Tempo for a receiver."""
    return {"receivers": json.dumps([RECEIVER])}


def dashboard_databag(dashboard: str, topology: Mapping[str, str]) -> dict[str, str]:
    """Return the databag that gives Grafana a dashboard, as a file of this charm.

    Source: canonical/grafana-k8s-operator, lib/charms/grafana_k8s/v0/grafana_dashboard.py.
    """
    template = {
        "charm": topology["charm"],
        "content": _packed(dashboard),
        "juju_topology": {key: value for key, value in topology.items() if key != "charm"},
        "inject_dropdowns": False,  # they list what has an `up`; the dashboard brings its own
        "dashboard_alt_uid": sha256(topology["charm"].encode()).hexdigest()[:16],
    }
    # Grafana reads the dashboard again if this uuid changed.
    uuid = sha256(dashboard.encode()).hexdigest()[:32]
    return {
        "dashboards": json.dumps(
            {"templates": {f"file:{topology['charm']}": template}, "uuid": uuid}
        )
    }


def _packed(text: str) -> str:
    return base64.b64encode(lzma.compress(text.encode())).decode()


def _mappings(text: str) -> list[dict[str, Any]]:
    """Return the mappings in a JSON list that somebody else wrote."""
    return [entry for entry in _listed(text) if isinstance(entry, dict)]


def _listed(text: str) -> list[Any]:
    """Return a JSON list that somebody else wrote; an empty one if it is not valid or too long."""
    if len(text) > _LONGEST_LIST:
        return []
    try:
        value = json.loads(text)
    except (RecursionError, ValueError):
        return []
    if not isinstance(value, list):
        return []
    return value
