"""Private keys for SSH: every form of common programs is read, others are refused by name."""

import base64

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519

from profiles_management.git import GitError
from profiles_management.git.private_key import read

PEM = serialization.Encoding.PEM
FORMS = serialization.PrivateFormat
OPEN = serialization.NoEncryption()
LOCK = serialization.BestAvailableEncryption(b"words")
KEYS = {
    "ssh-rsa": rsa.generate_private_key(65537, 2048),
    "ecdsa-sha2-nistp256": ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-sha2-nistp384": ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-sha2-nistp521": ec.generate_private_key(ec.SECP521R1()),
    "ssh-ed25519": ed25519.Ed25519PrivateKey.generate(),
}
GIVE = "Give an Ed25519, ECDSA or RSA key in the OpenSSH or PEM format."
LOCKED = "The private key has a passphrase. Use a separate key without a passphrase."
DAMAGED = f"The private key cannot be read: it is damaged. {GIVE}"


def text(key, form=FORMS.PKCS8, lock=OPEN):
    return key.private_bytes(PEM, form, lock).decode()


def public(key):
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
    )


def refusal(given):
    with pytest.raises(GitError) as caught:
        read(given)
    message = str(caught.value)
    assert not any(word in message for word in given.split() if len(word) > 20)
    return message


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("form", [FORMS.PKCS8, FORMS.OpenSSH, FORMS.TraditionalOpenSSL], ids=str)
def test_a_key_of_each_kind_is_read_in_each_form(kind, form):
    if (kind, form) == ("ssh-ed25519", FORMS.TraditionalOpenSSL):
        form = FORMS.PKCS8  # OpenSSL has no other for it

    found = read(text(KEYS[kind], form))

    assert f"{found.get_name()} {found.get_base64()}" == public(KEYS[kind])


@pytest.mark.parametrize("form", [FORMS.PKCS8, FORMS.OpenSSH], ids=str)
@pytest.mark.parametrize(
    "change",
    [
        lambda key: key.replace("\n", "\r\n"),
        lambda key: key.strip(),
        lambda key: key.replace("\n", "\\n"),
        lambda key: key.replace("\n", " "),
        lambda key: key.replace("\n", "\n\n"),
        lambda key: key.replace("\n", "\n    "),
        lambda key: f'"{key}"',
        lambda key: f"# of the deploy key\n{key}",
        lambda key: (
            f"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{key}"
        ),
    ],
    ids=[
        "CRLF",
        "no last line end",
        "backslash n",
        "one line",
        "empty lines",
        "indented",
        "quoted",
        "comment",
        "curve",
    ],
)
def test_a_key_whose_lines_were_changed_on_the_way_is_read(form, change):
    key = KEYS["ssh-ed25519"]

    assert read(change(text(key, form))).get_base64() == public(key).split()[1]


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        *((kind, FORMS.PKCS8) for kind in KEYS),
        *((kind, FORMS.OpenSSH) for kind in KEYS),
        ("ssh-rsa", FORMS.TraditionalOpenSSL),
        ("ecdsa-sha2-nistp256", FORMS.TraditionalOpenSSL),
    ],
)
def test_a_key_with_a_passphrase_is_refused_by_that(kind, form):
    assert refusal(text(KEYS[kind], form, LOCK)) == LOCKED


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (
            ed448.Ed448PrivateKey.generate(),
            f"Private keys of the type ED448 are not supported. {GIVE}",
        ),
        (
            x25519.X25519PrivateKey.generate(),
            f"Private keys of the type X25519 are not supported. {GIVE}",
        ),
        (
            ec.generate_private_key(ec.SECP256K1()),
            f"ssh does not support keys on the curve secp256k1. {GIVE}",
        ),
    ],
    ids=["ed448", "x25519", "secp256k1"],
)
def test_a_key_of_another_kind_is_refused_by_its_name(key, what):
    assert refusal(text(key)) == what


@pytest.mark.parametrize("form", [FORMS.PKCS8, FORMS.TraditionalOpenSSL], ids=str)
def test_a_dsa_key_is_refused_by_its_name(form):
    key = dsa.generate_private_key(1024)  # noqa: S505 - nothing else is quick to make

    assert refusal(text(key, form)) == f"A DSA key is not accepted, because it is too weak. {GIVE}"


def of_openssh(kind):
    """Return a key in OpenSSH's form of a kind that nothing here can load."""
    field = len(kind).to_bytes(4) + kind
    content = b"openssh-key-v1\0" + b"\0\0\0\4none" * 2 + bytes(4) + b"\0\0\0\1" + field + b"x" * 80
    body = base64.b64encode(content).decode()
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (
            b"sk-ssh-ed25519@openssh.com",
            f"The private key needs a hardware token, which is not supported. {GIVE}",
        ),
        (
            b"sk-ecdsa-sha2-nistp256@openssh.com",
            f"The private key needs a hardware token, which is not supported. {GIVE}",
        ),
        (b"ssh-dss", f"A DSA key is not accepted, because it is too weak. {GIVE}"),
        (b"other", DAMAGED),
    ],
)
def test_a_key_of_openssh_that_cannot_be_used_is_refused_by_its_kind(kind, what):
    assert refusal(of_openssh(kind)) == what


@pytest.mark.parametrize("form", [FORMS.PKCS8, FORMS.OpenSSH, FORMS.TraditionalOpenSSL], ids=str)
def test_a_damaged_key_is_reported_as_damaged(form):
    whole = text(KEYS["ssh-rsa"], form)

    assert refusal(whole[:200] + whole[400:]) == DAMAGED


WHOLE = text(KEYS["ssh-ed25519"])
PUBLIC = "This is a public key. Give the private key."


OTHERS = {
    "public, of ed25519": (public(KEYS["ssh-ed25519"]), PUBLIC),
    "public, of ECDSA": (public(KEYS["ecdsa-sha2-nistp256"]), PUBLIC),
    "public, in PEM": ("-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----", PUBLIC),
    "public, of SSH2": (
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----",
        PUBLIC,
    ),
    "certificate": (
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "This is a certificate, not a private key.",
    ),
    "PGP": ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nxx\n", "This is a PGP key, not an ssh key."),
    "PuTTY": (
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
        "The private key is in PuTTY's format. Convert it with: puttygen FILE -O private-openssh",
    ),
    "cut off": (
        WHOLE.partition("-----END")[0],
        "The private key is cut off: its last line, -----END …, is missing.",
    ),
    "name in a home": (
        "~/.ssh/id_ed25519",
        "This is the name of a file. Give the content of the file.",
    ),
    "name with a line end": (
        "/home/ann/.ssh/id_ed25519\n",
        "This is the name of a file. Give the content of the file.",
    ),
    "base64": (
        base64.b64encode(WHOLE.encode()).decode(),
        "The private key is encoded in base64. Decode it with: base64 -d FILE",
    ),
    "no first line": (WHOLE.partition("-----\n")[2], f"This is not a private key. {GIVE}"),
    "nonsense": ("nonsense", f"This is not a private key. {GIVE}"),
    "nothing": ("", f"This is not a private key. {GIVE}"),
}


@pytest.mark.parametrize(("given", "what"), OTHERS.values(), ids=OTHERS)
def test_another_text_than_a_private_key_is_named(given, what):
    assert refusal(given) == what


def test_what_is_read_is_a_key_that_signs():
    assert isinstance(read(WHOLE), paramiko.Ed25519Key)
    assert read(WHOLE).sign_ssh_data(b"data").asbytes()
