"""The user of a kubeconfig's context: how to authenticate and as whom to act, checked as kubectl checks it.

Source: validateAuthInfo of k8s.io/client-go/tools/clientcmd, and its transport/round_trippers.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from profiles_management.kubeflow.cluster_errors import ClusterError

if TYPE_CHECKING:
    from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry
    from profiles_management.kubeflow.cluster.kubeconfig.exec_plugin import Plugin

# What replaces each auth-provider that kubectl had.
# Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
_REPLACEMENTS = {
    "gcp": "Install gke-gcloud-auth-plugin and run: gcloud container clusters get-credentials CLUSTER",
    "azure": "Run: kubelogin convert-kubeconfig",
    "oidc": "Set up an exec plugin such as kubelogin: kubectl oidc-login setup",
    "openstack": "Use the exec plugin client-keystone-auth.",
}
_IN_NAMES = frozenset(
    "!#$&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


@dataclass(frozen=True, slots=True, repr=False)
class User:
    """How to authenticate, and as whom to act.

    Attributes:
        entry: what it is from, for messages; None where the context has no user.
        name: its name in the kubeconfig, or the ServiceAccount of the pod; empty where neither is
            known.
        token: a bearer token; with `token_file` the one that counts while the file cannot be read.
        login: a user and a password, as `user:password`.
        certificate: the client certificate, in PEM.
        key: its key, in PEM.
        plugin: the program that fetches credentials.
        headers: what asks the server to take us for somebody else.
        namespace: the namespace of the pod whose ServiceAccount it is, '' for a kubeconfig.
    """

    entry: Entry | None = None
    name: str = ""
    token: str = ""
    token_file: Path | None = None
    login: str = ""
    certificate: bytes = b""
    key: bytes = b""
    plugin: Plugin | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    namespace: str = ""


def user_of(user: Entry) -> User:
    """Return the user that an entry describes.

    Raises:
        ClusterError: it cannot be used.
    """
    provider = user.mapping("auth-provider")
    if provider is not None:
        raise _replaced(user, provider)
    token, token_file = user.token("token"), user.path("tokenFile")
    login = _login(user)
    if login and (token or token_file):
        raise user.refusal("", "has a token and a user name with a password. Keep one of the two.")
    certificate, key = _identity(user)
    static = bool(token or token_file or login or certificate)
    execution = user.mapping("exec")
    # kubectl runs no plugin where the entry holds credentials itself
    plugin = _plugin(execution) if execution is not None and not static else None
    if user.text("client-key") + user.text("client-key-data") and not (static or plugin):
        raise user.refusal("", "has a client-key and no client-certificate. Add the certificate.")
    return User(
        user, user.name, token, token_file, login, certificate, key, plugin, _impersonation(user)
    )


def _plugin(execution: Entry) -> Plugin:
    from profiles_management.kubeflow.cluster.kubeconfig.exec_plugin import plugin_of  # noqa: PLC0415 - few kubeconfigs need it

    return plugin_of(execution)


def _replaced(user: Entry, provider: Entry) -> ClusterError:
    name = provider.text("name")
    known = f" ({name})" if name in _REPLACEMENTS else ""
    remedy = _REPLACEMENTS.get(name, "Use an exec plugin.")
    return user.refusal("auth-provider", f"is not supported{known}. {remedy}")


def _login(user: Entry) -> str:
    name, password = user.text("username"), user.text("password", around="\r\n")
    if password and not name:
        raise user.refusal("", "has a password and no username.")
    if ":" in name:
        raise user.refusal("username", "holds a colon, which would end it.")
    return f"{name}:{password}" if name else ""


def _identity(user: Entry) -> tuple[bytes, bytes]:
    certificate = user.data_or_content("client-certificate")
    if not certificate:
        return b"", b""
    key = user.data_or_content("client-key")
    if not key:
        raise user.refusal("", "has a client-certificate and no client-key. Add the key.")
    return certificate, key


def _impersonation(user: Entry) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers for `as`, `as-uid`, `as-groups` and `as-user-extra`."""
    found = [("Impersonate-User", user.text("as")), ("Impersonate-Uid", user.text("as-uid"))]
    found += [("Impersonate-Group", group) for group in user.texts("as-groups")]
    found += _extras(user.mapping("as-user-extra"))
    found = [(header, value) for header, value in found if value]
    if found and found[0][0] != "Impersonate-User":
        raise user.refusal(
            "", "has as-uid, as-groups or as-user-extra, and no as. Say whom to act as."
        )
    for header, value in found:
        if not value.isprintable() or value != value.strip():
            field = f"as{header.removeprefix('Impersonate')}".lower()
            raise user.refusal("", f"has a value for {field} that does not fit in a header.")
    return tuple((header.encode(), value.encode()) for header, value in found)


def _extras(extra: Entry | None) -> Iterator[tuple[str, str]]:
    for key in extra.fields if extra is not None else ():
        for value in extra.texts(key) if extra is not None else ():
            yield f"Impersonate-Extra-{_escaped(key)}", value


def _escaped(key: str) -> str:
    """Return a key as it stands in a header's name; what must not stand there is percent-encoded, as by client-go."""
    return "".join(chr(byte) if chr(byte) in _IN_NAMES else f"%{byte:02X}" for byte in key.encode())
