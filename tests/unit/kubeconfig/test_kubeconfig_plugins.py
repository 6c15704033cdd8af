"""Exec plugins: their input, their output, how often they run, and messages if they fail."""

import json
import os
import select
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import profiles_management
from profiles_management import ClusterError, Forbidden
from profiles_management.kubeflow.cluster.kubeconfig import connect, execution
from profiles_management.reconcile.clock import Clock

MARK = "s3cr3t-mark"
V1, BETA = "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"
SRC = str(Path(profiles_management.__file__).parents[1])
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def credential(version=V1, **status):
    return json.dumps(
        {"apiVersion": version, "kind": "ExecCredential", "status": status or {"token": "abc"}}
    )


@pytest.fixture
def plugin(here, script):
    """Write a plugin that counts its runs in `runs` and prints the file `output`."""

    def written(output=None, *, also=""):
        (here / "output").write_text(credential() if output is None else output)
        script(f'echo run >> "{here}/runs"\n{also}\ncat "{here}/output"')
        return "./plugin"

    return written


@pytest.fixture
def runs(here):
    """How often the plugin was run."""
    return lambda: len((here / "runs").read_text().splitlines())


@pytest.fixture
def execs(user_of):
    """Write a kubeconfig whose user has a plugin."""

    def written(command="./plugin", **more):
        fields = {"apiVersion": V1, "command": command, "interactiveMode": "Never"} | more
        return user_of(exec={key: value for key, value in fields.items() if value is not None})

    return written


@pytest.fixture
def impatient(monkeypatch):
    """Shorten the timeout for a plugin that never ends."""
    monkeypatch.setattr(execution, "_LOOK", 0.01)


# its input


def test_a_plugin_is_run_with_its_arguments_and_environment(
    execs, ask, secure, plugin, here, monkeypatch
):
    monkeypatch.setenv("INHERITED", "yes")
    plugin(also=f'echo "$# $1 $2|$NAME|$EMPTY|$INHERITED" > "{here}/given"')

    variables = [{"name": "NAME", "value": "a b"}, {"name": "EMPTY", "value": None}]
    ask(execs(args=["--x", "1 2"], env=variables))

    assert (here / "given").read_text() == "2 --x 1 2|a b||yes\n"
    assert [request.authorization for request in secure.seen] == ["Bearer abc"]


def test_a_plugin_gets_its_version_and_that_nobody_can_be_asked(execs, ask, plugin, here):
    plugin(
        credential(BETA),
        also=f'printenv KUBERNETES_EXEC_INFO > "{here}/given"; cat > "{here}/read"',
    )

    ask(execs(apiVersion=BETA, interactiveMode=None))

    given = {"apiVersion": BETA, "kind": "ExecCredential", "spec": {"interactive": False}}
    assert json.loads((here / "given").read_text()) == given
    assert (here / "read").read_text() == ""


def test_a_plugin_gets_the_cluster_if_it_asks_for_it(write, ask, secure, plugin, here, authority):
    plugin(also=f'printenv KUBERNETES_EXEC_INFO > "{here}/given"')
    extension = {"audience": "x", "number": 5, "on": True, "list": [None]}
    cluster = {
        "server": f"{secure.url}/path",
        "certificate-authority": "ca.crt",
        "tls-server-name": "cluster.invalid",
        "disable-compression": True,
        "extensions": [
            {"name": "other", "extension": {}},
            {"name": "client.authentication.k8s.io/exec", "extension": extension},
        ],
    }
    execution = {
        "apiVersion": V1,
        "command": "./plugin",
        "interactiveMode": "Never",
        "provideClusterInfo": True,
    }

    ask(write(cluster, {"exec": execution}))

    given = json.loads((here / "given").read_text())["spec"]["cluster"]
    assert given.pop("certificate-authority-data")
    assert given == {
        "server": f"{secure.url}/path",
        "tls-server-name": "cluster.invalid",
        "disable-compression": True,
        "config": extension,
    }


