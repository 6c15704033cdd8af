"""What can go wrong on the way over https, each with the message that a user reads."""

import base64

import pytest

from profiles_management.git import Credentials, GitSource
from repositories.certificates import Authority
from repositories.reading import names, read, refusal

ANN = Credentials(user="ann", token="s3cret-token")
BASIC = f"Basic {base64.b64encode(b'ann:s3cret-token').decode()}"
BROKE_OFF = "the server broke off in the middle of its answer. Try again."


@pytest.fixture
def at(authority):
    """The source at another server: `at(server)`."""
    return lambda server, **more: GitSource(f"{server.url}/team/profiles.git", ca=authority.pem, **more)


def test_an_expired_certificate(serve, at, authority, tmp_path):
    server = serve(authority.certificate(tmp_path / "expired.pem", days=-1))

    assert refusal(at(server)) == "the certificate of the server has expired. It has to be renewed there."


def test_a_certificate_of_an_unknown_ca(serve, at, tmp_path):
    server = serve(Authority("others").certificate(tmp_path / "others.pem"))

    assert refusal(at(server)) == (
        "the certificate of the server is of a CA that is not trusted. If the CA is right, give its certificate."
    )


def test_without_a_ca_of_its_own_the_systems_are_trusted_and_no_other(https):
    assert refusal(GitSource(f"{https.url}/team/profiles.git")) == (
        "the certificate of the server is of a CA that is not trusted. If the CA is right, give its certificate."
    )


def test_a_certificate_of_another_host(serve, at, authority, tmp_path):
    server = serve(authority.certificate(tmp_path / "other.pem", host="git.example.com"))

    assert refusal(at(server)) == "the certificate of the server is not for this host. Look at the URL."


def test_nothing_is_asked_of_a_server_that_is_not_trusted(serve, at, authority, tmp_path):
    server = serve(authority.certificate(tmp_path / "expired.pem", days=-1))

    refusal(at(server, credentials=ANN))

    assert server.requests == []


def test_a_user_and_a_token_let_in(https, over_https):
    https.user = "ann:s3cret-token"

    assert names(over_https(credentials=ANN)) == ["ml"]
    assert {credentials for _, _, credentials in https.requests} == {BASIC}


def test_a_wrong_token(https, over_https):
    https.user = "ann:another"

    assert refusal(over_https(credentials=ANN)) == "the server does not accept the user and token."


def test_no_credentials_where_some_are_wanted(https, over_https):
    https.user = "ann:another"

    assert refusal(over_https()) == "it wants a user and a token."


def test_credentials_that_may_not(https, over_https):
    https.instead = lambda handler: handler.answer(403) or True

    assert refusal(over_https(credentials=ANN)) == "the server refuses access (403) with this user and token."


def test_a_key_for_ssh_is_none_for_https(over_https):
    assert refusal(over_https(credentials=Credentials(ssh_key="key"))) == (
        "https wants credentials of a user and a token. Give both, or none."
    )


@pytest.mark.parametrize(
    ("given", "seen"), [(None, "without credentials"), (ANN, "with these credentials")], ids=["nobody", "ann"]
)
def test_a_repository_that_is_not_there(https, at, given, seen):
    source = GitSource(f"{https.url}/team/absent.git", ca=at(https).ca, credentials=given)

    assert refusal(source) == f"there is no repository here that can be seen {seen}. Look at the URL."


def test_a_page_that_is_no_repository(https, over_https):
    https.instead = lambda handler: handler.answer(200, {"Content-Type": "text/html"}, b"<html>hello</html>") or True

    assert refusal(over_https()) == "there is no Git repository here. Look at the URL."


def test_a_server_that_is_busy_is_asked_again(https, over_https):
    https.instead = lambda handler: len(https.requests) < 3 and (handler.answer(503, {"Retry-After": "1"}) or True)

    assert names(over_https()) == ["ml"]


def test_a_server_that_stays_busy(https, over_https):
    https.instead = lambda handler: handler.answer(503) or True

    assert refusal(over_https()) == "the server answered 503."
    assert len(https.requests) == 6


def test_a_server_that_wants_a_longer_rest_than_there_is_time_is_left_alone(https, over_https):
    https.instead = lambda handler: handler.answer(429, {"Retry-After": "3600"}) or True

    assert refusal(over_https()) == "the server answered 429."
    assert len(https.requests) == 1


def test_a_redirect_on_the_same_host_is_followed(https, over_https):
    def renamed(handler):
        return handler.path.startswith("/old/") and (
            handler.answer(301, {"Location": handler.path.replace("/old/", "/team/")}) or True
        )

    https.instead = renamed
    source = over_https()

    assert names(GitSource(f"{https.url}/old/profiles.git", path=source.path, ca=source.ca)) == ["ml"]


def test_a_redirect_to_another_host_is_refused_and_nothing_is_sent_there(https, serve, over_https, authority, tmp_path):
    other = serve(authority.certificate(tmp_path / "other.pem"))
    https.instead = lambda handler: handler.answer(302, {"Location": f"{other.url}{handler.path}"}) or True

    message = refusal(over_https(credentials=ANN))

    assert message == f"it redirects to another host. If that is right, use its URL: {other.url}/team/profiles.git"
    assert other.requests == []


