"""The keys of a host in a known_hosts file."""

import base64
import hashlib
import hmac

import pytest

from profiles_management.git.known_hosts import HostKeys, of_host

KEY = base64.b64encode(b"key").decode()
ONE = HostKeys(trusted=frozenset({("ssh-ed25519", b"key")}))


def hashed(name):
    """Return a name as `ssh-keygen -H` writes it."""
    digest = hmac.new(b"salt", name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(b'salt').decode()}|{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(
    "names",
    [
        "git.example.com",
        "GIT.example.com",
        "other,git.example.com",
        "*.example.com",
        "git.exampl?.com",
        "*,!other.example.com",
        hashed("git.example.com"),
        f"{hashed('git.example.com')},{hashed('other')}",
        f"{hashed('other')},{hashed('git.example.com')}",
        f"git.example.com,{hashed('other')}",
    ],
)
def test_a_line_names_a_host(names):
    assert of_host(f"{names} ssh-ed25519 {KEY} comment\n", "git.example.com", 22) == ONE


@pytest.mark.parametrize(
    "names",
    [
        "example.com",
        "git.example.com.evil.org",
        "*.example.org",
        "*,!git.example.com",
        "!git.example.com,*",
        f"*,!{hashed('git.example.com')}",
        "[git.example.com]:2222",
        "[a-z]it.example.com",
        hashed("other"),
        "|1|nonsense",
        "|1|a|b|c",
        "# git.example.com",
    ],
)
def test_a_line_names_another_host(names):
    assert of_host(f"{names} ssh-ed25519 {KEY}\n", "git.example.com", 22) == HostKeys()


def test_another_port_has_a_name_of_its_own():
    text = f"[git.example.com]:2222 ssh-ed25519 {KEY}\ngit.example.com ssh-rsa {KEY}\n"

    assert of_host(text, "git.example.com", 2222) == ONE


def test_a_revoked_key_is_listed_as_revoked_and_not_trusted():
    found = of_host(f"@revoked * ssh-ed25519 {KEY}\n", "git.example.com", 22)

    assert (found.trusted, found.revoked) == (frozenset(), frozenset({("ssh-ed25519", b"key")}))


def test_a_certificate_authority_is_not_a_key_of_a_host():
    assert of_host(f"@cert-authority * ssh-ed25519 {KEY}\n", "git.example.com", 22) == HostKeys()


def test_lines_that_cannot_be_read_are_skipped():
    assert (
        of_host(
            f"\n#\ngit.example.com\ngit.example.com ssh-rsa é\ngit.example.com ssh-ed25519 {KEY}",
            "git.example.com",
            22,
        )
        == ONE
    )
