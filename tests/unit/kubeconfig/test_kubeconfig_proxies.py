"""The proxy of an API server, by kubeconfig or environment, and which of both caused an error."""

import pytest

from profiles_management import ClusterError
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.kubeflow.cluster.kubeconfig.proxies import proxy_of
from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.reconcile.retry import Passing

MARK = "s3cr3t-mark"
PROXY = "http://proxy.invalid:3128"


@pytest.fixture
def behind(write):
    """Write a kubeconfig for an API server that only the proxy can reach."""
    return lambda **cluster: write(
        {"server": "https://cluster.invalid", "certificate-authority": "ca.crt"} | cluster,
        {"token": "abc"},
    )


def test_requests_go_through_the_proxy_of_the_kubeconfig(behind, ask, secure, proxy):
    ask(behind(**{"proxy-url": proxy.url}))

    assert [request.authorization for request in secure.seen] == ["Bearer abc"]
    assert proxy.asked[0].startswith("CONNECT cluster.invalid:443 ")
    assert "Bearer" not in proxy.asked[0]


def test_the_proxy_of_the_kubeconfig_comes_before_that_of_the_environment(
    behind, ask, secure, proxy, monkeypatch
):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")

    ask(behind(**{"proxy-url": proxy.url}))

    assert len(proxy.asked) == 1


def test_the_name_of_the_certificate_can_be_set_behind_a_proxy(behind, ask, secure, proxy):
    cluster = {"server": "https://10.0.0.1", "proxy-url": proxy.url}

    ask(behind(**cluster, **{"tls-server-name": "cluster.invalid"}))

    assert len(secure.seen) == 1


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_requests_go_through_the_proxy_of_the_environment(
    behind, ask, secure, proxy, monkeypatch, name
):
    monkeypatch.setenv(name, proxy.url)

    ask(behind())

    assert len(proxy.asked) == len(secure.seen) == 1


def test_a_user_and_a_password_of_the_proxy_are_sent_to_it(behind, ask, proxy):
    ask(behind(**{"proxy-url": proxy.url.replace("//", "//ann:p%40ss@")}))

    assert "Proxy-Authorization: Basic YW5uOnBAc3M=" in proxy.asked[0]


# what is wrong with it


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            f"socks4://u:{MARK}@proxy.invalid:1080",
            "is a URL of another scheme than http, https and socks5",
        ),
        (f"proxy.invalid:3128/{MARK}", "is a URL of another scheme than http, https and socks5"),
        (f"http://u:{MARK}@", "is not a URL"),
        (f"http://u:{MARK}@proxy.invalid:port", "is not a URL"),
        (f"http://u:{MARK}@[::1", "is not a URL"),
        (f"http://u:{MARK}\n@proxy.invalid", "is not a URL"),
        (f"socks5://u:{MARK}@proxy.invalid:1080", "names a SOCKS proxy, which needs socksio"),
    ],
)
def test_a_proxy_of_the_kubeconfig_that_cannot_be_used_is_its_fault(behind, url, said):
    with pytest.raises(
        ClusterError, match=rf"^proxy-url of the cluster 'c' in the kubeconfig .* {said}"
    ) as refused:
        connect(behind(**{"proxy-url": url}))

    assert MARK not in str(refused.value)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"socks://u:{MARK}@127.0.0.1:1080/", "is a URL of another scheme"),
        (f"http://u:{MARK}@proxy.invalid:port", "is not a URL"),
        (f"u:{MARK}@", "is not a URL"),
        (f"socks5h://u:{MARK}@proxy.invalid", "names a SOCKS proxy, which needs socksio"),
    ],
)
def test_a_proxy_of_the_environment_that_cannot_be_used_is_its_fault(
    behind, monkeypatch, name, url, said
):
    monkeypatch.setenv(name, url)

    with pytest.raises(ClusterError, match=rf"^The environment variable {name} {said}") as refused:
        connect(behind())

    assert MARK not in str(refused.value)
    assert "kubeconfig" not in str(refused.value)