def test_a_bare_name_is_looked_for_in_the_path(execs, ask, secure, plugin, here, monkeypatch):
    plugin()
    monkeypatch.setenv("PATH", f"{here}{os.pathsep}{os.environ['PATH']}")

    ask(execs("plugin"))

    assert len(secure.seen) == 1


def test_a_bare_name_is_not_searched_for_next_to_the_file(execs, plugin):
    plugin()

    with pytest.raises(ClusterError, match=r"The plugin plugin of .* is not installed"):
        connect(execs("plugin"))


# what it prints


@pytest.mark.parametrize(
    "output",
    [
        credential(),
        credential(BETA),
        f"\n\n{credential()}\n\n",
        credential(token="abc\n"),
        credential(token=" abc\r\n"),
        json.dumps(json.loads(credential()), indent="\t"),
        f"kind: ExecCredential\napiVersion: {V1}\nstatus: {{token: abc}}\n",
        credential(token="abc", expirationTimestamp="2199-01-01T00:00:00Z"),
        credential(token="abc", expirationTimestamp=None, clientCertificateData=None),
    ],
)
def test_a_token_that_a_plugin_prints_is_sent(execs, ask, secure, plugin, output):
    plugin(output)

    ask(execs())

    assert [request.authorization for request in secure.seen] == ["Bearer abc"]


def test_a_client_certificate_that_a_plugin_prints_is_shown(execs, ask, secure, plugin, authority):
    ann = authority.issue("ann")
    pair = {"clientCertificateData": ann.certificate.decode(), "clientKeyData": ann.key.decode()}
    plugin(credential(**pair))

    ask(execs())

    (request,) = secure.seen
    assert request.client["subject"] == ((("commonName", "ann"),),)
    assert request.authorization == ""


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("", "printed nothing"),
        ("  \n", "printed nothing"),
        (MARK, "printed something that is not an ExecCredential in JSON"),
        (
            f"Opening your browser … {MARK}\n" + credential(),
            "printed something that is not an ExecCredential in JSON",
        ),
        (f'{{"token": "{MARK}"', "printed something that is not an ExecCredential in JSON"),
        (f'["{MARK}"]', "printed something that is not an ExecCredential in JSON"),
        ("[" * 100_000, "printed something that is not an ExecCredential in JSON"),
        (
            json.dumps({"kind": "Secret", "status": {"token": MARK}}),
            "is not an ExecCredential in JSON",
        ),
        (
            credential("client.authentication.k8s.io/v1alpha1", token=MARK),
            f"of another version than {V1}",
        ),
        (
            json.dumps({"kind": "ExecCredential", "status": {"token": MARK}}),
            f"of another version than {V1}",
        ),
        (
            json.dumps({"kind": "ExecCredential", "apiVersion": V1}),
            "printed an ExecCredential without a status",
        ),
        (
            json.dumps({"kind": "ExecCredential", "apiVersion": V1, "status": MARK}),
            "without a status",
        ),
        (credential(user=MARK), "printed neither a token nor a client certificate"),
        (credential(token=""), "printed neither a token nor a client certificate"),
        (credential(token=[MARK]), "whose token is not text"),
        (
            credential(token=f"{MARK}\n{MARK}"),
            "printed a token with blanks, line ends or characters beyond ASCII",
        ),
        (credential(token=f"{MARK} {MARK}"), "printed a token with blanks"),
        (credential(token=f"{MARK}ü"), "printed a token with blanks"),
        (credential(clientCertificateData=MARK), "printed a client certificate without its key"),
        (credential(clientKeyData=MARK), "a client certificate without its key, or a key alone"),
        (
            credential(clientCertificateData=MARK, clientKeyData=MARK),
            "has a client certificate that is not in PEM",
        ),
        (
            credential(token=MARK, expirationTimestamp=MARK),
            "printed an expirationTimestamp that is not a time",
        ),
        (credential(token=MARK * 200_000), "printed more than 1024 KiB"),
    ],
)
def test_output_that_is_not_a_credential_is_reported_and_not_repeated(execs, plugin, output, said):
    plugin(output)

    with pytest.raises(
        ClusterError, match=rf"The plugin .*plugin of the user 'u' in the kubeconfig .*{said}"
    ) as refused:
        connect(execs())

    assert MARK not in str(refused.value)


