"""The files of a kubeconfig: which are read, their forms, and how several are merged."""

import json
import os
from pathlib import Path

import pytest
import yaml

from profiles_management import ClusterError, open_target
from profiles_management.kubeflow.cluster.kubeconfig import connect

MARK = "s3cr3t-mark"


def entry(kind, name, content):
    return {"name": name, kind: content}


def config(server, user="u", token="abc", *, current=""):  # noqa: S107
    """Return a whole kubeconfig as data."""
    return {
        "clusters": [entry("cluster", "c", {"server": server})],
        "users": [entry("user", user, {"token": token})],
        "contexts": [entry("context", "x", {"cluster": "c", "user": user})],
        "current-context": current,
    }


# several files


@pytest.fixture
def several(here, monkeypatch):
    """Write files and name them in KUBECONFIG, in that order."""

    def written(*contents):
        paths = [here / f"config-{number}" for number, _ in enumerate(contents)]
        for path, content in zip(paths, contents, strict=True):
            if content is not None:
                path.write_text(json.dumps(content))
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, paths)))
        return paths

    return written


def test_the_first_of_several_files_that_has_an_entry_counts(several, ask, plain):
    several(
        config(plain.url, token="first"),
        config("http://127.0.0.1:1", token="second", current="x"),
        config("http://127.0.0.1:1", token="third", current="another"),
    )

    ask()

    assert [request.authorization for request in plain.seen] == ["Bearer first"]


def test_what_a_context_needs_may_be_spread_over_files(several, ask, plain):
    whole = config(plain.url, current="x")
    several(*({key: value} for key, value in whole.items()))

    ask()

    assert [request.authorization for request in plain.seen] == ["Bearer abc"]


def test_an_entry_is_not_mixed_from_two_files(several, ask, plain):
    first = config(plain.url, current="x")
    first["users"] = [entry("user", "u", {})]
    several(first, config(plain.url))

    ask()

    assert [request.authorization for request in plain.seen] == [""]


def test_missing_files_are_skipped_if_another_file_exists(several, ask, plain):
    several(None, config(plain.url, current="x"), None)

    ask()

    assert len(plain.seen) == 1


def test_where_no_file_exists_the_first_one_is_named(several):
    first, _ = several(None, None)

    with pytest.raises(ClusterError, match=rf"kubeconfig {first} cannot be used: no such file"):
        open_target()


def test_empty_files_are_skipped(several, ask, plain, here):
    several(None, config(plain.url, current="x"))
    (here / "config-0").touch()

    ask()

    assert len(plain.seen) == 1


def test_one_of_several_files_that_is_broken_is_named(several, here, plain):
    several(config(plain.url, current="x"), None)
    (here / "config-1").write_text(f"users: [{MARK}")

    with pytest.raises(
        ClusterError, match=r"kubeconfig .*config-1 is not valid YAML \(line \d\)\."
    ) as refused:
        open_target()

    assert MARK not in str(refused.value)


def test_paths_are_relative_to_the_file_that_holds_them(several, ask, plain, here):
    first = config(plain.url, current="x")
    del first["users"]
    several(first)
    folder = here / "elsewhere"
    folder.mkdir()
    (folder / "tok").write_text("relative")
    (folder / "config").write_text(
        json.dumps({"users": [entry("user", "u", {"tokenFile": "tok"})]})
    )
    os.environ["KUBECONFIG"] += os.pathsep + str(folder / "config")

    ask()

    assert [request.authorization for request in plain.seen] == ["Bearer relative"]


def test_a_file_that_is_named_is_read_alone(several, ask, plain, write):
    several(config("http://127.0.0.1:1", current="x"))

    ask(write({"server": plain.url}, {"token": "named"}))

    assert [request.authorization for request in plain.seen] == ["Bearer named"]


def test_a_context_of_any_file_can_be_named(several, ask, plain):
    other = config(plain.url, "other")
    other["contexts"][0]["name"] = "there"
    several(config("http://127.0.0.1:1", current="x"), other | {"clusters": []})

    with pytest.raises(ClusterError, match=r"has no context 'nowhere'\. It has: there, x\."):
        ask(None, "nowhere")


# what a file looks like


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16"],
    ids=["UTF-8", "UTF-8 with a mark", "UTF-16, as PowerShell writes it"],
)
@pytest.mark.parametrize(
    "write_as", [json.dumps, yaml.safe_dump, lambda data: json.dumps(data, indent="\t")]
)
def test_yaml_and_json_are_read_in_every_encoding_that_kubectl_reads(
    here, ask, plain, encoding, write_as
):
    path = here / "config"
    path.write_bytes(write_as(config(plain.url, current="x")).encode(encoding))

    ask(path)

    assert len(plain.seen) == 1


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_windows_line_ends_are_no_part_of_a_value(here, ask, plain, ends):
    path = here / "config"
    path.write_bytes(yaml.safe_dump(config(plain.url, current="x")).replace("\n", ends).encode())

    ask(path)

    assert [request.authorization for request in plain.seen] == ["Bearer abc"]


