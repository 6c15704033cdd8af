"""The databags of observability, read and written as their interfaces have them. Pure.

By hand, and held against the packages by the tests. `charmlibs-interfaces-otlp` publishes two rules
of its own with ours, of which one, `absent(up)`, would fire for ever: what is pushed has no `up`;
and importing it costs as much again as an empty charm. There is no package for grafana-dashboard.
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
    """Where to send what: the URL without the path, and which of metrics, logs and traces it takes."""

    url: str
    takes: frozenset[str]


def endpoint_in(databag: Mapping[str, str]) -> Endpoint | None:
    """Return the HTTP endpoint that a collector offers, None where it offers none, or none that can be understood.

    Source: canonical/charmlibs, interfaces/otlp: `endpoints` is a list of protocol, endpoint,
    telemetries.
    """
    for one in _listed(databag.get("endpoints", "")):
        if (
            isinstance(one, dict)
            and one.get("protocol") == "http"
            and isinstance(one.get("telemetries"), list)
        ):
            return _endpoint(one.get("endpoint"), frozenset(map(str, one["telemetries"])))
    return None


def receiver_in(databag: Mapping[str, str]) -> Endpoint | None:
    """Return where Tempo takes traces, None where it does not say so yet.

    Source: canonical/charmlibs, interfaces/tracing: `receivers` is a list of protocol {name, type}
    and url.
    """
    for one in _listed(databag.get("receivers", "")):
        if (
            isinstance(one, dict)
            and isinstance(one.get("protocol"), dict)
            and one["protocol"].get("name") == RECEIVER
        ):
            return _endpoint(one.get("url"), frozenset({"traces"}))
    return None


def _endpoint(url: object, takes: frozenset[str]) -> Endpoint | None:
    known = takes & otlp.PATHS.keys()
    if known and isinstance(url, str) and url.startswith(("http://", "https://")):
        return Endpoint(url.rstrip("/"), known)
    return None


def certificates_in(databag: Mapping[str, str]) -> list[str]:
    """Return the certificates of authorities that a databag of `certificate_transfer` (version 1) holds, as PEM."""
    return [one for one in _listed(databag.get("certificates", "")) if isinstance(one, str)]


def rules_databag(rules: str, topology: Mapping[str, str]) -> dict[str, str]:
    """Return the databag with which a collector gets alert rules; it puts the topology into them.

    Source: canonical/charmlibs, interfaces/otlp, _OtlpRequirerAppData.
    """
    whole = {"promql": yaml.safe_load(rules), "logql": {}}
    named = {"charm_name" if key == "charm" else key: value for key, value in topology.items()}
    return {"rules": json.dumps(_packed(json.dumps(whole))), "metadata": json.dumps(named)}


def receivers_databag() -> dict[str, str]:
    """Return the databag with which Tempo is asked for a receiver."""
    return {"receivers": json.dumps([RECEIVER])}


def dashboard_databag(dashboard: str, topology: Mapping[str, str]) -> dict[str, str]:
    """Return the databag with which Grafana gets a dashboard; as a file of this charm.

    Source: canonical/grafana-k8s-operator, lib/charms/grafana_k8s/v0/grafana_dashboard.py.
    """
    template = {
        "charm": topology["charm"],
        "content": _packed(dashboard),
        "juju_topology": {key: value for key, value in topology.items() if key != "charm"},
        "inject_dropdowns": False,  # they list what has an `up`; the dashboard brings its own
        "dashboard_alt_uid": sha256(topology["charm"].encode()).hexdigest()[:16],
    }
    # Grafana looks again where the uuid is another one.
    uuid = sha256(dashboard.encode()).hexdigest()[:32]
    return {
        "dashboards": json.dumps(
            {"templates": {f"file:{topology['charm']}": template}, "uuid": uuid}
        )
    }


def _packed(text: str) -> str:
    return base64.b64encode(lzma.compress(text.encode())).decode()


def _listed(text: str) -> list[Any]:
    """Read a list of JSON that somebody else wrote; what is none, or is longer than any, is an empty one."""
    try:
        found = json.loads(text) if 0 < len(text) <= _LONGEST_LIST else []
    except (RecursionError, ValueError):
        return []
    return found if isinstance(found, list) else []
