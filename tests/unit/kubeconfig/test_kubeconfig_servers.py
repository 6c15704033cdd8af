"""The server of a cluster: its URL, how it is verified, and the error messages."""

import base64

import pytest

from profiles_management import ClusterError
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.reconcile.retry import Passing

MARK = "s3cr3t-mark"
NOT_PEM = base64.b64encode(b"no certificate").decode()


@pytest.fixture
def data(authority):
    """The authority in the form of `certificate-authority-data`."""
    return base64.b64encode(authority.pem).decode()


# the URL


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("", "/version"),
        ("/", "/version"),
        ("/k8s/clusters/c-1", "/k8s/clusters/c-1/version"),
        ("/a/?b=c#d", "/a/version"),
    ],
)
def test_a_server_may_have_a_path_of_its_own(write, ask, plain, path, asked):
    ask(write({"server": plain.url + path}))

    assert [request.path for request in plain.seen] == [asked]


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (None, "The cluster 'c' .* has no server"),
        ("", "The cluster 'c' .* has no server"),
        ("https://", "is not a URL"),
        ("https://host:port", "is not a URL"),
        ("https://host:99999", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("https://ho st", "is not a URL"),
        ("host/path", "is neither a URL nor HOST:PORT"),
        ("ftp://host", "is a URL of another scheme"),
        ("unix:///run/api.sock", "is a URL of another scheme"),
        ([MARK], "server of the cluster 'c' .* is not text"),
        (f"https://u:{MARK}@[", "is not a URL"),
    ],
)
def test_a_server_that_is_not_a_url_is_named_and_not_repeated(write, server, said):
    with pytest.raises(ClusterError, match=said) as refused:
        connect(write({"server": server}))

    assert MARK not in str(refused.value)


def test_a_user_in_the_url_is_sent_as_kubectl_sends_it(write, ask, plain):
    ask(write({"server": plain.url.replace("//", "//ann:p%40ss@")}))

    assert [request.authorization for request in plain.seen] == [
        f"Basic {base64.b64encode(b'ann:p@ss').decode()}"
    ]


def test_a_user_in_the_url_gives_way_to_a_token(write, ask, plain):
    ask(write({"server": plain.url.replace("//", "//ann:pass@")}, {"token": "abc"}))

    assert [request.authorization for request in plain.seen] == ["Bearer abc"]


@pytest.mark.parametrize(
    "user",
    [{"token": MARK}, {"username": "ann", "password": MARK}, {"tokenFile": "tok"}, {"exec": {}}],
)
def test_credentials_are_not_sent_to_another_machine_without_tls(write, here, user):
    (here / "tok").write_text(MARK)
    if "exec" in user:
        user = {
            "exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "./plugin"}
        }

    with pytest.raises(
        ClusterError, match="is http, and credentials are not sent over it"
    ) as refused:
        connect(write({"server": "http://cluster.invalid"}, user))

    assert MARK not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "[::1]", "localhost", "api.localhost"])
def test_this_machine_is_trusted_with_credentials(write, host):
    assert connect(write({"server": f"http://{host}:1"}, {"token": "abc"}))


def test_compression_can_be_refused(write, ask, plain):
    ask(write({"server": plain.url, "disable-compression": True}))
    ask(write({"server": plain.url}))

    refused, taken = (request.header("Accept-Encoding") for request in plain.seen)
    assert refused == ["identity"]
    assert "gzip" in taken[0]


# what it has to prove


def test_the_authority_may_be_in_the_file_itself(write, ask, secure, data):
    ask(write({"server": secure.url, "certificate-authority-data": data}))

    assert len(secure.seen) == 1


def test_base64_may_have_line_ends(write, ask, secure, data):
    lines = "\n".join(data[start : start + 64] for start in range(0, len(data), 64))

    ask(write({"server": secure.url, "certificate-authority-data": f"{lines}\n"}))

    assert len(secure.seen) == 1


def test_a_bundle_may_hold_other_certificates_comments_and_broken_ones(
    write, ask, secure, here, authority, other_authority
):
    path = write({"server": secure.url, "certificate-authority": "bundle.crt"})
    broken = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    (here / "bundle.crt").write_bytes(
        "# für jeden\n".encode() + other_authority.pem + broken + authority.pem
    )

    ask(path)

    assert len(secure.seen) == 1


@pytest.mark.parametrize("insecure", [True, "true", "yes"])
def test_a_certificate_need_not_be_checked(write, ask, secure, insecure):
    ask(
        write(
            {
                "server": secure.url.replace("localhost", "127.0.0.1"),
                "insecure-skip-tls-verify": insecure,
            }
        )
    )

    assert len(secure.seen) == 1