@pytest.mark.parametrize("variables", [{"NO_PROXY": "127.0.0.1,localhost"}, {"HTTP_PROXY": PROXY}])
def test_all_proxy_is_ignored_if_another_variable_applies_to_the_server(
    write, ask, plain, monkeypatch, variables
):
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1080/")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    ask(write({"server": plain.url}))

    assert len(plain.seen) == 1


def test_an_unusable_all_proxy_is_named_even_for_this_machine(write, plain, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1080/")

    with pytest.raises(ClusterError, match=r"^The environment variable ALL_PROXY"):
        connect(write({"server": plain.url}))


def test_a_proxy_that_wants_a_password_is_named_and_asked_once(behind, ask, proxy):
    proxy.code = 407

    with pytest.raises(
        ClusterError, match=r"proxy that proxy-url of the cluster 'c' .* requires a user"
    ):
        ask(behind(**{"proxy-url": proxy.url}))

    assert len(proxy.asked) == 1


@pytest.mark.parametrize(("code", "said"), [(403, "answers 403"), (502, "answers 502")])
def test_a_proxy_that_refuses_is_named(behind, ask, proxy, monkeypatch, code, said):
    proxy.code = code
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//u:{MARK}@"))

    with pytest.raises(
        Passing, match=rf"the proxy that the environment variable HTTPS_PROXY names {said}"
    ) as refused:
        ask(behind())

    assert MARK not in str(refused.value)


def test_a_proxy_that_nobody_listens_on_is_named(behind, ask, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://u:{MARK}@127.0.0.1:1")

    with pytest.raises(
        Passing, match="through the proxy that the environment variable HTTPS_PROXY names"
    ) as refused:
        ask(behind())

    assert MARK not in str(refused.value)


# for which servers


@pytest.mark.parametrize(
    ("server", "no_proxy", "proxied"),
    [
        ("https://cluster.invalid", "", True),
        ("https://cluster.invalid", "*", False),
        ("https://cluster.invalid", "other.invalid, cluster.invalid", False),
        ("https://cluster.invalid", "CLUSTER.INVALID", False),
        ("https://cluster.invalid", "invalid", False),
        ("https://cluster.invalid", ".invalid", False),
        ("https://cluster.invalid", "*.invalid", False),
        ("https://cluster.invalid", "luster.invalid", True),
        ("https://cluster.invalid", ".cluster.invalid", True),
        ("https://cluster.invalid", "cluster.invalid:443", False),
        ("https://cluster.invalid:6443", "cluster.invalid:443", True),
        ("https://cluster.invalid:6443", "cluster.invalid:6443", False),
        ("https://10.1.2.3:6443", "10.1.2.3", False),
        ("https://10.1.2.3:6443", "10.0.0.0/8", False),
        ("https://10.1.2.3:6443", "192.168.0.0/16,10.1.2.0/30", False),
        ("https://10.1.2.3:6443", "192.168.0.0/16", True),
        ("https://10.1.2.3:6443", "nonsense/8", True),
        ("https://[fd00::1]:6443", "fd00::/8", False),
        ("https://[fd00::1]:6443", "fd00::1", False),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", False),
        ("https://[fd00::1]:6443", "fd00::2", True),
        ("https://localhost:6443", "", False),
        ("https://127.0.0.1:6443", "", False),
        ("https://[::1]:6443", "", False),
    ],
)
def test_no_proxy_means_what_it_means_for_kubectl(server, no_proxy, proxied):
    host = server.removeprefix("https://").rpartition(":6443")[0] or server.removeprefix("https://")
    environment = {"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}

    found = proxy_of(Server(server, host.strip("[]"), "the cluster"), environment)

    assert (found is not None) == proxied


def test_http_and_https_have_variables_of_their_own():
    environment = {"HTTPS_PROXY": "https.invalid:1", "http_proxy": "http.invalid:1"}

    found = [
        proxy_of(Server(f"{scheme}://cluster.invalid", "cluster.invalid", ""), environment)
        for scheme in ("http", "https")
    ]

    assert [one.url for one in found] == ["http://http.invalid:1", "http://https.invalid:1"]
