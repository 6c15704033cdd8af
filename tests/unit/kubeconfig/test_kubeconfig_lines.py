"""Errors in a kubeconfig name the line, and repeat nothing of it."""

import os

import pytest

from profiles_management import ClusterError
from profiles_management.kubeflow.cluster.kubeconfig import connect

MARK = "s3cr3t-mark"
WHOLE = f"""\
apiVersion: v1
kind: Config
clusters:
- name: prod
  cluster:
    server: https://127.0.0.1:1
contexts:
- name: prod
  context:
    cluster: prod
    user: ann
users:
- name: ann
  user:
    token: {MARK}
current-context: prod
"""
SERVER, TOKEN = "    server: https://127.0.0.1:1\n", f"    token: {MARK}\n"
EXEC = "    exec:\n      command: aws\n      apiVersion: client.authentication.k8s.io/v9\n"


@pytest.mark.parametrize(
    ("edit", "line", "said"),
    [
        ((TOKEN, f"    token: {MARK}: {MARK}\n"), 15, "is not valid YAML"),
        ((TOKEN, f"\ttoken: {MARK}\n"), 15, "is not valid YAML"),
        (("clusters:\n", "clusters: [\n"), 4, "is not valid YAML"),
        (("kind: Config", "kind: Secret"), 2, "is not of kind Config"),
        (
            ("clusters:\n- name: prod\n  cluster:\n", "clusters:\n  prod:\n"),
            3,
            "clusters of the kubeconfig",
        ),
        ((SERVER, "    server: [https://a]\n"), 6, "server of the cluster 'prod'"),
        ((SERVER, "    server: ftp://a\n"), 6, "another scheme"),
        ((SERVER, "    insecure-skip-tls-verify: true\n"), 6, "has no server"),
        (
            (SERVER, f"{SERVER}    insecure-skip-tls-verify: perhaps\n"),
            7,
            "is neither true nor false",
        ),
        ((SERVER, f"{SERVER}    certificate-authority: absent.crt\n"), 7, "cannot be read"),
        ((SERVER, f"{SERVER}    certificate-authority-data: {MARK}!\n"), 7, "is not base64"),
        ((SERVER, "    server: https://<your-server>:6443\n"), 6, "has a placeholder"),
        ((SERVER, '    server: "https://${API_HOST}:6443"\n'), 6, "has a placeholder"),
        ((SERVER, '    server: "https://{{ api_host }}:6443"\n'), 6, "has a placeholder"),
        ((TOKEN, "    token: <token>\n"), 15, "is a placeholder"),
        ((TOKEN, "    token: ${TOKEN}\n"), 15, "is a placeholder"),
        ((TOKEN, "    token: REDACTED\n"), 15, "kubectl config view --raw"),
        ((TOKEN, "    token: [1]\n"), 15, "is not text"),
        ((TOKEN, EXEC), 17, "apiVersion of the user 'ann'"),
        (("    user: ann\n", "    user: eve\n"), 11, "user 'eve'"),
        (("    cluster: prod\n    user: ann\n", "    user: ann\n"), 10, "names no cluster"),
        (("current-context: prod", "current-context: test"), 16, "which is its current one"),
    ],
)
def test_a_mistake_is_named_with_its_line(here, edit, line, said):
    before, after = edit
    assert WHOLE.count(before) == 1
    (here / "config").write_text(WHOLE.replace(before, after))

    with pytest.raises(ClusterError) as refused:
        connect(here / "config")

    message = str(refused.value)
    assert said in message
    assert f"(line {line})" in message
    assert str(here / "config") in message
    assert MARK not in message


def test_what_yaml_says_is_repeated_where_it_holds_nothing_of_the_file(here):
    (here / "config").write_text(WHOLE.replace("clusters:\n", "clusters: [\n"))

    with pytest.raises(
        ClusterError, match="YAML says: did not find expected node content"
    ) as refused:
        connect(here / "config")

    assert MARK not in str(refused.value)


@pytest.mark.parametrize(
    ("prepare", "remedy"),
    [
        (lambda path: path.mkdir(), "Name the file in it with --kubeconfig or KUBECONFIG."),
        (lambda path: None, "Name another one with --kubeconfig or KUBECONFIG."),
    ],
    ids=["a folder", "no file"],
)
def test_a_path_that_cannot_be_read_says_what_to_do(here, prepare, remedy):
    prepare(here / "config")

    with pytest.raises(ClusterError) as refused:
        connect(here / "config")

    assert refused.value.remedy == remedy


def test_a_file_without_permission_says_whom_to_let_read_it(here, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)

    with pytest.raises(ClusterError, match="config cannot be used: permission denied") as refused:
        connect(here / "config")

    assert refused.value.remedy.startswith("Let the user that runs this read it")


def test_of_several_files_the_one_with_the_mistake_is_named(here, monkeypatch):
    (here / "good").write_text("apiVersion: v1\nkind: Config\n")
    (here / "bad").write_text(WHOLE.replace(SERVER, "    server: ftp://a\n"))
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join([str(here / "good"), str(here / "bad")]))

    with pytest.raises(
        ClusterError, match=r"in the kubeconfig .*/bad \(line 6\) is a URL of another scheme"
    ):
        connect()


def test_of_several_files_the_one_that_names_the_context_is_named(here, monkeypatch):
    (here / "first").write_text("current-context: gone\n")
    (here / "second").write_text(WHOLE)
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join([str(here / "first"), str(here / "second")]))

    with pytest.raises(ClusterError, match=r"which is its current one \(.*/first, line 1\)"):
        connect()