# how often it is run


@pytest.fixture
def clock():
    """A clock that a test sets: `clock.now = …`."""

    class Settable:
        now = NOON

    clock = Settable()
    clock.clock = Clock(now=lambda: clock.now, monotonic=lambda: 0.0, sleep=lambda _: None)
    return clock


def test_a_plugin_is_run_once_for_many_threads(execs, connected, get, secure, plugin, runs):
    plugin()
    client = connected(execs())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: get(client), range(32)))

    assert (len(secure.seen), runs()) == (32, 1)


def test_a_plugin_is_run_again_once_its_credentials_have_expired(
    execs, connected, get, plugin, runs, clock
):
    plugin(credential(token="abc", expirationTimestamp=(NOON + timedelta(hours=1)).isoformat()))
    client = connected(execs(), clock=clock.clock)

    for hours in (0, 0.5, 1):
        clock.now = NOON + timedelta(hours=hours)
        get(client)

    assert runs() == 2


def test_a_plugin_is_run_again_after_a_refusal_once_for_all_threads(
    execs, connected, get, secure, plugin, runs, here
):
    secure.refuses = lambda request: request.authorization == "Bearer old"
    plugin(credential(token="old"))
    client = connected(execs())
    (here / "output").write_text(credential(token="new"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: get(client), range(16)))

    assert runs() == 2
    assert {request.authorization for request in secure.seen} == {"Bearer old", "Bearer new"}


def test_another_certificate_is_shown_after_a_refusal(
    execs, connected, get, secure, plugin, here, authority
):
    def pair(name):
        identity = authority.issue(name)
        return {
            "clientCertificateData": identity.certificate.decode(),
            "clientKeyData": identity.key.decode(),
        }

    secure.refuses = lambda request: request.client["subject"] == ((("commonName", "old"),),)
    plugin(credential(**pair("old")))
    client = connected(execs())
    (here / "output").write_text(credential(**pair("new")))

    get(client)

    assert [request.client["subject"][0][0][1] for request in secure.seen] == ["old", "new"]


def test_credentials_that_had_expired_before_are_sent_and_if_refused_the_clock_is_named(
    execs, connected, get, secure, plugin, runs, clock
):
    plugin(credential(token="abc", expirationTimestamp="2026-11-01T11:00:00Z"))
    client = connected(execs(), clock=clock.clock)
    get(client)
    get(client)
    assert runs() == 1

    secure.refuses = lambda request: True
    with pytest.raises(
        Forbidden, match=r"had expired when the plugin printed them.* clock of this machine"
    ):
        get(client)

    assert runs() == 2


def test_a_plugin_is_not_run_where_the_user_has_credentials(user_of, ask, secure, plugin, here):
    plugin()

    ask(
        user_of(
            token="own", exec={"apiVersion": V1, "command": "./plugin", "interactiveMode": "Never"}
        )
    )

    assert [request.authorization for request in secure.seen] == ["Bearer own"]
    assert not (here / "runs").exists()


