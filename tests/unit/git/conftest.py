"""A repository for each test and a server for it over HTTPS. Needs `git` only."""

import shutil
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from profiles_management.git import GitSource
from repositories.certificates import Authority
from repositories.command import run  # noqa: F401 - a fixture
from repositories.https_server import HttpsServer
from repositories.repository import Repository, document


@pytest.fixture(scope="session")
def git():
    """The program git with its HTTP server, which some distributions package separately."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    found = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)  # noqa: S607
    if not Path(found.stdout.strip(), "git-http-backend").exists():
        pytest.skip("git http-backend is not installed; some distributions have it in git-daemon")


@pytest.fixture
def repository(git, tmp_path):
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
            return stack.enter_context(
                closing(HttpsServer(repository.bare.parents[1], chosen, **more))
            )

        yield start


@pytest.fixture
def https(serve):
    """The server for the repository, over https."""
    return serve()


@pytest.fixture
def over_https(https, authority):
    """The source over https: `over_https(revision="v1")`."""
    return lambda **more: GitSource(
        f"{https.url}/team/profiles.git", **{"path": "pmr.yaml", "ca": authority.pem, **more}
    )


@pytest.fixture(params=["https", "https, the old protocol"])
def source(request, https, over_https):
    """The source over https, with Git's newest and its oldest protocol."""
    if "old" in request.param:
        https.protocol = 0
    return over_https
