"""The certificate of a portal: which authorities are trusted, and what a failure says."""

import ssl

import pytest

from connections.certificates import Authority
from connections.servers import serve
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.client.errors import PuhuriAway, PuhuriError, UnreadableAnswer
from puhuri.properties.portals import Time


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def address(authority, tmp_path_factory):
    """The address of a server with a certificate of the authority, which is not a portal."""
    folder = tmp_path_factory.mktemp("tls")
    identity = authority.issue("portal", "localhost")
    (folder / "certificate").write_bytes(identity.certificate)
    (folder / "key").write_bytes(identity.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate", folder / "key")
    with serve(context) as served:
        yield served.url


def failure(address, ca):
    """Return the error of a request to a server, and how long it was waited for."""
    time = Time()
    with (
        Client(address, Token("t" * 40), ca=ca, clock=time.clock) as client,
        pytest.raises(PuhuriError) as caught,
    ):
        [*client.customers.find()]
    return caught.value, time.clock.monotonic()


def test_a_server_with_a_certificate_of_the_ca_is_talked_to(address, authority):
    error, _ = failure(address, f"# Behörde\n{authority.pem.decode()}")

    assert isinstance(error, UnreadableAnswer)


def test_a_server_without_tls_is_refused_at_once():
    before = Time().clock.monotonic()
    with serve() as served:
        error, waited = failure(served.url.replace("http://", "https://"), None)

    assert not isinstance(error, PuhuriAway)
    assert str(error) == "The server at the URL of the portal does not use TLS, as https:// does."
    assert error.remedy == "Check the URL and its port."
    assert waited == before


def test_a_certificate_of_another_authority_is_refused_at_once(address):
    before = Time().clock.monotonic()

    error, waited = failure(address, Authority("other").pem.decode())

    assert not isinstance(error, PuhuriAway)
    assert str(error).startswith("The certificate of the portal is not trusted: ")
    assert error.remedy == "Check the CA and the URL."
    assert waited == before


@pytest.mark.parametrize(
    "ca", ["", " ", "Behörde", "nonsense", "-----BEGIN CERTIFICATE-----", "/etc/ssl/ca.pem"]
)
def test_a_ca_that_is_no_certificate_is_refused_with_the_form(ca):
    with pytest.raises(PuhuriError, match=r"The CA is not a certificate\.") as refused:
        Client("https://puhuri.example.org", Token("t" * 40), ca=ca)

    assert refused.value.remedy == "Give it in PEM, beginning with -----BEGIN CERTIFICATE-----."
