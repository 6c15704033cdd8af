"""No message contains a credential, for every error on the way to a cluster.

The credentials are marked. Each test searches all output for the mark: text, JSON, YAML, logs at
DEBUG, reprs and tracebacks.
"""

import base64
import json
import logging
import re
import traceback
from urllib.parse import quote

import httpx2
import pytest
from lightkube import Client, KubeConfig
from lightkube.config.models import Cluster, User

from profiles_management import (
    ClusterError,
    ProfilesError,
    create_or_update_profiles,
    plan_profiles,
)
from profiles_management.cli.main import main
from profiles_management.cli.session import Session
from profiles_management.pmr import documents

MARK = "s3cr3t-mark"
V1 = "client.authentication.k8s.io/v1"
DOCUMENT = "profiles: [{name: ml, owner: {kind: User, name: ann@example.com}}]\n"


def forms(text):
    """Return the forms in which a credential may be printed."""
    inner = [
        base64.b64encode(f"{before}{text}{after}".encode()).decode()
        for before in ("", "ann:")
        for after in ("", "\n")
    ]
    return {text, quote(text, safe=""), *inner}


FORMS = forms(MARK)


def holds_mark(*texts):
    return any(form in text for form in FORMS for text in texts)


@pytest.fixture
def pmr(here):
    """A document, as a file."""
    (here / "pmr.yaml").write_text(DOCUMENT)
    return "pmr.yaml"


@pytest.fixture
def printed(capfd, caplog, pmr, quick):
    """Run the command in each output format with all logging; return everything it printed."""

    def run(path, *arguments):
        caplog.set_level(logging.DEBUG)
        said = []
        for form in ("text", "json", "yaml"):
            for command in (("plan", pmr), ("access",)):
                code = main(
                    [*command, "--kubeconfig", str(path), "--output", form, *arguments],
                    Session(quick),
                )
                captured = capfd.readouterr()
                assert code == 1
                assert captured.out + captured.err
                said += [captured.out, captured.err]
        return [*said, caplog.text]

    return run


# what a kubeconfig may hold in the wrong form

BAD = f"{MARK}\n{MARK}"
USERS = {
    "a token with a line end in it": {"token": BAD},
    "a token with a control character": {"token": f"{MARK}\x7f"},
    "a token beyond ASCII": {"token": f"{MARK}ü"},
    "a token that is a list": {"token": [MARK]},
    "a token and a password": {"token": MARK, "username": "ann", "password": MARK},
    "a password alone": {"password": MARK},
    "a user name with a colon": {"username": f"ann:{MARK}", "password": MARK},
    "a token as the path of its file": {"tokenFile": MARK},
    "a token file that holds two lines": {"tokenFile": "two-lines"},
    "a key that is not base64": {
        "client-certificate-data": f"%{MARK}",
        "client-key-data": f"%{MARK}",
    },
    "a key that is not PEM": {
        "client-certificate-data": base64.b64encode(MARK.encode()).decode(),
        "client-key-data": base64.b64encode(MARK.encode()).decode(),
    },
    "an auth-provider": {"auth-provider": {"name": MARK, "config": {"id-token": MARK}}},
    "an exec that is text": {"exec": MARK},
    "a command line as the command": {
        "exec": {"apiVersion": V1, "command": f"x --token={MARK}", "interactiveMode": "Never"}
    },
    "a plugin that prints its arguments": {
        "exec": {
            "apiVersion": V1,
            "command": "./echoes",
            "args": ["--client-secret", MARK, f"--password={MARK}"],
            "env": [{"name": "APP_TOKEN", "value": MARK}],
            "interactiveMode": "Never",
        }
    },
    "a plugin that prints a broken token": {
        "exec": {"apiVersion": V1, "command": "./broken", "interactiveMode": "Never"}
    },
    "a mode that is a token": {
        "exec": {"apiVersion": MARK, "command": "./x", "interactiveMode": MARK}
    },
    "whom to act as with a line end": {"as": f"ann\nAuthorization: Bearer {MARK}", "token": MARK},
}


@pytest.mark.parametrize("name", USERS)
def test_no_message_about_a_user_holds_a_credential(write, here, script, printed, name):
    (here / "two-lines").write_text(BAD)
    script('echo "$@" "token $APP_TOKEN is wrong" >&2; exit 1', "echoes")
    token = {"apiVersion": V1, "kind": "ExecCredential", "status": {"token": f"{MARK} {MARK}"}}
    script(f"echo '{json.dumps(token)}'; echo '{MARK}' >&2", "broken")

    assert not holds_mark(*printed(write({"server": "https://127.0.0.1:1"}, USERS[name])))


