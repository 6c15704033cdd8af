"""The credentials that an exec plugin prints.

Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profiles_management.kubeflow.cluster.http import UNFIT, is_token
from profiles_management.kubeflow.cluster.kubeconfig.exec_plugin import VERSIONS, Plugin
from profiles_management.kubeflow.cluster.kubeconfig.kubeconfig_files import Unparsed, plain
from profiles_management.reconcile.clock import read_moment


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """A token, a client certificate with its key, or both; `expires` is None for never."""

    token: str = ""
    certificate: bytes = b""
    key: bytes = b""
    expires: datetime | None = None


def issued(plugin: Plugin, output: bytes) -> Issued:
    """Return the credentials in the output of a plugin.

    Raises:
        ClusterError: there are none.
    """
    status = _status(plugin, output)
    token = _text(plugin, status, "token").strip()
    certificate = _text(plugin, status, "clientCertificateData")
    key = _text(plugin, status, "clientKeyData")
    if not any((token, certificate, key)):
        raise plugin.refusal("printed neither a token nor a client certificate.")
    if bool(certificate) != bool(key):
        raise plugin.refusal("printed a client certificate without its key, or a key alone.")
    if token and not is_token(token):
        raise plugin.refusal(f"printed a token with {UNFIT}.")
    return Issued(token, certificate.encode(), key.encode(), _expiry(plugin, status))


def _status(plugin: Plugin, output: bytes) -> Mapping[str, Any]:
    if not output.strip():
        raise plugin.refusal("printed nothing.")
    value = _parsed(output)
    if not isinstance(value, Mapping) or value.get("kind") != "ExecCredential":
        raise plugin.refusal("printed something that is not an ExecCredential in JSON.")
    # kubectl requires the version of the kubeconfig; both versions have the same fields
    if value.get("apiVersion") not in VERSIONS:
        raise plugin.refusal(f"printed an ExecCredential of another version than {plugin.version}.")
    status = value.get("status")
    if not isinstance(status, Mapping):
        raise plugin.refusal("printed an ExecCredential without a status.")
    return status


def _parsed(output: bytes) -> Any:  # noqa: ANN401 - any output
    """Return the data of an output in JSON or YAML, as kubectl reads it; None for other texts."""
    try:
        return json.loads(output)
    except (ValueError, RecursionError):
        pass
    try:
        return plain(output)
    except Unparsed:
        return None


def _text(plugin: Plugin, status: Mapping[str, Any], key: str) -> str:
    value = status.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise plugin.refusal(f"printed an ExecCredential whose {key} is not text.")
    return value


def _expiry(plugin: Plugin, status: Mapping[str, Any]) -> datetime | None:
    text = _text(plugin, status, "expirationTimestamp")
    if not text:
        return None
    moment = read_moment(text) or read_moment(f"{text}Z")  # some plugins leave the zone out
    if moment is None:
        raise plugin.refusal("printed an expirationTimestamp that is not a time.")
    return moment


def repeatable(output: bytes | bytearray) -> frozenset[str]:
    """Return the credentials in an output, so that they are hidden in the error output."""
    try:
        status = json.loads(bytes(output))["status"]
        return frozenset(value for value in status.values() if isinstance(value, str))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return frozenset()
