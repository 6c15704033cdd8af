"""Kubeconfigs as tools write and people edit them: read like kubectl, or refused by name."""

import stat
from string import Template

import pytest

from profiles_management import ProfilesError

# From public reports. $plain, $secure and $insecure are servers, $folder is where the kubeconfig
# lies.
CLUSTER = "clusters: [{name: c, cluster: {%s}}]\n"
CONTEXT = "contexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\n"
USER = "users: [{name: u, user: {%s}}]\n"
PLAIN = CLUSTER % 'server: "$plain"'
SECURE = CLUSTER % 'server: "$secure", certificate-authority: ca.crt'
EXEC = """\
users:
- name: u
  user:
    exec:
      apiVersion: client.authentication.k8s.io/%s
      command: %s
      args: null
      env: null
      interactiveMode: IfAvailable
      provideClusterInfo: false
"""
ABC = "Bearer abc"
NUMBERS = """\
clusters: [{name: 1, cluster: {server: "$plain"}}]
contexts: [{name: 1, context: {cluster: 1, user: 1}}]
users: [{name: 1, user: {token: 123456}}]
current-context: 1
"""
TRUE_AND_DATES = """\
clusters: [{name: on, cluster: {server: "$plain"}}]
contexts: [{name: 2024-01-01, context: {cluster: on, user: true}}]
users: [{name: true, user: {token: 1e3}}]
current-context: 2024-01-01
"""
MINIKUBE = """\
clusters:
- name: c
  cluster:
    server: $plain
    extensions:
    - extension: {last-update: 'Mon, 01 Jan 2024 00:00:00 CET', version: v1.32.0}
      name: cluster_info
contexts:
- name: c
  context: {cluster: c, user: u, namespace: default, extensions: [{name: n}]}
current-context: c
preferences: {}
users: [{name: u, user: {username: admin, password: "pw"}}]
"""
BROKEN_ELSEWHERE = """\
clusters:
- {name: c, cluster: {server: "$plain"}}
- {name: old, cluster: null}
- nonsense
- {cluster: {}}
contexts:
- {name: c, context: {cluster: c, user: u}}
- {name: old, context: {user: gone}}
users:
- {name: u, user: {token: abc}}
- {name: old, user: {exec: {command: x}}}
- {name: odd, user: text}
current-context: c
"""
NULLS = """\
apiVersion: v1
clusters: null
contexts: null
current-context: ""
kind: Config
preferences: {}
users: null
"""

TAKEN = {
    "a server with a path": (
        CLUSTER % 'server: "$plain/k8s/clusters/c-1"' + CONTEXT + USER % "token: abc",
        ABC,
    ),
    "a path with escaped characters": (
        CLUSTER % 'server: "$plain/k8s/%%c3%%a4%%bc"' + CONTEXT + USER % "token: abc",
        ABC,
    ),
    "a path that ends with a slash": (
        CLUSTER % 'server: "$plain/k8s/c-1/"' + CONTEXT + USER % "token: abc",
        ABC,
    ),
    "exec v1": (PLAIN + CONTEXT + EXEC % ("v1", "$folder/token.sh"), ABC),
    "exec v1beta1 with nulls": (PLAIN + CONTEXT + EXEC % ("v1beta1", "$folder/token.sh"), ABC),
    "exec next to the file": (PLAIN + CONTEXT + EXEC % ("v1beta1", "./token.sh"), ABC),
    "as": (
        PLAIN
        + CONTEXT
        + USER % 'token: abc, as: "system:serviceaccount:ops:reader", as-groups: [readers]',
        ABC,
    ),
    "tokenFile next to the file": (PLAIN + CONTEXT + USER % "tokenFile: tok", "Bearer filetoken"),
    "numbers for names": (NUMBERS, "Bearer 123456"),
    "true and dates for names": (TRUE_AND_DATES, "Bearer 1e3"),
    "extensions and a password": (MINIKUBE, "Basic YWRtaW46cHc="),
    "a CA next to the file": (SECURE + CONTEXT + USER % "token: abc", ABC),
    "no check of certificates": (
        CLUSTER % 'server: "$secure", insecure-skip-tls-verify: true'
        + CONTEXT
        + USER % "token: abc",
        ABC,
    ),
    "a server without a scheme": (CLUSTER % 'server: "$bare"' + CONTEXT + USER % "token: abc", ABC),
    "a byte order mark": ("\ufeff" + PLAIN + CONTEXT + USER % "token: abc", ABC),
    "a context without a user": (
        PLAIN + "contexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n",
        "",
    ),
    "users null": (
        PLAIN + "users: null\ncontexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n",
        "",
    ),
    "a user that is null": (PLAIN + CONTEXT + "users: [{name: u, user: null}]\n", ""),
    "an empty token": (PLAIN + CONTEXT + USER % 'token: ""', ""),
    "broken entries that nobody uses": (BROKEN_ELSEWHERE, ABC),
}

