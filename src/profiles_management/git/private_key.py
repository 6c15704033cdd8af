"""The private key for ssh, in every format that programs write.

These are the format of OpenSSH (openssh-key-v1), PEM of OpenSSL (RSA, EC) and PKCS#8 (RFC 5958). An
error names what was given instead. No message contains a part of a key.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from typing import Final

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from profiles_management.pmr.problems import GitError

_KEY_CLASSES: Final = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_SUPPORTED: Final = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_OPENSSH: Final = "OPENSSH PRIVATE KEY"
_BLOCK: Final = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]*PRIVATE KEY)-----(?P<body>.*?)-----END (?P=label)-----",
    re.DOTALL,
)
_WIDTH: Final = 64  # characters of a line in PEM
_GIVE: Final = "Give an Ed25519, ECDSA or RSA key in the OpenSSH or PEM format."
_LOCKED: Final = "The private key has a passphrase. Use a separate key without a passphrase."
_DAMAGED: Final = f"The private key cannot be read: it is damaged. {_GIVE}"
_DSA: Final = f"A DSA key is not accepted, because it is too weak. {_GIVE}"

_OTHER_FORMS: Final = {
    r"PuTTY-User-Key-File-": (
        "The private key is in PuTTY's format. Convert it with: puttygen FILE -O private-openssh"
    ),
    r"-----BEGIN [A-Z0-9 ]*PUBLIC KEY|---- BEGIN SSH2 PUBLIC KEY|\s*(ssh|ecdsa|sk)-[\w@.-]+ AAAA": (
        "This is a public key. Give the private key."
    ),
    r"-----BEGIN [A-Z0-9 ]*CERTIFICATE": "This is a certificate, not a private key.",
    r"-----BEGIN PGP": "This is a PGP key, not an ssh key.",
    r"\s*-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----": (
        "The private key is cut off: its last line, -----END …, is missing."
    ),
    r"\s*(~|/|\.{1,2}/|[A-Za-z]:\\)\S*\s*$": (
        "This is the name of a file. Give the content of the file."
    ),
}
"""The beginnings of other texts that are given in place of a private key, with their messages."""


def read(text: str) -> paramiko.PKey:
    """Return the private key in a text.

    Line ends may be lost or doubled, which happens in options and environment variables.

    Raises:
        GitError: the text is not a private key, or the key has a passphrase or a type that is not
            supported.
    """
    block = _BLOCK.search(text.replace("\\n", "\n"))
    if block is None:
        raise GitError(_not_a_key(text))
    label, body = block["label"], block["body"]
    if "ENCRYPTED" in label or "ENCRYPTED" in body:
        raise GitError(_LOCKED)
    pem = "\n".join([f"-----BEGIN {label}-----", *_lines(body), f"-----END {label}-----", ""])
    if label != _OPENSSH:
        pem = _to_openssh(pem)
    return _loaded(pem)


def _lines(body: str) -> Iterator[str]:
    characters = "".join(body.split())
    return (characters[start : start + _WIDTH] for start in range(0, len(characters), _WIDTH))


def _loaded(pem: str) -> paramiko.PKey:
    """Load a key in the OpenSSH format. Its type is not known, so each class is tried."""
    for key_class in _KEY_CLASSES:
        try:
            return key_class.from_private_key(io.StringIO(pem))
        except paramiko.PasswordRequiredException:
            raise GitError(_LOCKED) from None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise GitError(_unsupported(pem))


def _to_openssh(pem: str) -> str:
    """Convert a key from PEM to the OpenSSH format."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError:  # the password is missing
        raise GitError(_LOCKED) from None
    except (ValueError, UnsupportedAlgorithm):
        raise GitError(_DSA if "BEGIN DSA" in pem else _DAMAGED) from None
    if not isinstance(key, _SUPPORTED):
        raise GitError(_unsupported_type(key))
    if isinstance(key, ec.EllipticCurvePrivateKey) and not isinstance(key.curve, _CURVES):
        raise GitError(f"ssh does not support keys on the curve {key.curve.name}. {_GIVE}")
    form = serialization.PrivateFormat.OpenSSH
    return key.private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    ).decode()


def _unsupported_type(key: object) -> str:
    """Return the message for a key of a type that ssh or this program does not support."""
    name = type(key).__name__.removesuffix("PrivateKey").strip("_").upper()
    if name == "DSA":
        return _DSA
    return f"Private keys of the type {name} are not supported. {_GIVE}"


def _unsupported(pem: str) -> str:
    """Return the message for a key in the OpenSSH format that cannot be loaded."""
    content = _decoded("".join(pem.splitlines()[1:-1]))
    if b"sk-ssh-" in content or b"sk-ecdsa-" in content:
        return f"The private key needs a hardware token, which is not supported. {_GIVE}"
    if b"ssh-dss" in content:
        return _DSA
    return _DAMAGED


def _not_a_key(text: str) -> str:
    """Return the message for a text without a private key."""
    for beginning, message in _OTHER_FORMS.items():
        if re.match(beginning, text):
            return message
    if b"PRIVATE KEY-----" in _decoded("".join(text.split())):
        return "The private key is encoded in base64. Decode it with: base64 -d FILE"
    return f"This is not a private key. {_GIVE}"


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