def test_the_name_of_the_certificate_can_be_set(write, ask, secure):
    server = {
        "server": secure.url.replace("localhost", "127.0.0.1"),
        "certificate-authority": "ca.crt",
    }

    ask(write(server | {"tls-server-name": "cluster.invalid"}))
    with pytest.raises(ClusterError, match=r"is not for 127\.0\.0\.1\. Set tls-server-name"):
        ask(write(server))
    with pytest.raises(ClusterError, match=r"is not for other\.invalid"):
        ask(write(server | {"tls-server-name": "other.invalid"}))

    assert len(secure.seen) == 1


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        (
            {"certificate-authority-data": NOT_PEM},
            "certificate-authority of the cluster 'c' .* contains no certificate in PEM",
        ),
        (
            {"certificate-authority-data": "%%%"},
            "certificate-authority-data of the cluster 'c' .* is not base64",
        ),
        ({"certificate-authority-data": "DATA+OMITTED"}, "was hidden by kubectl config view"),
        (
            {"certificate-authority-data": ["x"]},
            "certificate-authority-data of the cluster 'c' .* is not text",
        ),
        (
            {"certificate-authority": "absent.crt"},
            r"certificate-authority .* names .*absent\.crt, .*: no such file",
        ),
        ({"certificate-authority": "."}, "certificate-authority .* cannot be read: is a directory"),
        ({"certificate-authority": "a\0b"}, "certificate-authority .* contains a NUL character"),
        (
            {"certificate-authority": "config"},
            "certificate-authority .* contains no certificate in PEM",
        ),
        (
            {"certificate-authority": "ca.crt", "certificate-authority-data": NOT_PEM},
            "certificate-authority of the cluster 'c' .* is given twice: as a file and as certificate-authority-data",
        ),
        (
            {"certificate-authority-data": NOT_PEM, "insecure-skip-tls-verify": True},
            "insecure-skip-tls-verify .* exclude each other",
        ),
        (
            {"insecure-skip-tls-verify": "maybe"},
            "insecure-skip-tls-verify .* is neither true nor false",
        ),
        ({"insecure-skip-tls-verify": 1}, "insecure-skip-tls-verify .* is neither true nor false"),
        ({"tls-server-name": {}}, "tls-server-name of the cluster 'c' .* is not text"),
    ],
)
def test_a_cluster_that_cannot_be_used_is_refused_by_the_name_of_the_field(write, cluster, said):
    with pytest.raises(ClusterError, match=said):
        connect(write({"server": "https://localhost:1"} | cluster))


def test_a_certificate_of_another_authority_is_refused_at_once(
    write, ask, secure, here, other_authority
):
    path = write({"server": secure.url, "certificate-authority": "other.crt"})
    (here / "other.crt").write_bytes(other_authority.pem)

    with pytest.raises(
        ClusterError, match=r"authority that is not trusted\. Correct its certificate-authority\."
    ):
        ask(path)


def test_an_expired_certificate_is_reported(write, ask, authority, serving_as):
    said = r"certificate of the server .* has expired"

    with (
        serving_as(authority.issue("old", "localhost", days=-3)) as served,
        pytest.raises(ClusterError, match=said),
    ):
        ask(write({"server": served.url, "certificate-authority": "ca.crt"}))


def test_without_an_authority_the_environment_says_what_is_trusted(
    write, ask, secure, here, monkeypatch, other_authority
):
    path = write({"server": secure.url})
    monkeypatch.setenv("SSL_CERT_FILE", str(here / "ca.crt"))
    ask(path)
    (here / "other.crt").write_bytes(other_authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(here / "other.crt"))

    with pytest.raises(
        ClusterError, match=r"the environment variable SSL_CERT_FILE sets the trusted certificates"
    ):
        ask(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            None,
            r"SSL_CERT_FILE names .*trusted\.pem, which cannot be used: no such file or directory",
        ),
        (
            "nothing",
            r"SSL_CERT_FILE names .*trusted\.pem, which cannot be used: it contains no certificates",
        ),
    ],
)
def test_certificates_of_the_environment_that_cannot_be_used_are_its_fault(
    write, here, monkeypatch, content, said
):
    if content:
        (here / "trusted.pem").write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(here / "trusted.pem"))

    with pytest.raises(
        ClusterError, match=rf"environment variable {said}\. Correct it, or unset it\."
    ):
        connect(write({"server": "https://localhost:1"}, {"token": "abc"}))


@pytest.mark.parametrize("cluster", ["http", "ca", "insecure"])
def test_certificates_of_the_environment_do_not_matter_where_they_are_not_needed(
    write, ask, plain, secure, monkeypatch, cluster
):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/trusted.pem")
    clusters = {
        "http": {"server": plain.url},
        "ca": {"server": secure.url, "certificate-authority": "ca.crt"},
        "insecure": {"server": secure.url, "insecure-skip-tls-verify": True},
    }

    ask(write(clusters[cluster]))

    assert len([*plain.seen, *secure.seen]) == 1


def test_http_to_a_server_with_tls_says_what_to_write(write, ask, secure):
    with pytest.raises(Passing, match=r"is http://; write https:// if it speaks TLS"):
        ask(write({"server": secure.url.replace("https", "http")}))


def test_a_server_without_a_listener_is_reported_as_before(write, ask):
    with pytest.raises(Passing, match=r"^get version: \[Errno 111\] Connection refused$"):
        ask(write({"server": "https://127.0.0.1:1", "certificate-authority": "ca.crt"}))
