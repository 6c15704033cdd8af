"""Errors over HTTPS, each with the message for users."""

import base64

import pytest

from profiles_management.git import Credentials, GitSource
from repositories.certificates import Authority
from repositories.reading import names, read, refusal

ANN = Credentials(user="ann", token="s3cret-token")
BASIC = f"Basic {base64.b64encode(b'ann:s3cret-token').decode()}"
REFUSED = (
    "the server does not accept the user and token. Check both, and whether the token has expired."
)
WANTED = "the server requires a user and a token, and none was given."
BROKE_OFF = "the server ended the connection in the middle of its answer. Try again."


@pytest.fixture
def at(authority):
    """The source at another server: `at(server)`."""
    return lambda server, **more: GitSource(
        f"{server.url}/team/profiles.git", ca=authority.pem, **more
    )


def test_an_expired_certificate(serve, at, authority, tmp_path):
    server = serve(authority.certificate(tmp_path / "expired.pem", days=-1))

    assert (
        refusal(at(server))
        == "the certificate of the server has expired. Its administrator must renew it."
    )


def test_a_certificate_of_an_unknown_ca(serve, at, tmp_path):
    server = serve(Authority("others").certificate(tmp_path / "others.pem"))

    assert refusal(at(server)) == (
        "the certificate of the server is from a CA that is not trusted. If the CA is correct, give its certificate."
    )


def test_without_a_ca_of_its_own_the_systems_are_trusted_and_no_other(https):
    assert refusal(GitSource(f"{https.url}/team/profiles.git")) == (
        "the certificate of the server is from a CA that is not trusted. If the CA is correct, give its certificate."
    )


def test_a_certificate_of_another_host(serve, at, authority, tmp_path):
    server = serve(authority.certificate(tmp_path / "other.pem", host="git.example.com"))

    assert (
        refusal(at(server)) == "the certificate of the server is not for this host. Check the URL."
    )


def test_nothing_is_asked_of_a_server_that_is_not_trusted(serve, at, authority, tmp_path):
    server = serve(authority.certificate(tmp_path / "expired.pem", days=-1))

    refusal(at(server, credentials=ANN))

    assert server.requests == []


def test_a_user_and_a_token_let_in(https, over_https):
    https.user = "ann:s3cret-token"

    assert names(over_https(credentials=ANN)) == ["ml"]
    assert {credentials for _, _, credentials in https.requests} == {BASIC}


def test_a_line_end_after_a_token_does_no_harm(https, over_https):
    https.user = "ann:s3cret-token"

    assert names(over_https(credentials=Credentials(user="ann\n", token=" s3cret-token\r\n"))) == [
        "ml"
    ]


def test_a_wrong_token(https, over_https):
    https.user = "ann:another"

    assert refusal(over_https(credentials=ANN)) == REFUSED


def test_no_credentials_where_some_are_wanted(https, over_https):
    https.user = "ann:another"

    assert refusal(over_https()) == WANTED


def test_credentials_that_may_not(https, over_https):
    https.instead = lambda handler: handler.answer(403) or True

    assert refusal(over_https(credentials=ANN)) == (
        "the server refuses access to the repository (403) with this user and token. Check that the token may read it."
    )
    assert (
        refusal(over_https())
        == "the server refuses access to the repository (403) without a user and a token."
    )


def test_a_key_for_ssh_is_none_for_https(over_https):
    assert refusal(over_https(credentials=Credentials(ssh_key="key"))) == (
        "https requires both a user and a token, or neither."
    )


@pytest.mark.parametrize(
    ("given", "seen"),
    [(None, "without credentials"), (ANN, "with these credentials")],
    ids=["nobody", "ann"],
)
def test_a_repository_that_is_not_there(https, at, given, seen):
    source = GitSource(f"{https.url}/team/absent.git", ca=at(https).ca, credentials=given)

    assert refusal(source) == f"no repository here is visible {seen}. Check the URL."


def test_a_page_that_is_not_a_repository(https, over_https):
    https.instead = lambda handler: (
        handler.answer(200, {"Content-Type": "text/html"}, b"<html>hello</html>") or True
    )

    what = "this is a web page, not a Git repository. Check the URL, and whether"
    assert refusal(over_https()) == f"{what} the server requires a user and a token."
    assert refusal(over_https(credentials=ANN)) == f"{what} the token has expired."


def test_a_server_that_is_busy_is_asked_again(https, over_https):
    https.instead = lambda handler: (
        len(https.requests) < 3 and (handler.answer(503, {"Retry-After": "1"}) or True)
    )

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

    assert names(GitSource(f"{https.url}/old/profiles.git", path=source.path, ca=source.ca)) == [
        "ml"
    ]


def test_a_redirect_to_another_host_is_refused_and_nothing_is_sent_there(
    https, serve, over_https, authority, tmp_path
):
    other = serve(authority.certificate(tmp_path / "other.pem"))
    https.instead = lambda handler: (
        handler.answer(302, {"Location": f"{other.url}{handler.path}"}) or True
    )

    message = refusal(over_https(credentials=ANN))

    assert (
        message
        == f"the server redirects to another host. If that host is correct, use its URL: {other.url}/team/profiles.git"
    )
    assert other.requests == []


