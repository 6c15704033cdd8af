"""The user of a kubeconfig's context: authentication and impersonation, checked as by kubectl.

Source: validateAuthInfo of k8s.io/client-go/tools/clientcmd, and its transport/round_trippers.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from profiles_management.kubeflow.cluster_errors import ClusterError

if TYPE_CHECKING:
    from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry
    from profiles_management.kubeflow.cluster.kubeconfig.exec_plugin import Plugin

# Replacements for the auth-providers of earlier versions of kubectl. Source: "client-go credential
# plugins" in https://kubernetes.io/docs/reference/access-authn-authz/authentication/
_REPLACEMENTS = {
    "gcp": "Install gke-gcloud-auth-plugin and run: "
    "gcloud container clusters get-credentials CLUSTER",
    "azure": "Run: kubelogin convert-kubeconfig",
    "oidc": "Set up an exec plugin such as kubelogin: kubectl oidc-login setup",
    "openstack": "Use the exec plugin client-keystone-auth.",
}
_IN_NAMES = b"!#$&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ESCAPED = {byte: f"%{byte:02X}" for byte in {*range(256)} - {*_IN_NAMES}}


@dataclass(frozen=True, slots=True, repr=False)
class User:
    """The credentials, and the user to impersonate.

    Attributes:
        entry: its entry in the kubeconfig, for messages; None where the context has no user.
        name: its name in the kubeconfig, or the ServiceAccount of the pod; empty where neither is
            known.
        token: a bearer token; with `token_file`, the token to use while the file cannot be read.
        login: a user and a password, as `user:password`.
        certificate: the client certificate, in PEM.
        key: its key, in PEM.
        plugin: the program that fetches credentials.
        headers: the headers for impersonation.
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

    @property
    def has_token(self) -> bool:
        """Whether it has a token, in the kubeconfig or in a file."""
        return any((self.token, self.token_file))

    @property
    def has_credentials(self) -> bool:
        """Whether it has credentials that no plugin has to fetch."""
        return any((self.has_token, self.login, self.certificate))


def user_of(user: Entry) -> User:
    """Return the user that an entry describes.

    Raises:
        ClusterError: it cannot be used.
    """
    provider = user.mapping("auth-provider")
    if provider is not None:
        raise _replaced(user, provider)
    certificate, key = _identity(user)
    own = User(
        user,
        user.name,
        user.token("token"),
        user.path("tokenFile"),
        _login(user),
        certificate,
        key,
        headers=_impersonation(user),
    )
    if own.has_token and own.login:
        raise user.refusal("", "has a token and a user name with a password. Keep one of the two.")
    execution = user.mapping("exec")
    if own.has_credentials:  # a plugin is then not used, as for kubectl
        return own
    if execution is not None:
        return replace(own, plugin=_plugin(execution))
    if _has_key(user):
        raise user.refusal("", "has a client-key and no client-certificate. Add the certificate.")
    return own


def _plugin(execution: Entry) -> Plugin:
    """Return the exec plugin of a user."""
    # few kubeconfigs need it
    from profiles_management.kubeflow.cluster.kubeconfig.exec_plugin import (  # noqa: PLC0415
        plugin_of,
    )

    return plugin_of(execution)


def _has_key(user: Entry) -> bool:
    return any(map(user.text, ("client-key", "client-key-data")))


def _replaced(user: Entry, provider: Entry) -> ClusterError:
    name = provider.text("name")
    if name not in _REPLACEMENTS:
        return user.refusal("auth-provider", "is not supported. Use an exec plugin.")
    return user.refusal("auth-provider", f"is not supported ({name}). {_REPLACEMENTS[name]}")


def _login(user: Entry) -> str:
    name, password = user.text("username"), user.text("password", around="\r\n")
    if password and not name:
        raise user.refusal("", "has a password and no username.")
    if ":" in name:
        raise user.refusal("username", "contains a colon, which would end it.")
    if not name:
        return ""
    return f"{name}:{password}"


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
    headers: list[tuple[bytes, bytes]] = []
    for name, values in _impersonated(user):
        for value in filter(None, values):
            _check_header(user, name, value)
            headers.append((f"Impersonate-{name}".encode(), value.encode()))
    if headers and not user.text("as"):
        raise user.refusal(
            "", "has as-uid, as-groups or as-user-extra, and no as. Say whom to act as."
        )
    return tuple(headers)


def _impersonated(user: Entry) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the rest of the name of every header, and its values, which may be empty."""
    yield "User", (user.text("as"),)
    yield "Uid", (user.text("as-uid"),)
    yield "Group", user.texts("as-groups")
    extra = user.mapping("as-user-extra")
    if extra is None:
        return
    for key in extra.fields:
        yield f"Extra-{_escaped(key)}", extra.texts(key)


def _check_header(user: Entry, name: str, value: str) -> None:
    """Refuse the value of a header that does not fit in one."""
    if not value.isprintable() or value != value.strip():
        field = f"as-{name}".lower()
        raise user.refusal("", f"has a value for {field} that does not fit in a header.")


def _escaped(key: str) -> str:
    """Return a key for the name of a header, percent-encoded as by client-go."""
    return "".join(_ESCAPED.get(byte, chr(byte)) for byte in key.encode())
