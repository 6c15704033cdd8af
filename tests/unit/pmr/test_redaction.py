"""Credentials in texts of others are masked, and nothing else is."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_management.pmr.redaction import MASK, masked, names_secret, of_header, redacted, shown

MARK = "s3cr3t-mark"


@pytest.mark.parametrize(
    "text",
    [
        "Unable to locate credentials. You can configure credentials by running aws configure.",
        "The security token included in the request is expired",
        "invalid_grant: token expired at noon",
        "Bearer token expired; Basic authentication failed; basic auth, bearer credentials",
        "profile prod is not in /root/.aws/credentials",
        'User "ann@example.com" cannot list resource "profiles" in API group "kubeflow.org" at the cluster scope',
        'rolebindings.rbac.authorization.k8s.io "user-ann" is forbidden: attempting to grant RBAC permissions: {x}',
        "see https://login.example.com/device and enter the code ABCD-1234",
        "[Errno 111] Connection refused",
        "/home/ann/.kube/config, kubernetes.default.svc, 2026-11-26T10:47:35Z",
        "secrets are not listed; the secret 'name' was not found",
        "",
    ],
)
def test_ordinary_text_stays_as_it_is(text):
    assert redacted(text) == masked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer {}",
        "'authorization': 'Bearer {}'",
        "Illegal header value b'Bearer {}'",
        "curl -H 'Authorization: Basic {}' https://host",
        "token={}",
        "token = {}",
        'access_token="{}"',
        "https://host/path?a=b&access_token={}&c=d",
        '{{"id_token": "{}", "expires": 3}}',
        '{{"client-key-data":"{}"}}',
        "AWS_SECRET_ACCESS_KEY={}",
        "password: {}",
        "my-password: '{}'",
        "the token {} was rejected",
        "invalid token '{}'",
        "https://ann:{}@host/path",
        "https://ann:p/{}@host/path",
        "https://{}@host/path",
        "postgres://ann:p@{}@host",
        "-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n{}",
        "eyJhbGciOiJub25lIn0.{}",
        "glpat-{}",
        "k8s-aws-v1.{}",
        "Set-Cookie: session={}",
    ],
)
def test_what_looks_like_a_credential_is_masked(text):
    line = text.format(MARK)

    assert MARK not in redacted(line)
    assert MARK not in masked(line)
    assert len(masked(line)) == len(line)


@given(
    secret=st.text(string.ascii_letters + string.digits + "+/=-_.~!$%^*(){}[]:;?äß ", min_size=3),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_what_is_known_to_be_secret_is_masked_wherever_it_stands(secret, before, after):
    for text in (secret, base64.b64encode(secret.encode()).decode()):
        masked = redacted(f"{before}{text}{after}", [secret])

        assert secret not in masked or secret in f"{before}{MASK}{after}" or secret in MASK


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_masked_line_is_as_long_as_before(line):
    assert len(masked(line)) == len(line)


def test_long_words_are_masked_where_they_may_be_credentials():
    text = "request 3f7c2f34-1b2c-4d5e-9f0a-123456789abc of wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY failed"

    assert redacted(text) == text
    assert redacted(text, opaque=True) == "request *** of *** failed"


@pytest.mark.parametrize(
    ("header", "secrets"),
    [
        ("Bearer abcd", {"abcd", "Bearer abcd"}),
        ("Basic YW5uOnBhc3M=", {"YW5uOnBhc3M=", "Basic YW5uOnBhc3M=", "ann:pass", "pass"}),
        ("Basic %%%", {"%%%", "Basic %%%"}),
        ("", {""}),
    ],
)
def test_a_header_holds_these_secrets(header, secrets):
    assert of_header(header) == secrets


@pytest.mark.parametrize(
    "name", ["TOKEN", "AWS_SECRET_ACCESS_KEY", "--client-secret", "--password", "api-key"]
)
def test_names_that_stand_for_secrets(name):
    assert names_secret(name)


@pytest.mark.parametrize("name", ["HOME", "AWS_PROFILE", "--region", "KUBECONFIG", "", "a b token"])
def test_names_that_do_not(name):
    assert not names_secret(name)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a" * 201,
        "a\nb",
        "eyJhbGciOiJub25lIn0.x.y",
        "https://ann:pass@host",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_what_may_be_a_credential_is_not_shown_as_a_path(path):
    assert (shown(path) == path) == (path == "")
