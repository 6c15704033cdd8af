"""How much is received, how much that may unpack to, and how long it may take."""

import os
import socket
from contextlib import closing, suppress

import pytest

from integration.git import ssh_server
from integration.git.conftest import names, read, refusal
from profiles_management.git import Credentials, GitSource
from profiles_management.pmr import DocumentError

LATE = "it was not read within 0.5 seconds. Try again later, or allow it more."


def test_a_repository_over_the_limit(source, repository):
    repository.commit({"picture": os.urandom(200_000)})

    assert refusal(source(limit=100_000)) == (
        "it sends more than 100,000 bytes. Keep the document in a smaller repository, or allow it more."
    )


def test_history_does_not_count(source, repository):
    repository.commit({"picture": os.urandom(200_000)})
    repository.commit({"picture": b"small"})

    assert names(source(limit=100_000)) == ["ml"]


def test_what_unpacks_to_far_more_than_it_was(source, repository):
    repository.commit({"zeros": bytes(8_000_000)})

    assert refusal(source(limit=100_000)) == (
        "what it sends unpacks to more than 400,000 bytes. Keep the document in a smaller repository, or allow it more."
    )


def test_a_document_over_the_limit_of_documents(over_https, repository):
    repository.commit({"pmr.yaml": b"#\n" * 11_000_000})

    with pytest.raises(
        DocumentError, match=r"^pmr\.yaml@[0-9a-f]{8}: the document has 22,000,000 bytes, at most 20,971,520"
    ):
        read(over_https())


def test_a_server_that_never_answers(https, over_https):
    https.instead = lambda handler: https.over.wait()

    assert refusal(over_https(deadline=0.5)) == LATE


def test_a_server_that_hangs_in_the_middle_of_a_pack(https, over_https):
    def hangs(handler):
        if b"command=fetch" not in handler.body:
            return False
        status, headers, body = handler.backend()
        with suppress(OSError):
            handler.answer(status, {**headers, "Content-Length": len(body)}, body[: len(body) // 2])
            handler.wfile.flush()
        return https.over.wait()

    https.instead = hangs

    assert refusal(over_https(deadline=2.0)) == LATE.replace("0.5", "2")


def test_a_server_that_sends_a_byte_now_and_then(https, over_https):
    def drips(handler):
        with suppress(OSError):
            while not https.over.wait(0.05):
                handler.wfile.write(b"H")
        return True

    https.instead = drips

    assert refusal(over_https(deadline=0.5)) == LATE


@pytest.mark.parametrize("scheme", ["https", "ssh"])
def test_a_port_that_accepts_and_says_nothing(scheme, sshd):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        source = GitSource(
            f"{scheme}://127.0.0.1:{port}/x.git",
            credentials=Credentials(ssh_key=sshd.key) if scheme == "ssh" else None,
            known_hosts=sshd.known.replace(str(sshd.port), str(port)),
            deadline=0.5,
        )

        assert refusal(source) == LATE


def test_an_ssh_host_whose_git_hangs(over_ssh, sshd, tmp_path):
    key = ssh_server.keys(tmp_path / "key")
    sshd.let_in(tmp_path / "key.pub", 'command="cat >/dev/null"')

    assert refusal(over_ssh(credentials=Credentials(ssh_key=key), deadline=2.0)) == LATE.replace("0.5", "2")
