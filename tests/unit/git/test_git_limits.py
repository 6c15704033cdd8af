"""Limits on received bytes, unpacked bytes and time."""

import socket
from contextlib import closing, suppress

import pytest

from profiles_management.git import GitSource
from profiles_management.pmr import DocumentError
from repositories.reading import read, refusal

LATE = "the repository was not read within 0.5 seconds. Try again later."


def test_a_document_over_the_limit_of_documents(over_https, repository):
    repository.commit({"pmr.yaml": b"#\n" * 11_000_000})

    with pytest.raises(
        DocumentError,
        match=r"^pmr\.yaml@[0-9a-f]{8}: the document has 22,000,000 bytes, at most 20,971,520",
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


def test_a_port_that_accepts_and_says_nothing():
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]

        assert refusal(GitSource(f"https://127.0.0.1:{port}/x.git", deadline=0.5)) == LATE