CLUSTERS = {
    "a URL with a password": {"server": f"https://ann:{MARK}@127.0.0.1:1"},
    "a broken URL with a password": {"server": f"https://ann:{MARK}@[::1"},
    "a URL of another scheme": {"server": f"ftp://ann:{MARK}@host"},
    "http to another machine": {"server": f"http://ann:{MARK}@cluster.invalid"},
    "a proxy with a password": {
        "server": "https://cluster.invalid",
        "proxy-url": f"http://ann:{MARK}@127.0.0.1:1",
    },
    "a broken proxy": {"server": "https://cluster.invalid", "proxy-url": f"ann:{MARK}@proxy"},
    "a proxy of another scheme": {
        "server": "https://cluster.invalid",
        "proxy-url": f"socks4://ann:{MARK}@proxy",
    },
    "a server that is a list": {"server": [MARK]},
}


@pytest.mark.parametrize("name", CLUSTERS)
def test_no_message_about_a_cluster_holds_a_credential(write, printed, name):
    assert not holds_mark(
        *printed(write(CLUSTERS[name], {"token": MARK} if "proxy" in name else {}))
    )


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize(
    "value", [f"http://ann:{MARK}@127.0.0.1:1", f"socks://ann:{MARK}@proxy", f"ann:{MARK}@"]
)
def test_no_message_about_the_environment_holds_a_credential(
    write, printed, monkeypatch, name, value
):
    monkeypatch.setenv(name, value)

    assert not holds_mark(*printed(write({"server": "https://cluster.invalid"}, {"token": MARK})))


@pytest.mark.parametrize(
    "content",
    [
        f"users: [{{token: {MARK}\n: [",
        f"{MARK}: [",
        f"token: '{MARK}",
        f"{{{MARK}",
        f"- {MARK}",
        f"users: {MARK}",
    ],
)
def test_no_message_about_a_broken_file_holds_a_credential(here, printed, content):
    (here / "config").write_text(content)

    assert not holds_mark(*printed(here / "config"))


# answers of servers and proxies


def echo(code, form):
    """Return an answer that repeats the request, as debugging pages of proxies do."""

    def answer(request):
        said = " ".join(f"{key}: {value}" for key, value in request.headers.items())
        token = request.headers.get("Authorization", "").partition(" ")[2]
        if form == "status":
            status = {
                "kind": "Status",
                "status": "Failure",
                "reason": token,
                "message": f"no {said} or {token}",
            }
            return httpx2.Response(code, json=status, headers={"Retry-After": "0", "X-Echo": token})
        pages = {"page": f"<html>{said} {token}</html>", "bare": token, "decoded": _decoded(token)}
        return httpx2.Response(
            code, text=pages[form], headers={"Location": f"https://sso/?token={token}"}
        )

    return answer


def _decoded(token):
    try:
        return base64.b64decode(token).decode()
    except ValueError:
        return f"not accepted: {token}."


@pytest.fixture
def client_of():
    """A lightkube client as other programs create it."""

    def build(user, answer):
        config = KubeConfig.from_one(
            cluster=Cluster(server="https://cluster.invalid", insecure=True), user=user
        )
        return Client(config=config, transport=httpx2.MockTransport(answer), trust_env=False)

    return build


def everything(error):
    """Return everything that an error shows: text, repr and tracebacks, with its causes."""
    return [str(error), repr(error), "".join(traceback.format_exception(error))]


@pytest.mark.parametrize("form", ["status", "page", "bare", "decoded"])
@pytest.mark.parametrize(
    "code", [301, 302, 400, 401, 403, 404, 407, 409, 410, 418, 422, 429, 500, 502, 503]
)
@pytest.mark.parametrize("user", [User(token=MARK), User(username="ann", password=MARK)])
def test_no_answer_that_repeats_a_credential_gets_through(
    client_of, caplog, quick, form, code, user
):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(ProfilesError) as refused:
        plan_profiles(
            documents.loads(DOCUMENT), target=client_of(user, echo(code, form)), clock=quick
        )

    assert not holds_mark(*everything(refused.value), caplog.text)


@pytest.mark.parametrize("form", ["status", "page", "bare", "decoded"])
@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422, 500])
def test_no_answer_to_a_write_that_repeats_a_credential_gets_through(
    client_of, caplog, quick, form, code
):
    caplog.set_level(logging.DEBUG)

    def answer(request):
        return (
            httpx2.Response(200, json={"items": []})
            if request.method == "GET"
            else echo(code, form)(request)
        )

    report = create_or_update_profiles(
        documents.loads(DOCUMENT), target=client_of(User(token=MARK), answer), clock=quick
    )

    assert report.errors or report.pending
    assert not holds_mark(repr(report), *report.errors, *map(str, report.pending), caplog.text)


