"""What is wrong with settings, tokens and portals is one message; none of them shows a token."""

import json

import pytest
from portal_documents import document

from puhuri_server.sample import ALLOCATOR_TOKEN
from puhuri_server.server import Fault

SECRET = "s3cr3t" * 6
GROUP = ("plan", "apply")


@pytest.fixture(params=GROUP)
def refused(request, puhuri):
    """Run a command that is refused, and return its message."""

    def message(*arguments, **more):
        ran = puhuri(request.param, *arguments, **more)
        assert (ran.code, ran.out) == (1, "")
        assert "Traceback" not in ran.err
        assert SECRET not in ran.err
        assert ALLOCATOR_TOKEN not in ran.err
        return ran.err

    return message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--instance", "default"),
            "--instance is missing or 'default': give each installation a name",
        ),
        (("--instance", "a/b"), '--instance is not the value of a label: "a/b".'),
        (("--instance", ""), "--instance is "),
        (("--role", "edit"), "Write it as edit=PROJECT.ADMIN."),
        (("--role", "edit=A,edit=B"), "edit is named twice."),
        (("--role", "owner=PROJECT.ADMIN"), '"owner=PROJECT.ADMIN" does not name a role'),
        (("--role", "edit=PROJECT.MEMBER"), "edit and view are the same role in a project"),
        (("--role", ""), "Invalid value for --role: it is empty."),
        (("--people", "names"), "Invalid value for '--people'"),
        (("--rate", "0"), '--rate is "0". Give requests a second, such as 10.'),
        (("--rate", "nan"), '--rate is "nan". Give requests a second, such as 10.'),
        (("--rate", "x"), '--rate is "x". Give requests a second, such as 10.'),
        (("--brake-share", "2"), "--brake-share is 2."),
        (("--url", "http://puhuri.example.org"), "for this machine only: write https://"),
        (("--url", "https://h:99999"), "The URL of the portal is not https://HOST"),
        (("--url", f"https://u:{SECRET}@puhuri.example.org"), "has a user or a password in it"),
        (("--url", f"https://puhuri.example.org?token={SECRET}"), "is not https://HOST"),
        (("--url", "https://[::"), "is not https://HOST"),
        (("--url", "https://puhuri.example.org:x"), "is not https://HOST"),
        (("--url", "nonsense"), "is not https://HOST"),
        (("--url", "https://exam\nple.org"), "is not https://HOST"),
        (("--ca", "missing.pem"), "missing.pem cannot be read: no such file or directory."),
        (("--ca", "pmr.yaml"), "The CA is not a certificate."),
        (("--token-file", "missing"), "missing cannot be read: no such file or directory."),
        (("--token-file", "/dev/zero"), "/dev/zero has more than 4,096 bytes."),
        (("--ca", "/dev/zero"), "/dev/zero has more than 1,048,576 bytes."),
        (("--token-file", "."), ". cannot be read: is a directory."),
        (("--customer", "Nobody"), "The portal has no customer with the name Nobody"),
        (("--customer", "0" * 32), "The portal has no customer with the uuid 0000"),
        (("--customr", "x"), "No such option: --customr. Did you mean --customer?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_setting_is_refused_with_what_to_write(refused, options, message):
    assert message in refused(*options)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "token has no token: the token is empty, or has blanks"),
        (b"two words", "token has no token"),
        (b"\xff\xfe", "token cannot be read: it is not plain text."),
        (SECRET.encode() + b"\n" + SECRET.encode(), "token has no token"),
        (b"t" * 4_097, "token has more than 4,096 bytes."),
    ],
)
def test_a_file_without_a_token_is_refused(refused, here, content, message):
    (here / "token").write_bytes(content)

    assert message in refused("--token-file", "token")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("PUHURI_URL", "Missing option '--url': name the portal, or set PUHURI_URL."),
        ("PUHURI_TOKEN", "set PUHURI_TOKEN, or PUHURI_TOKEN_FILE to its file."),
    ],
)
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_portal_needs_a_url_and_a_token(refused, monkeypatch, name, message, value):
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)

    assert message in refused()


def test_a_token_that_fits_in_no_header_is_refused_and_not_shown(refused, monkeypatch):
    monkeypatch.setenv("PUHURI_TOKEN", f"{SECRET}\n{SECRET}")

    assert "PUHURI_TOKEN has no token" in refused()


def test_a_token_on_the_command_line_is_no_option(refused):
    message = refused(f"--token={SECRET}")

    assert "No such option: --token" in message


@pytest.mark.parametrize(
    "name", ["national research allocator", "National Research Allocators", "nra"]
)
def test_a_customer_that_was_meant_is_named(refused, name):
    message = refused("--customer", name)

    assert f"The portal has no customer with the name {name} for this token." in message
    assert "Did you mean National Research Allocator? See the names in: " in message


