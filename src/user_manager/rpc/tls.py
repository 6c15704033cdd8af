"""TLS from the files of GRPC_TLS_CERT and GRPC_TLS_KEY, read again when they are renewed."""

from dataclasses import dataclass
from pathlib import Path

import grpc

from user_manager.configuration import PREFIX, Configuration, ConfigurationError


@dataclass(slots=True)
class _Files:
    """A certificate chain and its key, and what was read last."""

    certificate: Path
    key: Path
    last: tuple[bytes, bytes] = (b"", b"")

    def renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """Return what the files contain now; None if it is the same or cannot be read."""
        try:
            content = (self.key.read_bytes(), self.certificate.read_bytes())
        except OSError:
            return None
        if content == self.last:
            return None
        self.last = content
        return grpc.ssl_server_certificate_configuration([content])


def server_credentials(configuration: Configuration) -> grpc.ServerCredentials | None:
    """Return the credentials of the server; None where TLS is not set.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    certificate, key = configuration.grpc_tls_cert, configuration.grpc_tls_key
    if certificate is None or key is None:  # the configuration has both or neither
        return None
    files = _Files(certificate, key)
    initial = files.renewed()
    if initial is None:
        raise ConfigurationError(
            f"The files of {PREFIX}GRPC_TLS_CERT and {PREFIX}GRPC_TLS_KEY cannot be read."
        )
    # None is no change, which the types of gRPC do not know
    return grpc.dynamic_ssl_server_credentials(initial, files.renewed)  # type: ignore[arg-type]