def test_a_redirect_to_another_host_that_begins_like_ours_gets_no_credentials(
    https, serve, over_https, authority, tmp_path
):
    other = serve(authority.certificate(tmp_path / "other.pem", host="127.0.0.1"), host="127.0.0.1")
    posing = f"{https.url}@{other.url.removeprefix('https://')}"
    https.instead = lambda handler: (
        handler.answer(302, {"Location": f"{posing}{handler.path}"}) or True
    )

    assert refusal(over_https(credentials=ANN)) == "the server redirects to another host."
    assert other.requests == []


def test_a_redirect_to_plain_http_is_refused(https, over_https):
    https.instead = lambda handler: (
        handler.answer(302, {"Location": "http://localhost/x.git/info/refs"}) or True
    )

    assert refusal(over_https(credentials=ANN)) == "the server redirects to another host."


def test_a_redirect_with_a_secret_in_it_is_not_repeated(https, over_https):
    https.instead = lambda handler: (
        handler.answer(302, {"Location": "https://ann:s3cret@example.com/x/info/refs?k=s3cret"})
        or True
    )

    assert refusal(over_https()) == "the server redirects to another host."


SIGN_INS = {
    "Azure DevOps": "https://spsprodweu1.vssps.visualstudio.com/_signin?realm=dev.azure.com&reply_to=https%3A%2F%2Fx",
    "Azure DevOps with Entra": "https://login.microsoftonline.com/common/oauth2/authorize?client_id=1",
    "GitHub Enterprise": "/login?return_to=https%3A%2F%2Fghe.example.com%2Fo%2Fp.git%2Finfo%2Frefs",
    "GitHub Enterprise with SAML": "https://idp.example.com/saml2?SAMLRequest=x&RelayState=y",
    "GitLab": "/users/sign_in",
    "GitLab with SAML": "https://gitlab.com/groups/g/-/saml/sso?redirect=%2Fg%2Fp&token=s3cret",
    "Gitea": "/user/login?redirect_to=%2Fo%2Fp",
    "Bitbucket": "/account/signin/?next=/ws/p/info/refs%3Fservice%3Dgit-upload-pack",
    "Bitbucket Data Center": "/login?next=/projects/ML/repos/p/info/refs?service%3Dgit-upload-pack",
    "Gerrit": "/login/p",
    "Cloudflare Access": "https://t.cloudflareaccess.com/cdn-cgi/access/login/git.example.com?redirect_url=%2Fp",
    "Google IAP": "https://accounts.google.com/o/oauth2/v2/auth?client_id=1",
    "oauth2-proxy": "/oauth2/start?rd=%2Fp",
    "Keycloak": "https://keycloak.example.com/realms/x/protocol/openid-connect/auth?client_id=1",
    "Authelia": "https://auth.example.com/?rd=https%3A%2F%2Fgit.example.com",
    "ADFS": "https://fs.example.com/adfs/ls/?wa=wsignin1.0",
}


@pytest.mark.parametrize("target", SIGN_INS.values(), ids=SIGN_INS)
@pytest.mark.parametrize("asked", ["GET", "POST"])
def test_a_redirect_to_a_sign_in_page_is_about_the_token_and_not_the_url(
    https, over_https, target, asked
):
    https.instead = lambda handler: (
        handler.command == asked and (handler.answer(302, {"Location": target}) or True)
    )

    assert refusal(over_https(credentials=ANN)) == REFUSED
    assert refusal(over_https()) == WANTED
    assert {path.partition("?")[0].rpartition("/")[2] for _, path, _ in https.requests} <= {
        "refs",
        "git-upload-pack",
    }


@pytest.mark.parametrize(
    ("status", "page"),
    [
        (203, b"<html><title>Azure DevOps Services | Sign In</title></html>"),
        (203, b""),
        (200, b"<html><title>Azure DevOps Services | Sign In</title></html>"),
        (200, b"<!DOCTYPE html><title>Sign in \xc2\xb7 GitLab</title>"),
        (200, b"<form action='/session'><input name='p' type='password'></form>"),
        (200, b"<title>Anmeldung</title><INPUT TYPE=password>"),
        (200, b'<form method="post"><input type="hidden" name="SAMLRequest" value="x"></form>'),
        (200, b'<meta http-equiv="refresh" content="0; url=https://idp.example.com/sso">'),
        (200, b"<script>window.location = 'https://login.example.com/oauth'</script>"),
        (200, b"<!-- " + b"x" * 30_000 + b" --><title>Log in</title>"),
    ],
)
def test_a_sign_in_page_is_about_the_token_and_not_the_url(https, over_https, status, page):
    https.instead = lambda handler: (
        handler.answer(status, {"Content-Type": "text/html; charset=utf-8"}, page) or True
    )

    assert refusal(over_https(credentials=ANN)) == REFUSED
    assert refusal(over_https()) == WANTED


