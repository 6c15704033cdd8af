"""The user of a context: credentials, their order, and impersonation."""

import base64

import pytest

from profiles_management import ClusterError, Forbidden
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.reconcile.clock import Clock

MARK = "s3cr3t-mark"


def encoded(content):
    return base64.b64encode(content).decode()


@pytest.fixture
def ticking():
    """A clock that a test turns: `ticking.seconds = 61`."""

    class Ticking:
        seconds = 0.0
        clock = None

    ticking = Ticking()
    ticking.clock = Clock(now=lambda: None, monotonic=lambda: ticking.seconds, sleep=lambda _: None)
    return ticking


# tokens


@pytest.mark.parametrize("token", ["abc", " abc\n", "abc\r\n", "\tabc", "abc\"'\\"])
def test_line_ends_and_blanks_around_a_token_are_no_part_of_it(user_of, ask, secure, token):
    ask(user_of(token=token))

    assert [request.authorization for request in secure.seen] == [f"Bearer {token.strip()}"]


@pytest.mark.parametrize("content", ["abc\n", "abc\r\n", "\n abc \n\n", "abc"])
def test_line_ends_around_a_token_in_a_file_are_no_part_of_it(user_of, ask, secure, here, content):
    (here / "tok").write_bytes(content.encode())

    ask(user_of(tokenFile="tok"))

    assert [request.authorization for request in secure.seen] == ["Bearer abc"]


BAD_TOKENS = [
    f"{MARK}\n{MARK}",
    f"{MARK} {MARK}",
    f"{MARK}\x00",
    f"{MARK}\x1b[31m",
    f"{MARK}ü",
    f"{MARK}\u200b",
    f"“{MARK}”",
]


@pytest.mark.parametrize("token", BAD_TOKENS)
def test_a_token_that_fits_in_no_header_is_refused_and_not_shown(user_of, here, token):
    (here / "tok").write_text(token)

    for user in ({"token": token}, {"tokenFile": "tok"}):
        with pytest.raises(
            ClusterError, match=r"token(File)? of the user 'u' .* contains"
        ) as refused:
            connect(user_of(**user))
        assert MARK not in str(refused.value)
        assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "tokenFile of the user 'u' .* cannot be read: no such file"),
        (b"", "tokenFile of the user 'u' .* names an empty file"),
        (b" \n", "tokenFile of the user 'u' .* names an empty file"),
        (b"\xff\xfe", "tokenFile of the user 'u' .* cannot be read: it is not text"),
    ],
)
def test_a_token_file_that_holds_none_is_named(user_of, here, content, said):
    if content is not None:
        (here / "tok").write_bytes(content)

    with pytest.raises(ClusterError, match=said):
        connect(user_of(tokenFile="tok"))


def test_a_token_in_place_of_the_path_of_its_file_is_not_shown(user_of):
    with pytest.raises(ClusterError) as refused:
        connect(user_of(tokenFile=MARK))

    assert MARK not in str(refused.value)


def test_of_a_token_and_a_file_the_file_counts_and_the_token_where_it_cannot_be_read(
    user_of, ask, secure, here
):
    path = user_of(token="written", tokenFile="tok")
    ask(path)
    (here / "tok").write_text("filed")
    ask(path)

    assert [request.authorization for request in secure.seen] == ["Bearer written", "Bearer filed"]


def test_a_token_file_is_read_again_after_a_minute(user_of, secure, here, ticking, get, connected):
    (here / "tok").write_text("first")
    client = connected(user_of(tokenFile="tok"), clock=ticking.clock)
    (here / "tok").write_text("second")

    for ticking.seconds in (0, 59, 61):
        get(client)

    assert [request.authorization for request in secure.seen] == [
        "Bearer first",
        "Bearer first",
        "Bearer second",
    ]


def test_a_token_file_that_goes_away_leaves_the_last_token(
    user_of, secure, here, ticking, get, connected
):
    (here / "tok").write_text("first")
    client = connected(user_of(tokenFile="tok"), clock=ticking.clock)
    (here / "tok").unlink()
    ticking.seconds = 61

    get(client)

    assert [request.authorization for request in secure.seen] == ["Bearer first"]


def test_a_token_file_is_read_again_after_a_refusal(user_of, secure, here, get, connected):
    secure.refuses = lambda request: request.authorization == "Bearer first"
    (here / "tok").write_text("first")
    client = connected(user_of(tokenFile="tok"))
    (here / "tok").write_text("second")

    get(client)

    assert [request.authorization for request in secure.seen] == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize(
    "user", [{"token": "abc"}, {"tokenFile": "tok"}, {"username": "ann", "password": "p"}]
)
def test_credentials_that_are_refused_are_not_sent_again_where_there_are_no_others(
    user_of, ask, secure, here, user
):
    (here / "tok").write_text("abc")
    secure.refuses = lambda request: True

    with pytest.raises(Forbidden, match="does not accept the credentials"):
        ask(user_of(**user))

    assert len(secure.seen) == 1