REFUSED = {
    "a plugin that is not installed": (
        PLAIN + CONTEXT + EXEC % ("v1beta1", "aws-not-installed"),
        r"plugin aws-not-installed of the user 'u' .* is not installed\.",
    ),
    "a plugin that fails": (
        PLAIN + CONTEXT + EXEC % ("v1beta1", "$folder/fail.sh"),
        r"fail\.sh .* ended with exit code 255: Unable to locate credentials",
    ),
    "a plugin that is not executable": (
        PLAIN + CONTEXT + EXEC % ("v1beta1", "$folder/noexec.sh"),
        r"noexec\.sh .* is not executable\. Allow it with: chmod \+x",
    ),
    "a client certificate of a plugin that is none": (
        SECURE + CONTEXT + EXEC % ("v1beta1", "$folder/cert.sh"),
        r"cert\.sh .* has a client certificate",
    ),
    "an auth-provider": (
        PLAIN
        + CONTEXT
        + USER % "auth-provider: {name: oidc, config: {id-token: abc, refresh-token: def}}",
        r"auth-provider of the user 'u' .* is not supported \(oidc\)\. Set up an exec plugin such as kubelogin",
    ),
    "no check of certificates, and a CA": (
        CLUSTER % 'server: "$secure", certificate-authority: ca.crt, insecure-skip-tls-verify: true'
        + CONTEXT
        + USER % "token: abc",
        r"insecure-skip-tls-verify of the cluster 'c' .* and a certificate-authority exclude each other",
    ),
    "no CA": (
        CLUSTER % 'server: "$secure"' + CONTEXT + USER % "token: abc",
        r"certificate of the server of the cluster 'c' .* authority that is not trusted.* no certificate-authority",
    ),
    "a CA that is not there": (
        CLUSTER % 'server: "$secure", certificate-authority: /nowhere/.minikube/ca.crt'
        + CONTEXT
        + USER % "token: abc",
        r"certificate-authority of the cluster 'c' .* names /nowhere/\.minikube/ca\.crt, .*: no such file",
    ),
    "a client certificate without a key": (
        SECURE + CONTEXT + USER % "client-certificate: ca.crt",
        r"user 'u' .* has a client-certificate and no client-key",
    ),
    "a CA that kubectl has hidden": (
        CLUSTER % 'server: "$secure", certificate-authority-data: REDACTED'
        + CONTEXT
        + USER % "token: REDACTED",
        r"certificate-authority-data of the cluster 'c' .* was hidden by kubectl config view.*--raw",
    ),
    "a token that kubectl has hidden": (
        PLAIN + CONTEXT + USER % "token: REDACTED",
        r"token of the user 'u' .* was hidden by kubectl config view.*--raw",
    ),
    "https to a server without TLS": (
        CLUSTER % 'server: "$https_plain"' + CONTEXT + USER % "token: abc",
        r"The server of the cluster 'c' .* does not speak TLS\. If this is intended, write http://",
    ),
    "null lists": (NULLS, r"kubeconfig .*config\.yaml contains no clusters, users or contexts"),
    "nothing": ("", r"kubeconfig .*config\.yaml contains no clusters, users or contexts"),
    "a token beyond ASCII": (
        PLAIN + CONTEXT + USER % 'token: "tö€n-s3cr3t"',
        r"token of the user 'u' .* contains blanks, line ends or characters beyond ASCII",
    ),
    "a context that is a number, and not the current one": (
        PLAIN + "contexts: [{name: 2024, context: {cluster: c}}]\n",
        r"has no current context\. Name one with --context\. It has: 2024\.",
    ),
}


@pytest.fixture
def case(here, write, plain, secure, script):
    """Write a case and return its path."""
    answer = '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{%s}}'
    script(f"""echo '{answer % '"token":"abc"'}'""", "token.sh")
    script('echo "Unable to locate credentials" >&2\nexit 255', "fail.sh")
    pem = r"-----BEGIN %s-----\\nMIIB\\n-----END %s-----"
    pair = f'"clientCertificateData":"{pem}","clientKeyData":"{pem}"'
    script(
        f"printf '%s\\n' '{answer % (pair % (('CERTIFICATE',) * 2 + ('PRIVATE KEY',) * 2))}'".replace(
            "\\\\n", "\\n"
        ),
        "cert.sh",
    )
    plugin = script("echo hi", "noexec.sh")
    plugin.chmod(plugin.stat().st_mode & ~stat.S_IXUSR)
    (here / "tok").write_text("filetoken")
    write()
    known = {
        "plain": plain.url,
        "bare": plain.url.removeprefix("http://"),
        "https_plain": plain.url.replace("http:", "https:"),
        "secure": secure.url,
        "folder": here,
    }

    def written(text):
        path = here / "config.yaml"
        path.write_text(Template(text).substitute(known), encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize("name", TAKEN)
def test_what_kubectl_takes_is_taken(case, ask, plain, secure, name):
    text, authorization = TAKEN[name]

    ask(case(text))

    assert [request.authorization for request in (*plain.seen, *secure.seen)] == [authorization]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_done_is_refused_by_name(case, ask, plain, secure, name):
    text, said = REFUSED[name]

    with pytest.raises(ProfilesError, match=said):
        ask(case(text))

    assert not [*plain.seen, *secure.seen]
