"""What a connection to an API server trusts, and the certificate that it shows."""

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
    """Return a context that trusts what the kubeconfig says, or else what the system and the environment say.

    Raises:
        ClusterError: the certificates cannot be used; the message says whose they are.
    """
    if not server.encrypted or server.insecure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    return _trusting_own(server) if server.ca else _trusting_system(environment)


def show(context: ssl.SSLContext, certificate: bytes, key: bytes, refusal: Refusal) -> None:
    """Have connections made from now on show a client certificate.

    Args:
        certificate: in PEM; others that lead to its authority may follow it.
        key: in PEM.
        refusal: makes the error from what is wrong.

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
        mismatch = getattr(error, "reason", "") == "KEY_VALUES_MISMATCH"
        what = (
            "whose key does not belong to it" if mismatch else "or a client key that cannot be read"
        )
        raise refusal(f"has a client certificate {what}.") from None


def _trusting_own(server: Server) -> ssl.SSLContext:
    """Trust the certificates of the kubeconfig; as for kubectl one that cannot be read is passed over."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    loaded = 0
    for certificate in _CERTIFICATE.findall(server.ca):
        with contextlib.suppress(ssl.SSLError, ValueError):
            context.load_verify_locations(cadata=certificate.decode("ascii"))
            loaded += 1
    if not loaded:
        raise ClusterError(f"certificate-authority of {server.said} holds no certificate in PEM.")
    return context


def _trusting_system(environment: Mapping[str, str]) -> ssl.SSLContext:
    try:
        return httpx2.create_ssl_context()
    except (OSError, ValueError) as error:
        name = next((name for name in _VARIABLES if environment.get(name)), "")
        if not name:
            raise ClusterError("The certificates that this system trusts cannot be read.") from None
        why = (getattr(error, "strerror", None) or "it holds no certificates").lower()
        if isinstance(error, ssl.SSLError):
            why = "it holds no certificates"
        message = f"The environment variable {name} names {shown(environment[name])}, which cannot be used: {why}."
        raise ClusterError(f"{message} Correct it, or unset it.") from None


@contextlib.contextmanager
def _file(content: bytes) -> Iterator[str]:
    """Yield the path of a file that nobody else can read, for what OpenSSL takes from files alone."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("identity")
        with open(descriptor, "wb") as file:  # noqa: PTH123 - there is no path
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
    else:
        with tempfile.NamedTemporaryFile() as file:  # readable for its owner only
            file.write(content)
            file.flush()
            yield file.name


def variable(environment: Mapping[str, str]) -> str:
    """Return the name of the variable that says which certificates the system trusts; empty where none does."""
    return next((name for name in _VARIABLES if environment.get(name)), "")
