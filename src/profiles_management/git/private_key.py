"""The private key for ssh, in every form that programs write one in; what cannot be used is refused by its name.

OpenSSH's form (openssh-key-v1), PEM of OpenSSL (RSA, EC) and PKCS#8 (RFC 5958). No message holds a
part of a key.
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

_KINDS: Final = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_OPENSSH: Final = "OPENSSH PRIVATE KEY"
_BLOCK: Final = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]*PRIVATE KEY)-----(?P<body>.*?)-----END (?P=label)-----",
    re.DOTALL,
)
_WIDTH: Final = 64
_GIVE: Final = "Give a key of ed25519, ECDSA or RSA, in OpenSSH's form or in PEM."
_LOCKED: Final = "The private key has a passphrase. Use a key of its own without one."
_DAMAGED: Final = f"The private key cannot be read: it is damaged. {_GIVE}"
_DSA: Final = f"A DSA key is not accepted, because it is too weak. {_GIVE}"

_OTHER_FORMS: Final = {
    r"PuTTY-User-Key-File-": "The private key is in PuTTY's form. Write it with: puttygen FILE -O private-openssh",
    r"-----BEGIN [A-Z0-9 ]*PUBLIC KEY|---- BEGIN SSH2 PUBLIC KEY|\s*(ssh|ecdsa|sk)-[\w@.-]+ AAAA": (
        "This is a public key. The host has that one; give the private key here."
    ),
    r"-----BEGIN [A-Z0-9 ]*CERTIFICATE": "This is a certificate, not a private key.",
    r"-----BEGIN PGP": "This is a key of PGP, not of ssh.",
    r"\s*-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----": "The private key is cut off: its last line, -----END …, is missing.",
    r"\s*(~|/|\.{1,2}/|[A-Za-z]:\\)\S*\s*$": "This is the name of a file. Give what is in it.",
}
"""How other texts begin that are given in place of a private key, and what to say of each."""


def read(text: str) -> paramiko.PKey:
    """Return the private key that a text is. Line ends may be lost or doubled, as happens in options and environments.

    Raises:
        GitError: it is none, has a passphrase, or is of a kind that is not supported.
    """
    block = _BLOCK.search(text.replace("\\n", "\n"))
    if block is None:
        raise GitError(_what_else(text))
    label, body = block["label"], block["body"]
    if "ENCRYPTED" in label or "ENCRYPTED" in body:
        raise GitError(_LOCKED)
    pem = "\n".join([f"-----BEGIN {label}-----", *_lines(body), f"-----END {label}-----", ""])
    return _loaded(pem if label == _OPENSSH else _openssh(pem))


def _lines(body: str) -> Iterator[str]:
    whole = "".join(body.split())
    return (whole[start : start + _WIDTH] for start in range(0, len(whole), _WIDTH))


def _loaded(pem: str) -> paramiko.PKey:
    """Load a key in OpenSSH's form, whose kind only trying tells."""
    for kind in _KINDS:
        try:
            return kind.from_private_key(io.StringIO(pem))
        except paramiko.PasswordRequiredException:
            raise GitError(_LOCKED) from None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise GitError(_unsupported(pem))


def _openssh(pem: str) -> str:
    """Return a key in PEM in OpenSSH's form."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError:  # a password was not given
        raise GitError(_LOCKED) from None
    except (ValueError, UnsupportedAlgorithm):
        raise GitError(
            _DSA
            if "BEGIN DSA" in pem
            else f"The private key cannot be read: it is damaged. {_GIVE}"
        ) from None
    if isinstance(key, ec.EllipticCurvePrivateKey) and not isinstance(key.curve, _CURVES):
        raise GitError(f"ssh has no keys on the curve {key.curve.name}. {_GIVE}")
    if not isinstance(
        key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)
    ):
        name = type(key).__name__.removesuffix("PrivateKey").strip("_").upper()
        raise GitError(
            _DSA if name == "DSA" else f"A private key of the kind {name} is not accepted. {_GIVE}"
        )
    form = serialization.PrivateFormat.OpenSSH
    return key.private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    ).decode()


def _unsupported(pem: str) -> str:
    """Return what is wrong with a key in OpenSSH's form that cannot be loaded."""
    content = _decoded("".join(pem.splitlines()[1:-1]))
    if b"sk-ssh-" in content or b"sk-ecdsa-" in content:
        return f"The private key needs its hardware token, which is not here. {_GIVE}"
    if b"ssh-dss" in content:
        return _DSA
    return _DAMAGED


def _what_else(text: str) -> str:
    """Return what a text is that holds no private key."""
    for beginning, what in _OTHER_FORMS.items():
        if re.match(beginning, text):
            return what
    if b"PRIVATE KEY-----" in _decoded("".join(text.split())):
        return "The private key is encoded in base64 once more. Decode it with: base64 -d FILE"
    return f"This is not a private key. {_GIVE}"


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