# users and passwords


@pytest.mark.parametrize(
    ("name", "password", "sent"),
    [
        ("ann", "pw", b"ann:pw"),
        ("ann", None, b"ann:"),
        ("ann", "p:w", b"ann:p:w"),
        ("ann", " pw \n", b"ann: pw "),
        ("änn", "pä", "änn:pä".encode()),
    ],
)
def test_a_user_and_a_password_are_sent(user_of, ask, secure, name, password, sent):
    ask(user_of(username=name, password=password))

    assert [request.authorization for request in secure.seen] == [f"Basic {encoded(sent)}"]


# client certificates


@pytest.fixture
def ann(authority, here):
    """A person with a certificate; both parts are in files as well."""
    identity = authority.issue("ann")
    (here / "ann.crt").write_bytes(identity.certificate)
    (here / "ann.key").write_bytes(identity.key)
    return identity


def names_in(requests):
    return [
        dict(part[0] for part in request.client["subject"])["commonName"] for request in requests
    ]


@pytest.mark.parametrize("form", ["files", "data", "mixed", "one file", "more in the file"])
def test_a_client_certificate_is_shown(user_of, ask, secure, here, ann, form):
    (here / "both.pem").write_bytes(ann.key + ann.certificate)
    (here / "text.crt").write_bytes("Inhaber: Änn\n".encode() + ann.certificate)
    forms = {
        "files": {"client-certificate": "ann.crt", "client-key": "ann.key"},
        "data": {
            "client-certificate-data": encoded(ann.certificate),
            "client-key-data": encoded(ann.key),
        },
        "mixed": {"client-certificate": str(here / "ann.crt"), "client-key-data": encoded(ann.key)},
        "one file": {"client-certificate": "both.pem", "client-key": "both.pem"},
        "more in the file": {"client-certificate": "text.crt", "client-key": "ann.key"},
    }

    ask(user_of(**forms[form]))

    assert names_in(secure.seen) == ["ann"]


def test_a_client_certificate_is_sent_in_addition_to_a_token(user_of, ask, secure, ann):
    ask(user_of(token="abc", **{"client-certificate": "ann.crt", "client-key": "ann.key"}))

    assert names_in(secure.seen) == ["ann"]
    assert secure.seen[0].authorization == "Bearer abc"


def test_a_key_without_a_certificate_is_ignored_if_something_else_authenticates(
    user_of, ask, secure
):
    ask(user_of(token="abc", **{"client-key": "absent.key"}))

    assert [request.authorization for request in secure.seen] == ["Bearer abc"]


@pytest.mark.parametrize(
    ("user", "said"),
    [
        (
            {"client-certificate": "ann.crt"},
            "The user 'u' .* has a client-certificate and no client-key",
        ),
        ({"client-key": "ann.key"}, "The user 'u' .* has a client-key and no client-certificate"),
        (
            {"client-certificate": "absent", "client-key": "ann.key"},
            "client-certificate of .* names .*absent, .*: no such",
        ),
        (
            {"client-certificate": "ann.crt", "client-key": "absent"},
            "client-key of .* names .*absent, .*: no such",
        ),
        (
            {"client-certificate": "ann.key", "client-key": "ann.key"},
            "has a client certificate that is not in PEM",
        ),
        (
            {"client-certificate": "ann.crt", "client-key": "ann.crt"},
            "has a client key that is not in PEM",
        ),
        (
            {"client-certificate": "ann.crt", "client-key": "bob.key"},
            "certificate whose key does not belong to it",
        ),
        ({"client-certificate": "ann.crt", "client-key": "locked.key"}, "locked with a passphrase"),
        (
            {"client-certificate": "ann.crt", "client-key": "broken.key"},
            "or a client key that cannot be read",
        ),
        (
            {"client-certificate-data": "%", "client-key": "ann.key"},
            "client-certificate-data of .* is not base64",
        ),
        (
            {"client-certificate-data": "REDACTED", "client-key": "ann.key"},
            "was hidden by kubectl config view",
        ),
        (
            {
                "client-certificate": "ann.crt",
                "client-certificate-data": "QQ==",
                "client-key": "ann.key",
            },
            "client-certificate of .* is given twice",
        ),
        (
            {"client-certificate": "ann.crt", "client-key": "ann.key", "client-key-data": "QQ=="},
            "client-key of .* is given twice",
        ),
        (
            {"token": "a", "username": "b", "password": MARK},
            "has a token and a user name with a password",
        ),
        ({"tokenFile": "ann.crt", "username": "b"}, "has a token and a user name with a password"),
        ({"password": MARK}, "has a password and no username"),
        ({"username": "a:b", "password": MARK}, "username of the user 'u' .* contains a colon"),
        ({"token": [MARK]}, "token of the user 'u' .* is not text"),
        ({"username": {MARK: 1}}, "username of the user 'u' .* is not text"),
        ({"auth-provider": MARK}, "auth-provider of the user 'u' .* is not a mapping"),
        ({"exec": MARK}, "exec of the user 'u' .* is not a mapping"),
        (MARK, "The user 'u' .* is not a mapping"),
    ],
)
def test_a_user_that_cannot_be_used_is_refused_by_the_name_of_the_field(
    write, here, authority, ann, user, said
):
    (here / "bob.key").write_bytes(authority.issue("bob").key)
    (here / "locked.key").write_bytes(authority.issue("bob", password=b"secret").key)
    (here / "broken.key").write_text(
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
    )

    with pytest.raises(ClusterError, match=said) as refused:
        connect(write({"server": "https://localhost:1"}, user))

    assert MARK not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("gcp", "gke-gcloud-auth-plugin"),
        ("azure", "kubelogin convert-kubeconfig"),
        ("oidc", "kubectl oidc-login"),
        ("openstack", "client-keystone-auth"),
        ("other", "Use an exec plugin"),
        (None, "Use an exec plugin"),
    ],
)
def test_an_auth_provider_is_refused_with_what_replaces_it(user_of, name, remedy):
    provider = {"name": name, "config": {"id-token": MARK}}

    with pytest.raises(
        ClusterError, match=rf"auth-provider of the user 'u' .* is not supported.*{remedy}"
    ) as refused:
        connect(user_of(**{"auth-provider": provider}))

    assert MARK not in str(refused.value)


