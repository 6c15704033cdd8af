"""A portal over TLS, and the proxies of the environment on the way to it."""

import logging
import ssl
import traceback

import pytest

from connections.certificates import Authority
from connections.proxy import Proxy
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.client.errors import PuhuriAway, PuhuriError
from puhuri.properties.portals import Time
from puhuri_server.sample import ALLOCATOR_TOKEN, sample_world
from puhuri_server.server import serving

HOST = "portal.invalid"  # no name server knows it: a proxy has to
SECRET = "s3cret"
VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def portal(authority, tmp_path_factory):
    """Yield a portal with a certificate for a host that only a proxy reaches."""
    folder = tmp_path_factory.mktemp("tls")
    identity = authority.issue("portal", HOST, "localhost")
    (folder / "certificate").write_bytes(identity.certificate)
    (folder / "key").write_bytes(identity.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate", folder / "key")
    with serving(sample_world(), context) as portal:
        yield portal


@pytest.fixture
def proxy(portal):
    proxy = Proxy(portal.port)
    yield proxy
    proxy.close()


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.fixture
def ask(authority):
    """Return a function that asks a portal who the owner of the token is."""

    def ask(url, **options):
        options = {"ca": authority.pem.decode()} | options
        with Client(url, Token(ALLOCATOR_TOKEN), clock=Time().clock, **options) as client:
            return client.before(0).users.me().username

    return ask


def everything(error):
    return "".join(traceback.format_exception(error)) + repr(vars(error))


# certificates


def test_a_portal_whose_authority_is_named_is_talked_to(portal, ask):
    assert ask(portal.url) == "allocator"


@pytest.mark.parametrize("ca", [None, Authority("another").pem.decode()], ids=["system", "another"])
def test_a_portal_of_another_authority_gets_no_token(portal, ask, ca):
    portal.requests.clear()
    with pytest.raises(PuhuriError, match="The certificate of the portal is not trusted") as error:
        ask(portal.url, ca=ca)
    assert not isinstance(error.value, PuhuriAway)
    assert portal.requests == []


def test_a_certificate_for_another_host_is_refused(portal, ask):
    portal.requests.clear()
    with pytest.raises(PuhuriError, match="not trusted: IP address mismatch"):
        ask(portal.url.replace("localhost", "127.0.0.1"))
    assert portal.requests == []


# proxies


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_used(proxy, ask, environment, name):
    environment.setenv(name, proxy.url)
    assert ask(f"https://{HOST}") == "allocator"
    assert proxy.asked[0].startswith(f"CONNECT {HOST}:443 ")


def test_a_proxy_sees_no_token(proxy, ask, environment):
    environment.setenv("HTTPS_PROXY", proxy.url)
    ask(f"https://{HOST}")
    assert ALLOCATOR_TOKEN not in "".join(proxy.asked)


def test_a_proxy_gets_its_own_password(proxy, ask, environment):
    environment.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//user:{SECRET}@"))
    ask(f"https://{HOST}")
    assert "Proxy-Authorization: Basic " in proxy.asked[0]


@pytest.mark.parametrize("no_proxy", ["*", HOST, ".invalid", f"other.org, {HOST}"])
def test_no_proxy_is_used_for_a_host_that_has_none(proxy, ask, environment, no_proxy):
    environment.setenv("HTTPS_PROXY", proxy.url)
    environment.setenv("NO_PROXY", no_proxy)
    with pytest.raises(PuhuriAway):  # no name server knows the host
        ask(f"https://{HOST}")
    assert proxy.asked == []


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
def test_no_proxy_is_used_for_this_machine(portal, proxy, ask, environment, name):
    """Over HTTP, which is for this machine only, a proxy would read the token."""
    environment.setenv(name, proxy.url)
    assert ask(portal.url) == "allocator"
    with serving(sample_world()) as plain:
        assert ask(plain.url) == "allocator"
    assert proxy.asked == []


@pytest.mark.parametrize("code", [403, 407, 502])
def test_a_proxy_that_refuses_is_an_error_without_its_password(
    proxy, ask, environment, caplog, code
):
    caplog.set_level(logging.DEBUG)
    proxy.code, proxy.reason = code, "Not today"
    environment.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//user:{SECRET}@"))
    with pytest.raises(PuhuriAway, match=f"the proxy answered with status {code}") as error:
        ask(f"https://{HOST}")
    assert not error.value.unanswered
    assert SECRET not in everything(error.value) + caplog.text


def test_a_proxy_that_is_not_there_is_an_error_without_its_password(ask, environment):
    environment.setenv("HTTPS_PROXY", f"http://user:{SECRET}@127.0.0.1:1")
    with pytest.raises(PuhuriAway, match="Connection refused") as error:
        ask(f"https://{HOST}")
    assert not error.value.unanswered
    assert SECRET not in everything(error.value)


@pytest.mark.parametrize(
    "url",
    [
        f"ftp://user:{SECRET}@proxy.invalid",
        f"http://user:{SECRET}@proxy.invalid:port",
        f"socks5h://user:{SECRET}@proxy.invalid",
    ],
)
def test_a_proxy_that_is_none_is_an_error_without_its_password(ask, environment, url):
    environment.setenv("HTTPS_PROXY", url)
    with pytest.raises(PuhuriError, match="A proxy of the environment cannot be used") as error:
        ask(f"https://{HOST}")
    assert "HTTPS_PROXY" in error.value.remedy
    assert SECRET not in everything(error.value)


# addresses


@pytest.mark.parametrize(
    "url",
    [
        "",
        "puhuri.example.org",
        "http://puhuri.example.org",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "ftp://puhuri.example.org",
        "https://",
        "https://puhuri.example.org/?token=x",
        "https://puhuri.example.org/#x",
        f"https://user:{SECRET}@puhuri.example.org",
        f"https://{SECRET}@puhuri.example.org",
        "https://puhuri.example.org:port",
        "https://[::1",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_not_safe_is_refused_without_a_request(ask, url):
    with pytest.raises(PuhuriError, match="The URL of the portal") as error:
        ask(url)
    assert SECRET not in everything(error.value)


@pytest.mark.parametrize("end", ["", "/", "/api", "/api/"])
def test_an_address_may_have_the_path_of_the_api(portal, ask, end):
    assert ask(f"{portal.url}{end}") == "allocator"
