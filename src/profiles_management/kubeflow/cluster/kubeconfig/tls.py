"""The certificates that a connection to an API server trusts, and its client certificate."""

import contextlib
import os
import re
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping

import httpx2

from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.pmr.redaction import shown

Refusal = Callable[[str], ClusterError]

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(rb"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?-----END \1PRIVATE KEY-----", re.DOTALL)
_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def trusting(server: Server, environment: Mapping[str, str]) -> ssl.SSLContext:
    """Return a context that trusts the certificates of the kubeconfig, or those of the system.

    Raises:
        ClusterError: the certificates cannot be used.
    """
    if not server.encrypted or server.insecure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if server.ca:
        return _trusting_own(server)
    return _trusting_system(environment)


def show(context: ssl.SSLContext, certificate: bytes, key: bytes, refusal: Refusal) -> None:
    """Set the client certificate of new connections.

    Args:
        context: the context of the connections.
        certificate: the certificate in PEM, with intermediate certificates.
        key: the private key in PEM.
        refusal: returns the error for a fault.

    Raises:
        ClusterError: they cannot be used.
    """
    certificates, private = _CERTIFICATE.findall(certificate), _KEY.search(key)
    if not certificates:
        raise refusal("has a client certificate that is not in PEM.")
    if private is None:
        raise refusal("has a client key that is not in PEM.")
    if b"ENCRYPTED" in private[0]:
        raise refusal("has a client key that is locked with a passphrase. Use one without.")
    try:
        with _file(b"\n".join([*certificates, private[0], b""])) as path:
            context.load_cert_chain(path, password="")  # never ask on a terminal
    except (ssl.SSLError, OSError, ValueError) as error:
        what = "or a client key that cannot be read"
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            what = "whose key does not belong to it"
        raise refusal(f"has a client certificate {what}.") from None


def _trusting_own(server: Server) -> ssl.SSLContext:
    """Return a context for the certificates of the kubeconfig; unreadable ones are skipped.

    kubectl skips them too.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    loaded = 0
    for certificate in _CERTIFICATE.findall(server.ca):
        with contextlib.suppress(ssl.SSLError, ValueError):
            context.load_verify_locations(cadata=certificate.decode("ascii"))
            loaded += 1
    if not loaded:
        raise ClusterError(
            f"certificate-authority of {server.said} contains no certificate in PEM."
        )
    return context


def _trusting_system(environment: Mapping[str, str]) -> ssl.SSLContext:
    try:
        return httpx2.create_ssl_context()
    except (OSError, ValueError) as error:
        name = variable(environment)
        if not name:
            raise ClusterError("The certificates that this system trusts cannot be read.") from None
        path = shown(environment[name])
        raise ClusterError(
            f"The environment variable {name} names {path}, which cannot be used: "
            f"{_why(error)}. Correct it, or unset it."
        ) from None


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ssl.SSLError):
        return error.strerror.lower()
    return "it contains no certificates"


@contextlib.contextmanager
def _file(content: bytes) -> Iterator[str]:
    """Yield the path of a file that only this user can read; OpenSSL reads keys from files only."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("identity")
        with open(descriptor, "wb") as file:  # noqa: PTH123 - there is no path
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
    else:
        with tempfile.NamedTemporaryFile() as file:  # only its owner can read it
            file.write(content)
            file.flush()
            yield file.name


def variable(environment: Mapping[str, str]) -> str:
    """Return the environment variable that sets the system's trusted certificates, '' for none."""
    return next(filter(environment.get, _VARIABLES), "")
