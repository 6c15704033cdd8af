"""No message about Git contains a credential, for any answer of a server and in any output."""

import base64
import logging
import traceback

import pytest

from profiles_management.git import Credentials, GitError, GitSource
from repositories.reading import read

MARK = "s3cr3t-mark"
ANN = Credentials(user="ann", token=MARK)
FORMS = (
    MARK,
    base64.b64encode(f"ann:{MARK}".encode()).decode(),
    base64.b64encode(MARK.encode()).decode(),
)
ADVERTISED = "application/x-git-upload-pack-advertisement"


def holds_mark(*texts):
    return any(form in text for form in FORMS for text in texts)


def everything(error):
    """Return everything that an error shows: text, repr and tracebacks, with its causes."""
    return [str(error), repr(error), "".join(traceback.format_exception(error))]


def line(words):
    packet = f"ERR {words}".encode()
    return b"%04x%s0000" % (len(packet) + 4, packet)


def echo(kind):
    """Return a server that repeats the credentials of each request."""

    def answer(handler):
        sent = handler.headers["Authorization"] or ""
        decoded = base64.b64decode(sent.partition(" ")[2]).decode()
        said = f"{sent} {decoded} {decoded.partition(':')[2]}"
        answers = {
            "line": (200, {"Content-Type": ADVERTISED}, line(said)),
            "long line": (200, {"Content-Type": ADVERTISED}, line(f"{'x' * 190} {said}")),
            "page": (200, {"Content-Type": "text/html"}, f"<html>{said}</html>".encode()),
            "refusal": (401, {"WWW-Authenticate": f'Basic realm="{said}"'}, said.encode()),
            "no access": (403, {"Content-Type": "text/plain"}, said.encode()),
            "nothing": (404, {"X-Echo": said}, said.encode()),
            "away": (503, {"Retry-After": said}, said.encode()),
            "redirect": (302, {"Location": f"https://ann:{MARK}@sso.invalid/?token={MARK}"}, b""),
            "redirect here": (302, {"Location": f"/other?token={MARK}"}, b""),
            "not Git": (200, {"Content-Type": ADVERTISED}, said.encode()),
        }
        return handler.answer(*answers[kind]) or True

    return answer


KINDS = (
    *(
        "line",
        "long line",
        "page",
        "refusal",
        "no access",
        "nothing",
        "away",
        "redirect",
        "redirect here",
        "not Git",
    ),
)


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_of_a_server_that_repeats_a_credential_gets_through(
    https, over_https, caplog, kind
):
    caplog.set_level(logging.DEBUG)
    https.instead = echo(kind)

    with pytest.raises(GitError) as refused:
        read(over_https(credentials=ANN))

    assert not holds_mark(*everything(refused.value))
    ours = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("profiles_management")
    ]
    assert not holds_mark(*ours)


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_shows_none_of_it(https, run, authority, tmp_path, kind):
    https.instead = echo(kind)
    (tmp_path / "ca.pem").write_text(authority.pem)
    name = f"git+{https.url}/team/profiles.git"

    for form in ("text", "json"):
        code, out, err = run(
            "validate",
            name,
            "--git-ca",
            tmp_path / "ca.pem",
            "--output",
            form,
            USER="ann",
            TOKEN=f"{MARK}\n",
        )
        assert code == 1
        assert out + err
        assert not holds_mark(out, err)


URLS = [
    f"https://ann:{MARK}@git.invalid/a.git",
    f"https://{MARK}@git.invalid/a.git",
    f"https://git.invalid/a.git?token={MARK}",
    f"ssh://ann:{MARK}@git.invalid/a.git",
    f"ann:{MARK}@git.invalid:a.git",
    f"http://ann:{MARK}@git.invalid/a.git",
    f"https://ann:{MARK}@git.invalid/a b.git",
    f"https://ann:{MARK}@/a.git",
    f"https://ann:{MARK}@[::1/a.git",
    f"https://ann:{MARK}@git.invalid",
    f"https://ann:{MARK}/x@git.invalid/a.git",
    f"https://ann:{MARK}@git.invalid/a/-/blob/main/pmr.yaml?private_token={MARK}",
]


@pytest.mark.parametrize("url", URLS)
def test_no_refusal_of_a_url_holds_a_credential(url):
    with pytest.raises(GitError) as refused:
        read(GitSource(url))

    assert not holds_mark(*everything(refused.value))


@pytest.mark.parametrize("url", [url for url in URLS if url.startswith(("https:", "ssh:"))])
def test_no_repr_holds_a_credential(url):
    source = GitSource(
        url, credentials=Credentials(ssh_key=MARK, user=MARK, token=MARK), known_hosts="", ca=""
    )

    assert not holds_mark(repr(source.credentials))
    assert not holds_mark(repr(source))


@pytest.mark.parametrize(
    "key", [MARK, f"-----BEGIN OPENSSH PRIVATE KEY-----\n{MARK}\n-----END OPENSSH PRIVATE KEY-----"]
)
def test_no_message_about_a_key_holds_it(key):
    with pytest.raises(GitError) as refused:
        read(
            GitSource(
                "ssh://git@git.invalid/a.git", credentials=Credentials(ssh_key=key), known_hosts="x"
            )
        )

    assert not holds_mark(*everything(refused.value))