# impersonation


def test_one_acts_as_somebody_else(user_of, ask, secure):
    extra = {"scopes": ["view", "edit me"], "Acme.com/Project": ["ä"], "50%": ["x"], "none": None}

    ask(
        user_of(
            **{
                "token": "abc",
                "as": "ann",
                "as-uid": "42",
                "as-groups": ["a", "b c"],
                "as-user-extra": extra,
            },
        )
    )

    (request,) = secure.seen
    assert request.authorization == "Bearer abc"
    assert [(key, value) for key, value in request.headers if key.startswith("Impersonate")] == [
        ("Impersonate-User", "ann"),
        ("Impersonate-Uid", "42"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b c"),
        ("Impersonate-Extra-scopes", "view"),
        ("Impersonate-Extra-scopes", "edit me"),
        ("Impersonate-Extra-Acme.com%2FProject", "ä".encode().decode("latin-1")),
        ("Impersonate-Extra-50%25", "x"),
    ]


def test_null_groups_are_none(user_of, ask, secure):
    ask(user_of(**{"as": "ann", "as-groups": None, "as-user-extra": None, "as-uid": None}))

    assert [key for key, _ in secure.seen[0].headers if key.startswith("Impersonate")] == [
        "Impersonate-User"
    ]


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"as-groups": ["a"]}, "has as-uid, as-groups or as-user-extra, and no as"),
        ({"as-uid": "1"}, "has as-uid, as-groups or as-user-extra, and no as"),
        ({"as-user-extra": {"a": ["b"]}}, "has as-uid, as-groups or as-user-extra, and no as"),
        ({"as": "a\nX-Injected: b"}, "has a value for as-user that does not fit in a header"),
        (
            {"as": "ann", "as-groups": ["a\r\nb"]},
            "has a value for as-group that does not fit in a header",
        ),
        (
            {"as": "ann", "as-groups": "admins"},
            "as-groups of the user 'u' .* is not a list of texts",
        ),
        (
            {"as": "ann", "as-groups": [["a"]]},
            "as-groups of the user 'u' .* is not a list of texts",
        ),
        ({"as": ["ann"]}, "as of the user 'u' .* is not text"),
        (
            {"as": "ann", "as-user-extra": ["a"]},
            "as-user-extra of the user 'u' .* is not a mapping",
        ),
        (
            {"as": "ann", "as-user-extra": {"a": "b"}},
            r"as-user-extra\.a of the user 'u' .* is not a list of texts",
        ),
    ],
)
def test_whom_to_act_as_is_never_ignored(user_of, user, said):
    with pytest.raises(ClusterError, match=said):
        connect(user_of(token="abc", **user))


# what is kept


def test_nothing_that_a_client_holds_shows_its_credentials(user_of, here):
    (here / "tok").write_text(MARK)

    for user in ({"token": MARK}, {"tokenFile": "tok"}, {"username": "ann", "password": MARK}):
        client = connect(user_of(**user))
        http = client._client._client
        shown = (
            client,
            client.config,
            http.auth,
            vars(http.auth),
            http.headers,
            http._transport,
            vars(http._transport),
        )
        assert MARK not in repr(shown)
        assert encoded(f"ann:{MARK}".encode()) not in repr(shown)