def test_credentials_that_fail_during_a_run_are_reported_with_the_profile(client_of, quick):
    def answer(request):
        if request.method == "GET":
            return httpx2.Response(200, json={"items": []})
        raise ClusterError("The plugin x of the user 'u' ended with exit code 1.")

    report = create_or_update_profiles(
        documents.loads(DOCUMENT), target=client_of(User(), answer), clock=quick
    )

    assert report.exit_code == 1
    assert "The plugin x of the user 'u' ended with exit code 1" in report.errors[0]


def raising(kind, text):
    def answer(request):
        raise kind(text, request=request) if issubclass(kind, httpx2.RequestError) else kind(text)

    return answer


KINDS = [
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.DecodingError,
    httpx2.LocalProtocolError,
    httpx2.NetworkError,
    httpx2.ProxyError,
    httpx2.ReadError,
    httpx2.RemoteProtocolError,
    httpx2.UnsupportedProtocol,
    httpx2.WriteError,
    ValueError,
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text", [f"Illegal header value b'Bearer {MARK}'", f"a line of {MARK}", f"http://u:{MARK}@p"]
)
def test_no_librarys_text_gets_through(client_of, caplog, quick, kind, text):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(ProfilesError) as refused:
        plan_profiles(
            documents.loads(DOCUMENT),
            target=client_of(User(token=MARK), raising(kind, text)),
            clock=quick,
        )

    assert not holds_mark(*everything(refused.value), caplog.text)


@pytest.mark.parametrize("end", ["\n", "\r\nX: y", "\0", "ü"])
def test_a_token_that_fits_in_no_header_does_not_get_through_from_a_client_of_others(
    secure, caplog, quick, end
):
    caplog.set_level(logging.DEBUG)
    config = KubeConfig.from_one(
        cluster=Cluster(server=secure.url, insecure=True), user=User(token=f"{MARK}{end}")
    )

    with Client(config=config, trust_env=False) as client, pytest.raises(ProfilesError) as refused:
        plan_profiles(documents.loads(DOCUMENT), target=client, clock=quick)

    assert not holds_mark(*everything(refused.value), caplog.text)
    assert re.search("header|credentials", str(refused.value))


def test_a_proxy_that_repeats_its_password_does_not_get_through(write, printed, proxy, monkeypatch):
    proxy.code = 403
    proxy.reason = f"no {MARK}"

    path = write(
        {
            "server": "https://cluster.invalid",
            "proxy-url": proxy.url.replace("//", f"//ann:{MARK}@"),
        },
        {},
    )
    # the HTTP library logs received data at DEBUG, which only a program can enable
    *messages, _ = printed(path)

    assert not holds_mark(*messages)


# what a person may put in the wrong place


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", f"http://ann:{MARK}@git.invalid/a.git"),
        ("validate", f"ftp://ann:{MARK}@git.invalid/a.yaml"),
        ("validate", f"git+https://ann:{MARK}@git.invalid/a.git"),
        ("validate", f"git+https://git.invalid/a.git?private_token={MARK}"),
        ("validate", f"git+ftp://ann:{MARK}@git.invalid/a.git"),
        ("plan", "pmr.yaml", f"--git-token={MARK}"),
        ("plan", "pmr.yaml", "--kubeconfig", f"users: [{{token: {MARK}}}]"),
        (
            "plan",
            "git+ssh://git@git.invalid/a.git",
            "--git-ssh-key-file",
            f"-----BEGIN PRIVATE KEY-----\n{MARK}\n",
        ),
        ("plan", "git+https://git.invalid/a.git", "--git-ca", f"token={MARK}"),
    ],
)
def test_a_credential_on_the_command_line_is_not_repeated(pmr, capfd, arguments):
    for form in ("text", "json"):
        code = main([*arguments, "--output", form])
        captured = capfd.readouterr()

        assert code == 1
        assert captured.out + captured.err
        assert not holds_mark(captured.out, captured.err)


@pytest.mark.parametrize(
    "text",
    [
        f"apiVersion: v1\nusers: [{{name: u, user: {{token: {MARK}, password: {MARK}}}}}]\n",
        f"apiVersion: v1\nusers: [{{name: u, user: {{username: a, password: '{MARK}'}}}}]\n",
        f"token: {MARK}\nprofiles: []\n",
        f"profiles:\n- name: ml\n  password: {MARK}\n",
        f'{{"profiles": [], "client-key-data": "{MARK}"}}\n',
        f"url: https://ann:{MARK}@host\n",
    ],
)
def test_a_credential_in_a_document_is_not_shown_with_its_line(here, capfd, text):
    (here / "config").write_text(text)
    for form in ("text", "json"):
        assert main(["validate", "config", "--output", form]) == 1
        assert not holds_mark(*capfd.readouterr())
