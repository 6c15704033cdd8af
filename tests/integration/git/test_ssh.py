"""Errors over SSH, each with the message for users."""

import socket
from contextlib import closing
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from integration.git.ssh_server import keys
from profiles_management.git import Credentials
from repositories.reading import names, refusal

LATE = "the repository was not read within {} seconds. Try again later."
UNKNOWN = (
    "the known hosts have no key of the host 127.0.0.1, so it is not trusted. "
    "Ask its administrator for the key, or compare the output of ssh-keyscan with the published key."
)


def test_an_unknown_host_is_not_trusted_at_first_sight(over_ssh):
    assert refusal(over_ssh(known_hosts="")) == UNKNOWN


def test_the_same_host_on_another_port_is_another_host(over_ssh, sshd):
    assert refusal(over_ssh(known_hosts=sshd.known.replace(f":{sshd.port}", ":2222"))) == UNKNOWN


def test_a_host_with_another_key(over_ssh, sshd, tmp_path):
    keys(tmp_path / "other")

    message = refusal(over_ssh(known_hosts=sshd.line(tmp_path / "other.pub")))

    first, _, rest = message.partition(", is not in the known hosts. ")
    assert first.startswith("the key of the host, SHA256:")
    assert (
        rest
        == "Somebody may intercept the connection, or the host has a new key. Ask its administrator."
    )


def test_a_host_with_a_key_of_another_kind_than_is_known(over_ssh, sshd, tmp_path):
    keys(tmp_path / "other", "ecdsa")

    assert refusal(over_ssh(known_hosts=sshd.line(tmp_path / "other.pub"))) == (
        "the host has no key of the types in the known hosts, or is too old."
    )


def test_a_key_of_the_host_that_is_revoked(over_ssh, sshd):
    message = refusal(over_ssh(known_hosts=f"{sshd.known}@revoked {sshd.known}"))

    assert message.endswith("is revoked in the known hosts.")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_private_key_of_each_kind_lets_in(over_ssh, sshd, tmp_path, kind):
    key = keys(tmp_path / "key", kind)
    sshd.let_in(tmp_path / "key.pub")

    assert names(over_ssh(credentials=Credentials(ssh_key=key))) == ["ml"]


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_private_key_in_pkcs8_lets_in(over_ssh, sshd, tmp_path, kind):
    key = load_ssh_private_key(keys(tmp_path / "key", kind).encode(), password=None)
    sshd.let_in(tmp_path / "key.pub")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    assert pem.startswith("-----BEGIN PRIVATE KEY-----")
    assert names(over_ssh(credentials=Credentials(ssh_key=pem))) == ["ml"]


def test_a_private_key_that_is_not_accepted(over_ssh, tmp_path):
    other = keys(tmp_path / "other")

    assert (
        refusal(over_ssh(credentials=Credentials(ssh_key=other)))
        == "the host does not accept the private key."
    )


def test_a_private_key_with_a_passphrase(over_ssh, tmp_path):
    locked = keys(tmp_path / "locked", passphrase="words")

    assert refusal(over_ssh(credentials=Credentials(ssh_key=locked))) == (
        "The private key has a passphrase. Use a separate key without a passphrase."
    )


def test_a_private_key_that_is_none(over_ssh):
    assert refusal(over_ssh(credentials=Credentials(ssh_key="nonsense"))) == (
        "This is not a private key. Give an Ed25519, ECDSA or RSA key in the OpenSSH or PEM format."
    )


def test_a_token_is_no_key(over_ssh):
    assert refusal(over_ssh(credentials=Credentials(user="ann", token="s3cret"))) == (
        "ssh requires a private key in the credentials."
    )


def test_a_path_with_a_space_in_it(over_ssh, sshd, repository):
    source = over_ssh()
    spaced = repository.bare.rename(repository.bare.with_name("our profiles.git"))
    url = f"{sshd.url}{str(spaced).replace(' ', '%20')}"

    assert names(replace(source, url=url)) == ["ml"]


def test_a_repository_that_is_not_there(over_ssh, sshd):
    source = over_ssh()

    assert refusal(replace(source, url=f"{sshd.url}/absent.git")) == (
        "the server refused: fatal: '/absent.git' does not appear to be a git repository"
    )


def test_a_path_with_a_quote_in_it_is_no_command(over_ssh, sshd, tmp_path):
    source = over_ssh()
    url = f"{sshd.url}/absent'$(touch%20{tmp_path}/ran)';touch%20{tmp_path}/ran;'.git"

    message = refusal(replace(source, url=url))

    assert message.startswith("the server refused: fatal: '/absent'$(touch ")
    assert not (tmp_path / "ran").exists()


def test_an_ssh_host_whose_git_hangs(over_ssh, sshd, tmp_path):
    key = keys(tmp_path / "key")
    sshd.let_in(tmp_path / "key.pub", 'command="cat >/dev/null"')

    assert refusal(over_ssh(credentials=Credentials(ssh_key=key), deadline=2.0)) == LATE.format(2)


def test_a_port_that_accepts_and_says_nothing(over_ssh, sshd):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        known = sshd.known.replace(str(sshd.port), str(port))
        source = replace(
            over_ssh(known_hosts=known, deadline=0.5), url=f"ssh://127.0.0.1:{port}/x.git"
        )

        assert refusal(source) == LATE.format(0.5)