def test_a_document_without_a_customer_needs_the_option(refused):
    message = refused(text=document(customer=""))

    assert "--customer is missing: name it in the document (puhuri.customer) or here" in message


def test_a_wrong_document_is_refused_before_the_portal_is_asked(refused, portal):
    message = refused(text=document(end_date="tomorrow"))

    assert "bad-date" in message
    assert portal.requests == []


def test_without_the_extra_it_says_how_to_install_it(refused, without_extra, portal):
    message = refused()

    assert message.splitlines()[0] == (
        "error: A plan for a portal needs nh3. "
        "In a clone of this repository, run: pip install '.[puhuri]'"
    )
    assert portal.requests == []


@pytest.mark.parametrize("arguments", ["projects", "export --instance lab", "report"])
def test_what_reads_the_portal_needs_no_extra(puhuri, without_extra, arguments):
    ran = puhuri(*arguments.split(), "--customer", "National Research Allocator")

    assert ran.code == 0


# the portal


def test_a_token_that_is_over_is_said_to_be(refused, monkeypatch):
    monkeypatch.setenv("PUHURI_TOKEN", SECRET)

    message = refused()

    assert "Invalid token." in message
    assert "Get a new token from the portal." in message


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.BUSY, Fault.LOST])
def test_a_portal_that_is_away_is_told_with_its_name(refused, portal, fault):
    portal.fault = lambda number, sent: fault

    message = refused()

    assert "error: The portal did not " in message
    assert f"Portal: {portal.url}, customer" in message


def test_nothing_at_the_address_is_said_to_be_away(refused):
    message = refused("--url", "http://127.0.0.1:1")

    assert "Connection refused" in message
    assert "Errno" not in message
    assert "Check the URL of the portal and the network." in message


def test_a_path_that_is_no_portal_is_told_with_what_to_check(refused, nonsense):
    nonsense(404, b"")

    assert "Check that the URL is the address of a Puhuri or Waldur server." in refused()


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, b"<html>hello</html>", {}),
        (200, b"", {}),
        (200, b"null", {}),
        (200, b"{}", {}),
        (200, b"[1]", {}),
        (200, b"[[]]", {}),
        (200, b"[{}]", {}),
        (200, b'[{"uuid": 5}]', {}),
        (200, b'[{"uuid": "x"}]', {}),
        (200, b'[{"uuid": "../../x", "name": "\\u001b[31m"}]', {}),
        (200, b"[" * 100_000, {}),
        (200, b"\xff\xfe", {}),
        (200, b"[]", {"X-Result-Count": "99999999999999"}),
        (204, b"", {}),
        (302, b"", {"Location": "http://127.0.0.1:1/"}),
        (400, b'"\\u001b]0;owned\\u0007"', {}),
        (403, b'{"detail": "No."}', {}),
        (404, b"<h1>Not Found</h1>", {}),
        (418, b"[]", {}),
        (500, b"<h1>Server Error (500)</h1>", {}),
        (503, b"", {"Retry-After": "9999999999999999999999"}),
    ],
)
@pytest.mark.parametrize("name", ["National Research Allocator", "0" * 32])
def test_whatever_answers_instead_of_a_portal_is_one_message(
    refused, nonsense, status, body, headers, name
):
    nonsense(status, body, **headers)

    message = refused("--customer", name)

    assert message.startswith("error: ")
    assert message.replace("\n", "").isprintable()
    assert len(message) < 1000


def test_an_error_is_data_where_data_are_asked_for(puhuri, monkeypatch):
    monkeypatch.setenv("PUHURI_TOKEN", SECRET)

    ran = puhuri("apply", "--output", "json")
    usage = puhuri("apply", "--output", "json", "--url", "")

    assert (ran.code, ran.err, usage.code, usage.err) == (1, "", 1, "")
    assert ran.data["errors"][0]["code"] == "not-allowed"
    assert usage.data["errors"][0]["code"] == "usage"
    assert SECRET not in json.dumps(ran.data)


def test_requests_are_shown_without_the_token(puhuri, portal):
    ran = puhuri("apply", "-v6")

    assert f"{portal.url}/api/customers/" in ran.err
    assert ALLOCATOR_TOKEN not in ran.err


def test_a_variable_that_is_none_of_the_portal_is_noted(puhuri, monkeypatch):
    monkeypatch.setenv("PUHURI_CUSTOMR", "LAB")

    ran = puhuri("customers")

    assert ran.code == 0
    assert ran.err.splitlines()[0] == (
        "note: the variable PUHURI_CUSTOMR is not a setting and has no effect. "
        "Did you mean PUHURI_CUSTOMER?"
    )