def test_a_redirect_to_another_host_that_begins_like_ours_gets_no_credentials(
    https, serve, over_https, authority, tmp_path
):
    other = serve(authority.certificate(tmp_path / "other.pem", host="127.0.0.1"), host="127.0.0.1")
    posing = f"{https.url}@{other.url.removeprefix('https://')}"
    https.instead = lambda handler: handler.answer(302, {"Location": f"{posing}{handler.path}"}) or True

    assert refusal(over_https(credentials=ANN)) == "it redirects to another host."
    assert other.requests == []


def test_a_redirect_to_plain_http_is_refused(https, over_https):
    https.instead = lambda handler: handler.answer(302, {"Location": "http://localhost/x.git/info/refs"}) or True

    assert refusal(over_https(credentials=ANN)) == "it redirects to another host."


def test_a_redirect_with_a_secret_in_it_is_not_repeated(https, over_https):
    https.instead = lambda handler: (
        handler.answer(302, {"Location": "https://ann:s3cret@example.com/x?k=s3cret"}) or True
    )

    assert refusal(over_https()) == "it redirects to another host."


def test_redirects_in_a_circle(https, over_https):
    https.instead = lambda handler: handler.answer(302, {"Location": handler.path}) or True

    assert refusal(over_https()) == "it redirects in a circle. Look at the URL."


def test_a_server_that_breaks_off_in_the_middle_of_a_pack(https, over_https):
    def half(handler):
        if b"command=fetch" not in handler.body:
            return False
        status, headers, body = handler.backend()
        handler.answer(status, {**headers, "Content-Length": len(body)}, body[: len(body) // 2])
        handler.close_connection = True
        return True

    https.instead = half

    assert refusal(over_https()) == BROKE_OFF


def test_what_was_broken_off_is_tried_again(https, over_https):
    def once(handler):
        handler.close_connection = len(https.requests) == 1
        return handler.close_connection

    https.instead = once

    assert names(over_https()) == ["ml"]


def test_a_pack_that_was_damaged_on_the_way(https, over_https):
    def damaged(handler):
        if b"command=fetch" not in handler.body:
            return False
        status, headers, body = handler.backend()
        start = body.index(b"PACK") + 20
        handler.answer(status, headers, body[:start] + bytes([body[start] ^ 1]) + body[start + 1 :])
        return True

    https.instead = damaged

    assert refusal(over_https()) == "what it sends is no pack of Git, or was damaged on the way. Try again."


def test_the_words_of_a_server_are_told_in_one_line_without_our_secrets(https, over_https):
    words = f"denied\nfor ann with s3cret-token, {BASIC}\x1b[31m"

    def repeats(handler):
        line = f"ERR {words}".encode()
        body = b"%04x%s0000" % (len(line) + 4, line)
        return handler.answer(200, {"Content-Type": "application/x-git-upload-pack-advertisement"}, body) or True

    https.instead = repeats

    assert refusal(over_https(credentials=ANN)) == "it refuses: denied for *** with ***, Basic *** [31m"


@pytest.mark.parametrize(
    "body", [b"", b"zzzz", b"0009hello0000", b"000eversion 2\n" + b"0" * 40, b"ffff" + b"x" * 9000]
)
def test_an_answer_that_is_not_gits_is_told_in_a_line(https, over_https, body):
    https.instead = lambda handler: (
        handler.answer(200, {"Content-Type": "application/x-git-upload-pack-advertisement"}, body) or True
    )

    assert refusal(over_https())


def test_nobody_at_the_port(https, over_https):
    source = over_https()
    https.close()
    port = https.server_address[1]

    assert refusal(source) == f"localhost accepts no connection on port {port}: connection refused."


def test_a_host_that_is_not_there():
    assert (
        refusal(GitSource("https://absent.invalid/profiles.git")) == "there is no host absent.invalid. Look at the URL."
    )


def test_a_server_without_tls(https, over_https):
    source = over_https()
    https._context = None
    https.finish_request = lambda request, address: request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    assert refusal(source).startswith("it does not speak TLS as it should")


def test_a_ca_that_is_none(over_https):
    assert refusal(over_https(ca="nonsense")) == (
        "The CA is no certificate. Give it in PEM, from -----BEGIN CERTIFICATE----- on."
    )


@pytest.mark.parametrize("revision", ["", "main", "v1", "refs/heads/main"])
def test_a_revision_that_is_still_the_same_is_not_fetched_again(over_https, https, repository, revision):
    repository.git("tag", "--annotate", "--message", "first", "v1")
    repository.push("v1")
    before = read(over_https(revision=revision))
    https.requests.clear()

    assert read(over_https(revision=revision), known=before.snapshot) == before
    assert [method for method, _, _ in https.requests] == ["GET", "POST"]  # capabilities and references, no pack
