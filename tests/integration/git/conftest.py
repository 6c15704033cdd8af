"""One repository for each test, the servers for all, and how a test reads from them."""

import shutil
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.git import ssh_server
from integration.git.certificates import Authority
from integration.git.https_server import HttpsServer
from integration.git.repository import Repository, document
from integration.git.ssh_server import SshServer
from profiles_management.git import Credentials, GitError, GitSource, load
from profiles_management.pmr import Rules
from profiles_management.reconcile.clock import Clock

IMPATIENT = Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=lambda _: None)


def pytest_collection_modifyitems(items):
    """Where a program is missing, say which package has it, at once."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    missing = [
        package
        for package, found in (("git", shutil.which("git")), ("openssh-server", ssh_server.program()))
        if not found
    ]
    if here and missing:
        pytest.exit(f"The tests of the Git source need: apt-get install {' '.join(missing)}", returncode=1)


@pytest.fixture
def repository(tmp_path):
    """A repository with `pmr.yaml` on the branch main."""
    made = Repository(tmp_path)
    made.commit({"pmr.yaml": document("ml")})
    return made


@pytest.fixture(scope="session")
def authority():
    """The CA of the tests."""
    return Authority()


@pytest.fixture
def serve(repository, authority, tmp_path):
    """Start a server for the repository, with a certificate of the CA or another one."""
    with ExitStack() as stack:

        def start(certificate=None, **more):
            chosen = certificate or authority.certificate(tmp_path / "server.pem")
            return stack.enter_context(closing(HttpsServer(repository.bare.parents[1], chosen, **more)))

        yield start


@pytest.fixture
def https(serve):
    """The server for the repository, over https."""
    return serve()


@pytest.fixture(scope="session")
def sshd(tmp_path_factory):
    """An sshd that lets Git choose its protocol."""
    with closing(SshServer(tmp_path_factory.mktemp("ssh"), "AcceptEnv GIT_PROTOCOL")) as server:
        yield server


@pytest.fixture(scope="session")
def old_sshd(tmp_path_factory):
    """An sshd as Debian sets it up: Git speaks its oldest protocol."""
    with closing(SshServer(tmp_path_factory.mktemp("ssh"))) as server:
        yield server


@pytest.fixture
def over_https(https, authority):
    """The source over https: `over_https(revision="v1")`."""
    return lambda **more: GitSource(
        f"{https.url}/team/profiles.git", **{"path": "pmr.yaml", "ca": authority.pem, **more}
    )


@pytest.fixture
def over_ssh(sshd, repository):
    """The source over ssh: `over_ssh(revision="v1")`."""
    return lambda **more: _over_ssh(sshd, repository, **more)


@pytest.fixture(params=["https", "https, the old protocol", "ssh", "ssh, the old protocol"])
def source(request, repository):
    """The source over every way there is."""
    way, _, old = request.param.partition(", ")
    if way == "ssh":
        server = request.getfixturevalue("old_sshd" if old else "sshd")
        return lambda **more: _over_ssh(server, repository, **more)
    if old:
        request.getfixturevalue("https").protocol = 0
    return request.getfixturevalue("over_https")


def _over_ssh(server, repository, **more):
    given = {
        "path": "pmr.yaml",
        "credentials": Credentials(ssh_key=server.key),
        "known_hosts": server.known,
        **more,
    }
    return GitSource(f"{server.url}{repository.bare}", **given)


def read(source, **more):
    """Read a source without waiting between attempts."""
    return load(source, rules=Rules(), clock=IMPATIENT, **more)


def names(source):
    """Return the names of the profiles of a source."""
    return sorted(read(source).pmr.profiles)


def refusal(source):
    """Return the message with which a source is refused, without the URL in front of it."""
    with pytest.raises(GitError) as caught:
        read(source)
    message = str(caught.value)
    assert "\n" not in message
    return message.rpartition(".git: ")[2]