def test_anchors_merges_and_a_second_document_are_read_as_kubectl_reads_them(here, ask, plain):
    path = here / "config"
    path.write_text(f"""\
clusters: [{{name: c, cluster: &base {{server: "{plain.url}"}}}}, {{name: d, cluster: {{<<: *base}}}}]
users: [{{name: u, user: {{token: abc}}}}]
contexts: [{{name: x, context: {{cluster: d, user: u}}}}]
current-context: x
---
current-context: y
""")

    ask(path)

    assert len(plain.seen) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"users: [{{name: {MARK}\n  : [", "is not valid YAML (line 2)."),
        (f"token: '{MARK}", "is not valid YAML (line 1)."),
        (f"- {MARK}", "is not a kubeconfig: it is not a mapping at the top."),
        (MARK, "is not a kubeconfig: it is not a mapping at the top."),
        (f"clusters: {MARK}", "is not a list."),
        (f"clusters: {{{MARK}: {{server: x}}}}", "is not a list."),
        ("kind: Secret", "is not a kubeconfig: it is not of kind Config in version v1 (line 1)."),
        ("apiVersion: v2", "is not a kubeconfig: it is not of kind Config in version v1 (line 1)."),
        ("&a [*a]", "is not valid YAML."),
        (f"{{{MARK}: " * 2000, "is not valid YAML"),
        ("current-context: x", "contains no clusters, users or contexts."),
        ("profiles: []", "contains no clusters, users or contexts."),
        ("\0", "is not valid YAML"),
        (b"\xff\xfe\xff", "is not valid YAML"),
        (b"token: \xe9", "is not valid YAML"),
    ],
)
def test_a_file_that_is_not_a_kubeconfig_is_named_and_not_repeated(here, content, said):
    path = here / "config"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(ClusterError) as refused:
        connect(path)

    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    assert MARK not in str(refused.value)


def test_a_folder_is_named(here):
    with pytest.raises(ClusterError, match=rf"kubeconfig {here} cannot be used: is a directory"):
        connect(here)


def test_a_file_that_cannot_be_read_is_named():
    path = Path("/proc/self/mem")  # whose beginning cannot be read

    with pytest.raises(
        ClusterError, match=rf"kubeconfig {path} cannot be used: input/output error"
    ):
        connect(path)


def test_a_pipe_is_read_once(ask, plain):
    reader, writer = os.pipe()
    os.write(writer, json.dumps(config(plain.url, current="x")).encode())
    os.close(writer)

    ask(Path(f"/dev/fd/{reader}"))
    os.close(reader)

    assert len(plain.seen) == 1


@pytest.mark.parametrize(
    "value",
    [
        f"apiVersion: v1\nusers: [{{user: {{token: {MARK}}}}}]",
        f'{{"users": [{{"token": "{MARK}"}}]}}',
    ],
)
def test_a_kubeconfig_in_place_of_its_path_is_not_repeated(monkeypatch, value):
    monkeypatch.setenv("KUBECONFIG", value)

    with pytest.raises(
        ClusterError, match="KUBECONFIG contains the content of a kubeconfig"
    ) as refused:
        open_target()

    assert MARK not in str(refused.value)


@pytest.mark.parametrize(
    "value", ["YXBpVmVyc2lvbjogdjEK" * 40, "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"]
)
def test_what_looks_like_a_credential_is_not_shown_as_a_path(monkeypatch, value):
    monkeypatch.setenv("KUBECONFIG", value)

    with pytest.raises(ClusterError, match="a path that is not shown") as refused:
        open_target()

    assert value not in str(refused.value)


# contexts


def test_a_current_context_that_does_not_exist_is_said_to_be_it(write):
    path = write({"server": "https://localhost"}, {}, **{"current-context": "gone"})

    with pytest.raises(
        ClusterError,
        match=r"has no context 'gone', which is its current one \(line 1\)\. It has: x\.",
    ):
        connect(path)


def test_a_name_that_is_quoted_in_one_place_and_a_number_in_another_is_the_same(here, ask, plain):
    path = here / "config"
    path.write_text(
        f'clusters: [{{name: "007", cluster: {{server: "{plain.url}"}}}}]\n'
        "contexts: [{name: 1, context: {cluster: 007}}]\n"
    )

    ask(path, "1")

    assert len(plain.seen) == 1


@pytest.mark.parametrize("kind", ["cluster", "user", "context"])
def test_two_entries_of_one_name_are_refused_where_the_context_uses_it(write, plain, kind):
    once = json.loads(write({"server": plain.url}, {"token": "abc"}).read_text())
    path = write(**once | {f"{kind}s": once[f"{kind}s"] * 2})

    with pytest.raises(
        ClusterError, match=rf"The {kind} '\w' in the kubeconfig .* is defined twice"
    ):
        connect(path)


def test_two_entries_of_one_name_that_nobody_uses_are_no_matter(write, ask, plain):
    users = [
        entry("user", "u", {"token": "abc"}),
        entry("user", "old", {}),
        entry("user", "old", {}),
    ]

    ask(write({"server": plain.url}, users=users))

    assert len(plain.seen) == 1


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"user": "u"}, "The context 'x' .* names no cluster"),
        (None, "The context 'x' .* names no cluster"),
        ({"cluster": "gone"}, "names a cluster or user that is not in it: cluster 'gone'"),
        (
            {"cluster": "c", "user": "gone"},
            "names a cluster or user that is not in it: user 'gone'",
        ),
        ({"cluster": ["c"]}, "cluster of the context 'x' .* is not text"),
        ("text", "The context 'x' .* is not a mapping"),
    ],
)
def test_a_context_that_cannot_be_used_is_named(write, context, said):
    path = write({"server": "https://localhost"}, {}, contexts=[entry("context", "x", context)])

    with pytest.raises(ClusterError, match=said):
        connect(path)
