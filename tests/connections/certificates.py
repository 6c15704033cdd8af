"""An authority that issues certificates for servers and people."""

import datetime
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, in PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Issues certificates."""

    def __init__(self, name="test-ca"):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.pem = self._signed(self._name, self._key, ca=True).public_bytes(
            serialization.Encoding.PEM
        )

    def issue(self, name, *hosts, days=30, password=None):
        """Return an identity for a person, or for a server with these host names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(subject, key, hosts, days=days)
        locked = (
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption()
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked
        )
        return Identity(certificate.public_bytes(serialization.Encoding.PEM), private)

    def _signed(self, subject, key, hosts=(), *, ca=False, days=30):
        now = datetime.datetime.now(datetime.UTC)
        begin, end = sorted([now - datetime.timedelta(days=1), now + datetime.timedelta(days=days)])
        builder = x509.CertificateBuilder(
            self._name, subject, key.public_key(), x509.random_serial_number(), begin, end
        )
        builder = builder.add_extension(
            x509.BasicConstraints(ca=ca, path_length=None), critical=True
        )
        if hosts:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(map(_host, hosts)), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())


def _host(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