def test_a_page_with_a_link_to_sign_in_is_a_page(https, over_https):
    page = b"<title>org/profiles</title><a href='/login?return_to=x'>Sign in</a>"
    https.instead = lambda handler: handler.answer(200, {"Content-Type": "text/html"}, page) or True

    assert refusal(over_https()).startswith("this is a web page, not a Git repository.")


def test_a_page_that_never_ends_is_not_read_to_its_end(https, over_https):
    https.instead = lambda handler: (
        handler.answer(200, {"Content-Type": "text/html"}, b"x" * 300_000) or True
    )

    assert refusal(over_https(limit=200_000)).startswith("this is a web page")


def test_a_redirect_to_another_page_names_the_token_too(https, over_https):
    https.instead = lambda handler: (
        handler.answer(301, {"Location": "https://about.example.com/"}) or True
    )

    what = "the server redirects to a web page, not to a Git repository. Check the URL, and whether"
    assert refusal(over_https(credentials=ANN)) == f"{what} the token has expired."
    assert refusal(over_https()) == f"{what} the server requires a user and a token."


@pytest.mark.parametrize(
    ("schemes", "what"),
    [
        (["Negotiate", "NTLM"], "Negotiate or NTLM"),
        (['Bearer realm="x"'], "Bearer"),
    ],
)
def test_a_server_that_accepts_only_other_schemes_is_reported(https, over_https, schemes, what):
    def answer(handler):
        handler.send_response(401)
        for scheme in schemes:
            handler.send_header("WWW-Authenticate", scheme)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    https.instead = answer

    assert refusal(over_https(credentials=ANN)) == (
        f"the server accepts only {what}, not a user and a token. Use ssh, or ask the administrator of the server."
    )


def test_a_server_that_also_lets_in_by_basic_refuses_the_token(https, over_https):
    https.instead = lambda handler: (
        handler.answer(401, {"WWW-Authenticate": 'Basic realm="x"'}) or True
    )

    assert refusal(over_https(credentials=ANN)) == REFUSED


@pytest.mark.parametrize("location", ["https://[x/info/refs", "https://", "///", "?", "mailto:a@b"])
def test_a_redirect_that_leads_nowhere_is_one_line(https, over_https, location):
    https.instead = lambda handler: handler.answer(302, {"Location": location}) or True

    assert refusal(over_https(credentials=ANN))


def test_redirects_in_a_circle(https, over_https):
    https.instead = lambda handler: handler.answer(302, {"Location": handler.path}) or True

    assert refusal(over_https()) == "the server redirects in a loop. Check the URL."


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

    assert refusal(over_https()) == "the server sent a Git pack that is not valid. Try again."


def test_the_text_of_a_server_is_shown_in_one_line_without_our_secrets(https, over_https):
    words = f"denied\nfor ann with s3cret-token, {BASIC}\x1b[31m"

    def repeats(handler):
        line = f"ERR {words}".encode()
        body = b"%04x%s0000" % (len(line) + 4, line)
        return (
            handler.answer(
                200, {"Content-Type": "application/x-git-upload-pack-advertisement"}, body
            )
            or True
        )

    https.instead = repeats

    assert (
        refusal(over_https(credentials=ANN))
        == "the server refused: denied for *** with ***, Basic *** [31m"
    )


@pytest.mark.parametrize(
    "body", [b"", b"zzzz", b"0009hello0000", b"000eversion 2\n" + b"0" * 40, b"ffff" + b"x" * 9000]
)
def test_an_answer_that_is_not_from_git_is_reported_in_one_line(https, over_https, body):
    https.instead = lambda handler: (
        handler.answer(200, {"Content-Type": "application/x-git-upload-pack-advertisement"}, body)
        or True
    )

    assert refusal(over_https())


def test_nobody_at_the_port(https, over_https):
    source = over_https()
    https.close()
    port = https.server_address[1]

    assert (
        refusal(source)
        == f"localhost does not accept connections on port {port}: connection refused."
    )


def test_a_host_that_is_not_there():
    assert (
        refusal(GitSource("https://absent.invalid/profiles.git"))
        == "the host absent.invalid does not exist. Check the URL."
    )


def test_a_server_without_tls(https, over_https):
    source = over_https()
    https._context = None
    https.finish_request = lambda request, address: request.sendall(
        b"HTTP/1.1 400 Bad Request\r\n\r\n"
    )

    assert refusal(source).startswith("the server breaks the TLS protocol")


def test_a_ca_that_is_none(over_https):
    assert refusal(over_https(ca="nonsense")) == (
        "The CA is not a certificate. Give it in PEM, beginning with -----BEGIN CERTIFICATE-----."
    )


@pytest.mark.parametrize("revision", ["", "main", "v1", "refs/heads/main"])
def test_a_revision_that_is_still_the_same_is_not_fetched_again(
    over_https, https, repository, revision
):
    repository.git("tag", "--annotate", "--message", "first", "v1")
    repository.push("v1")
    before = read(over_https(revision=revision))
    https.requests.clear()

    assert read(over_https(revision=revision), known=before.snapshot) == before
    # capabilities and references, no pack
    assert [method for method, _, _ in https.requests] == ["GET", "POST"]