# messages if it fails


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("Unable to locate credentials", "exit code 3: Unable to locate credentials"),
        ("first line\n\n  second\tline", "exit code 3: first line second line"),
        ("\x1b[31mred\x1b[0m", r"exit code 3: \\x1b\[31mred\\x1b\[0m"),
        ("", r"exit code 3\.$"),
        ("x" * 3 + " " + "word " * 2000, "exit code 3: ….*word"),
        (
            "The profile prod could not be found in /root/.aws/config",
            "profile prod could not be found in /root/.aws/config",
        ),
        ("invalid_grant: token expired at noon", "invalid_grant: token expired at noon"),
    ],
)
def test_the_error_output_of_a_plugin_is_shown(execs, script, here, error, shown):
    (here / "errors").write_text(error)
    script(f'cat "{here}/errors" >&2; exit 3')

    with pytest.raises(ClusterError, match=shown) as refused:
        connect(execs())

    assert len(str(refused.value)) < 800
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "error",
    [
        f"token={MARK} is invalid",
        f"Authorization: Bearer {MARK}",
        f'{{"error": "x", "refresh_token": "{MARK}"}}',
        f"the token {MARK} was rejected",
        f"POST https://ann:{MARK}@sso.invalid/ failed",
        f"https://sso.invalid/?client_id=a&client_secret={MARK}&b=c",
        f"password: {MARK}",
        f"-----BEGIN RSA PRIVATE KEY-----\n{MARK}\n-----END RSA PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{MARK}",
        f"eyJhbGciOiJub25lIn0.{MARK}.",
        "from the environment: $FETCH_PASSWORD",
        "from the kubeconfig: $APP_SECRET",
        "from an argument: $2",
        "from another argument: ${3#*=}",
        f"token={'x' * 9000}{MARK}",
        f"token={MARK}{'x' * 9000} and more",
    ],
)
def test_the_error_output_of_a_plugin_loses_what_may_be_a_credential(
    execs, script, monkeypatch, error
):
    monkeypatch.setenv("FETCH_PASSWORD", MARK)
    script(f"cat >&2 <<END\n{error}\nEND\nexit 3")

    arguments = ["get", "--client-secret", MARK, f"--token={MARK}"]
    with pytest.raises(ClusterError, match="exit code 3") as refused:
        connect(execs(args=arguments[1:], env=[{"name": "APP_SECRET", "value": MARK}]))

    assert MARK not in str(refused.value)


def test_what_a_plugin_prints_before_it_fails_is_not_repeated_from_its_error_output(execs, script):
    script(f"echo '{credential(token=MARK)}'; echo 'got {MARK}, and then a problem' >&2; exit 1")

    with pytest.raises(ClusterError, match=r"got \*\*\*, and then a problem"):
        connect(execs())


@pytest.mark.parametrize(
    ("command", "hint", "said"),
    [
        (
            "absent",
            None,
            r"The plugin absent of the user 'u' in the kubeconfig .*config is not installed\. Install it, or correct",
        ),
        (
            "absent",
            "Install it:\n  apt-get \x1b[1minstall absent",
            r"is not installed\. Install it: apt-get \\x1b\[1minstall",
        ),
        ("absent", f"curl -H 'Authorization: Bearer {MARK}' x", r"is not installed\. curl"),
        ("./absent", None, r"The plugin .*/absent of .* is not installed"),
        (".", None, r"The plugin \. of .* is not installed"),
        ("./", None, "is a folder"),
        ("./text", None, r"is not executable\. Allow it with: chmod \+x"),
        ("./binary", None, "cannot be run: exec format error"),
        (f"get-token --secret={MARK}", None, "The plugin a path that is not shown"),
    ],
)
def test_a_plugin_that_cannot_be_started_is_named_with_how_to_install_it(
    execs, here, command, hint, said
):
    (here / "text").touch()
    (here / "binary").write_bytes(b"\x7fELF\0")
    (here / "binary").chmod(0o755)

    with pytest.raises(ClusterError, match=said) as refused:
        connect(execs(command, installHint=hint))

    assert MARK not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "sleep 1000",
        "sleep 1000 & wait",
        "while :; do echo more >&2; done",
        "trap '' TERM INT; sleep 1000",
        "exec >&- 2>&-; sleep 1000",
    ],
)
def test_a_plugin_that_does_not_end_is_stopped_and_reported(execs, script, impatient, text):
    script(f"echo waiting >&2\n{text}")

    with pytest.raises(ClusterError, match=r"did not end within 0 s\.( It printed: .*)?$"):
        connect(execs(), timeout=0.2)


