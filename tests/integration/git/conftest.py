"""A repository for each test, one sshd, and functions that read from them."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from integration.git import ssh_server
from integration.git.ssh_server import SshServer
from profiles_management.git import Credentials, GitSource
from repositories.command import run  # noqa: F401 - a fixture
from repositories.repository import Repository, document


def pytest_collection_modifyitems(items):
    """Fail at once with the name of the package if a program is missing."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    missing = [
        package
        for package, found in (
            ("git", shutil.which("git")),
            ("openssh-server", ssh_server.program()),
        )
        if not found
    ]
    if here and missing:
        pytest.exit(
            f"The tests of the Git source need: apt-get install {' '.join(missing)}", returncode=1
        )


@pytest.fixture
def repository(tmp_path):
    """A repository with `pmr.yaml` on the branch main."""
    made = Repository(tmp_path)
    made.commit({"pmr.yaml": document("ml")})
    return made


@pytest.fixture(scope="session")
def sshd(tmp_path_factory):
    """An sshd that accepts the protocol version of Git."""
    with closing(SshServer(tmp_path_factory.mktemp("ssh"), "AcceptEnv GIT_PROTOCOL")) as server:
        yield server


@pytest.fixture(scope="session")
def old_sshd(tmp_path_factory):
    """An sshd with the configuration of Debian: Git uses its oldest protocol."""
    with closing(SshServer(tmp_path_factory.mktemp("ssh"))) as server:
        yield server


@pytest.fixture
def over_ssh(sshd, repository):
    """The source over ssh: `over_ssh(revision="v1")`."""
    return lambda **more: _over_ssh(sshd, repository, **more)


@pytest.fixture(params=["ssh", "ssh, the old protocol"])
def source(request, repository):
    """The source over ssh, with Git's newest and its oldest protocol."""
    server = request.getfixturevalue("old_sshd" if "old" in request.param else "sshd")
    return lambda **more: _over_ssh(server, repository, **more)


def _over_ssh(server, repository, **more):
    given = {
        "path": "pmr.yaml",
        "credentials": Credentials(ssh_key=server.key),
        "known_hosts": server.known,
        **more,
    }
    return GitSource(f"{server.url}{repository.bare}", **given)
