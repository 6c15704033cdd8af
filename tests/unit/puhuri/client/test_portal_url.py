"""Which URLs a portal can have, for a connection and for a source alike."""

from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_management.cli.puhuri.customer_address import CustomerAddress
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.client.errors import PuhuriError
from profiles_management.puhuri.client.portal_url import portal_url

TOKEN = Token("f" * 40)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://h.example", "https://h.example"),
        ("HTTPS://H.Example/", "https://h.example"),
        ("https://h:443/api/", "https://h"),
        ("https://h:8443/portal/", "https://h:8443/portal"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_it_is_the_same_however_it_is_written(text, url):
    with Client(text, TOKEN) as client:
        assert client.connection.url == url
    assert CustomerAddress.of(f"puhuri:C@{text}").url == url


@pytest.mark.parametrize(
    "text",
    [
        *("", "h", "https://", "ftp://h", "http://h", "http://127.0.0.2", "https://[h"),
        *("https://h:x", "https://h:99999", "https://h?", "https://h/#", "https://h?q=1"),
        *("https://h/a b", "https://h/\x1b", "https://h\n", "https://h\\evil", "https://h%2f"),
        *("https://hä.example", "https://ann:hush@h", "https://@h", "https://h\\@evil"),
    ],
)
def test_what_is_not_one_is_refused_by_both(text):
    with pytest.raises(
        PuhuriError, match=r"^The URL of the portal (is not|has a user|begins with)"
    ):
        Client(text, TOKEN)
    with pytest.raises(ValueError, match=r"^its URL (is not|has a user|begins with)"):
        CustomerAddress.of(f"puhuri:C@{text}")


@given(st.from_regex(r"https?://[ -~]{1,12}(:[0-9]{1,5})?(/[ -~]{0,8})?", fullmatch=True))
def test_the_client_goes_to_the_host_that_was_checked(text):
    try:
        url = portal_url(text)
    except ValueError:
        return
    sent = httpx2.URL(f"{url}/api/customers/")

    assert (sent.userinfo, sent.query, sent.fragment) == (b"", b"", "")
    assert (sent.scheme, sent.host) == (urlsplit(url).scheme, urlsplit(url).hostname)