def has_ended(process):
    """Return whether a process ends, or has ended."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    ended = select.select([descriptor], [], [], 10)[0]
    os.close(descriptor)
    return bool(ended)


def test_what_a_plugin_has_started_ends_with_it(execs, script, impatient, here):
    script(f'sleep 1000 & echo $! > "{here}/child"\nwait')

    with pytest.raises(ClusterError, match="did not end"):
        connect(execs(), timeout=0.2)

    assert has_ended(int((here / "child").read_text()))


def test_a_plugin_whose_output_never_ends_is_ended(execs, script):
    script("cat /dev/zero")

    with pytest.raises(ClusterError, match="printed more than 1024 KiB"):
        connect(execs())


def test_a_program_that_a_plugin_leaves_behind_is_not_waited_for(
    execs, ask, secure, script, impatient, here
):
    script(f"(exec 3<>fifo; read line <&3) &\necho $! > left\necho '{credential()}'")
    os.mkfifo(here / "fifo")

    ask(execs())

    assert len(secure.seen) == 1
    os.kill(int((here / "left").read_text()), 9)


def test_what_a_plugin_prints_just_before_it_ends_is_read(execs, ask, secure, script, monkeypatch):
    """Its output arrives between a check of the output and a check whether it ended."""
    monkeypatch.setattr(execution, "_LOOK", 0)
    script(f"read line < fifo\necho '{credential()}'")
    os.mkfifo("fifo")
    asked = []

    def poll(process):
        if not asked:
            Path("fifo").write_text("go\n")
            process.wait()
        asked.append(True)
        return process.returncode

    monkeypatch.setattr(subprocess.Popen, "poll", poll)

    ask(execs())

    assert len(secure.seen) == 1


def test_a_plugin_that_is_ended_by_a_signal_is_reported(execs, script):
    script("kill -9 $$")

    with pytest.raises(ClusterError, match=r"was ended by signal 9\."):
        connect(execs())


# questions of plugins


def test_a_plugin_that_has_to_ask_is_refused_where_there_is_no_terminal(execs, plugin, here):
    plugin()

    with pytest.raises(ClusterError, match=r"has to ask somebody \(interactiveMode: Always\)"):
        connect(execs(interactiveMode="Always"))

    assert not (here / "runs").exists()


@pytest.fixture
def terminal(monkeypatch):
    """Sit at a terminal: return where one types and reads."""
    ours, theirs = os.openpty()
    with open(theirs, "r+b", buffering=0) as stream:  # noqa: PTH123
        kept = os.dup(0)
        os.dup2(theirs, 0)
        with open(0, closefd=False) as standard:
            monkeypatch.setattr(sys, "stdin", standard)
            yield ours
        os.dup2(kept, 0)
        os.close(kept)
        assert stream
    os.close(ours)


@pytest.mark.parametrize(
    ("mode", "asked"), [("Always", True), ("IfAvailable", True), ("Never", False)]
)
def test_a_plugin_may_ask_at_a_terminal(execs, ask, secure, script, here, terminal, mode, asked):
    asks = (
        f'printenv KUBERNETES_EXEC_INFO > "{here}/given"\nread line; echo "$line" > "{here}/read"'
    )
    script(f"{asks}\necho '{credential()}'")
    os.write(terminal, b"yes\n")

    ask(execs(interactiveMode=mode))

    assert json.loads((here / "given").read_text())["spec"]["interactive"] == asked
    assert (here / "read").read_text() == ("yes\n" if asked else "\n")


def test_what_a_plugin_asks_at_a_terminal_is_shown_at_once_and_its_credentials_are_not(
    user_of, script, secure, here
):
    """Run on a terminal; the plugin asks without a line end and waits for the answer."""
    script(
        f"""echo 'Open https://login.invalid/?state=abcdefghijklmnopqrstuvwx1 and enter ABCD-1234, token={MARK}' >&2
printf 'Your code: ' >&2
read line
echo '{credential()}'"""
    )
    path = user_of(exec={"apiVersion": V1, "command": "./plugin", "interactiveMode": "IfAvailable"})
    (here / "pmr.yaml").write_text("profiles: []\n")
    ours, theirs = os.openpty()
    program = "from profiles_management.cli import entry; entry()"
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", program, "access", "--kubeconfig", path],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"PYTHONPATH": SRC},
    )
    os.close(theirs)

    shown = b""
    while b"Your code: " not in shown:
        shown += os.read(ours, 65536)
    os.write(ours, b"42\n")
    with suppress(OSError):  # Linux reports a closed other end as an error
        while piece := os.read(ours, 65536):
            shown += piece
    process.wait()
    os.close(ours)

    assert b"?state=abcdefghijklmnopqrstuvwx1 and enter ABCD-1234, token=***" in shown
    assert MARK.encode() not in shown
    assert "Bearer abc" in {request.authorization for request in secure.seen}


# what is refused before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"command": None}, r"exec\.command of the user 'u' .* is missing"),
        ({"command": ""}, r"exec\.command of the user 'u' .* is missing"),
        ({"command": ["x"]}, r"exec\.command of the user 'u' .* is not text"),
        ({"apiVersion": None}, r"exec\.apiVersion of the user 'u' .* is none that is known"),
        ({"apiVersion": MARK}, r"exec\.apiVersion of the user 'u' .* is none that is known"),
        (
            {"apiVersion": "client.authentication.k8s.io/v1alpha1"},
            rf"exec\.apiVersion .* is client\.authentication\.k8s\.io/v1alpha1\. Write {V1} or {BETA}",
        ),
        (
            {"interactiveMode": None},
            r"exec\.interactiveMode of the user 'u' .* is missing\. Write Never, IfAvailable",
        ),
        ({"interactiveMode": "Sometimes"}, r"exec\.interactiveMode of the user 'u' .* is unknown"),
        ({"args": MARK}, r"exec\.args of the user 'u' .* is not a list of texts"),
        ({"args": [[MARK]]}, r"exec\.args of the user 'u' .* is not a list of texts"),
        ({"env": {"A": MARK}}, r"exec\.env of the user 'u' .* is not a list of mappings"),
        ({"env": [{"value": MARK}]}, r"exec\.env\.name of the user 'u' .* is missing"),
        (
            {"env": [{"name": f"A={MARK}"}]},
            r"exec\.env\.name of the user 'u' .* is missing, or contains",
        ),
        (
            {"env": [{"name": "A", "value": [MARK]}]},
            r"exec\.env\.value of the user 'u' .* is not text",
        ),
        (
            {"provideClusterInfo": "perhaps"},
            r"exec\.provideClusterInfo of the user 'u' .* is neither true nor false",
        ),
        ({"args": ["a\0b"]}, "cannot be run: an argument contains a nul character"),
    ],
)
def test_an_exec_that_cannot_be_used_is_refused_by_the_name_of_the_field(
    execs, plugin, fields, said
):
    plugin()

    with pytest.raises(ClusterError, match=said) as refused:
        connect(execs(**{"command": "./plugin"} | fields))

    assert MARK not in str(refused.value)


@pytest.mark.parametrize("field", ["args", "env", "installHint", "provideClusterInfo"])
def test_null_is_the_same_as_nothing(user_of, ask, secure, plugin, field):
    plugin()
    execution = {"apiVersion": V1, "command": "./plugin", "interactiveMode": "Never", field: None}

    ask(user_of(exec=execution))

    assert len(secure.seen) == 1
