"""A Git server never ends its answer, sends it in odd pieces, or floods its progress output."""

import itertools
import tracemalloc

import pytest

from profiles_management.git import GitError, GitSource
from repositories.answers import (
    FLUSH,
    PACK,
    TIP,
    Server,
    advertisement,
    begun,
    fetched,
    http,
    pkt,
    references,
)
from repositories.reading import names, read

pytestmark = pytest.mark.usefixtures("no_logging")

LIMIT = 100_000
TOO_MUCH = "the server sent more than 100,000 bytes. Keep the document in a smaller repository."


@pytest.fixture
def server(monkeypatch):
    return Server().install(monkeypatch)


def source(**more):
    return GitSource("https://git.example.com/x.git", **{"limit": LIMIT, **more})


def refusal(server, most_requests=6):
    """Return why a server is refused; check that few bytes of it were read."""
    tracemalloc.start()
    try:
        with pytest.raises(GitError) as caught:
            read(source())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * LIMIT
    assert server.requests <= most_requests
    return str(caught.value).rpartition(".git: ")[2]


def endless(*begin, forever):
    """Return an answer that never ends."""
    return lambda: itertools.chain(begin, itertools.repeat(forever))


def test_a_server_that_does_it_right_is_read(server):
    assert names(source()) == ["web"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            endless(begun("advertisement"), forever=b"x" * 1000),
            "the server refused: Invalid pkt-line length prefix: b'xxxx'",
        ),
        (
            endless(begun("advertisement", b"X: y\r\n"), forever=b"0000" * 100),
            "the server refused: unexpected number of packets received",
        ),
        (endless(b"HTTP/1.1 200 OK\r\n", forever=b"X-More: of this\r\n" * 50), TOO_MUCH),
        (endless(forever=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 30), TOO_MUCH),
        (
            endless(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", forever=b"<p>" * 900),
            "this is a web page",
        ),
        (endless(b"HTTP/1.1 500 No\r\n\r\n", forever=b"x" * 900), "the server answered 500."),
        (endless(b"HTTP/1.1 404 No\r\n\r\n", forever=b"x" * 900), "no repository here"),
        (
            endless(
                begun("advertisement"),
                pkt(b"# service=git-upload-pack\n"),
                FLUSH,
                pkt(b"version 2\n"),
                forever=pkt(b"a=b\n") * 90,
            ),
            TOO_MUCH,
        ),
    ],
)
def test_a_first_answer_without_end_is_given_up(server, answer, why):
    server.first = answer

    assert refusal(server).startswith(why)


def test_references_without_end_are_given_up(server):
    numbers = itertools.count()
    server.second = lambda: itertools.chain(
        [begun("result")],
        (
            b"".join(
                pkt(f"{n:040x} refs/heads/b{n}\n".encode()) for n in itertools.islice(numbers, 90)
            )
            for _ in itertools.count()
        ),
    )

    assert refusal(server) == TOO_MUCH


@pytest.mark.parametrize(
    "forever",
    [
        pkt(b"\x02counting\n") * 50,
        pkt(b"\x02" + b"x" * 900),
        pkt(b"\x01" + b"x" * 900),
        pkt(b"\x02"),
        pkt(b"\x01") * 90,
    ],
)
def test_an_endless_pack_and_endless_messages_are_refused(server, forever):
    server.third = endless(begun("result"), pkt(b"packfile\n"), forever=forever)

    assert refusal(server) == TOO_MUCH


def test_an_error_next_to_the_pack_is_reported_in_one_short_line(server):
    server.third = lambda: [
        http(pkt(b"packfile\n") + pkt(b"\x03" + b"no \x1b[2J\n" * 2_000), "result")
    ]

    message = refusal(server)

    assert message.startswith("the server refused: ")
    assert message.isprintable()
    assert len(message) < 300


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_an_answer_in_any_pieces_is_read(server, size):
    def pieces(text):
        return [text[start : start + size] for start in range(0, len(text), size)]

    def chunked(body, kind):
        chunks = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in pieces(body))
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-%s\r\n" % kind
        return pieces(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")

    server.first = lambda: chunked(advertisement(), b"advertisement")
    server.second = lambda: chunked(references(), b"result")
    server.third = lambda: chunked(fetched(), b"result")

    assert names(source()) == ["web"]


@pytest.mark.parametrize(
    "more",
    [
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Transfer-Encoding: chunked, chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999999999\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Length : 5\r\n",
    ],
)
def test_odd_lengths_and_encodings_are_refused(server, more):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n"
    server.third = lambda: [head + more + b"\r\n" + b"5\r\n00000\r\n0\r\n\r\n" * 3]

    assert refusal(server, 20)


@pytest.mark.parametrize("size", [b"ffffffffffffffff", b"-1", b"0x5", b"", b"5" * 1000, b"zz"])
def test_a_chunk_of_an_odd_size_is_refused(server, size):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.third = lambda: [head + size + b"\r\n00000\r\n"]

    assert refusal(server, 20)


@pytest.mark.parametrize(
    "location",
    [
        b"/x.git/info/refs?service=git-upload-pack",
        b"/%79.git/info/refs",
        b"info/refs",
        b"//git.example.com/x.git/info/refs",
        b"https://git.example.com/x.git/info/refs",
    ],
)
def test_redirects_without_end_are_given_up(server, location):
    server.first = lambda: [
        b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    ]

    assert refusal(server, 5)


@pytest.mark.parametrize(
    "location",
    [
        b"https://evil.example.com/x.git/info/refs",
        b"//evil.example.com/x.git/info/refs",
        b"https://git.example.com@evil.example.com/info/refs",
        b"https://git.example.com.evil.example.com/info/refs",
        b"https://git.example.com:444/x.git/info/refs",
        b"http://git.example.com/x.git/info/refs",
        b"file:///etc/passwd#/info/refs",
        b"https://[::1/info/refs",
        b"https://\xff/info/refs",
        b"\\\\evil.example.com/info/refs",
        b"https:evil.example.com/info/refs",
        b"https://git.example.com:x/x.git/info/refs",
    ],
)
def test_a_redirect_to_elsewhere_is_never_followed(server, location):
    server.first = lambda: [
        b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    ]

    assert refusal(server, 5)


@pytest.mark.parametrize("wait", [b"9" * 400, b"inf", b"nan", b"-1", b"1e9", "²".encode("latin-1")])
def test_a_server_does_not_decide_how_long_is_waited(server, wait):
    server.first = lambda: [
        b"HTTP/1.1 429 Wait\r\nRetry-After: " + wait + b"\r\nContent-Length: 0\r\n\r\n"
    ]

    assert refusal(server) == "the server answered 429."


@pytest.mark.parametrize("tip", ["1" * 39, "1" * 41, "1" * 64, "x" * 40, "\x1b[2J" * 10, "é" * 40])
def test_a_reference_that_is_not_an_id_is_refused(server, tip):
    server.second = lambda: [http(references(tip), "result")]

    assert refusal(server).isprintable()


def test_another_pack_than_was_asked_for_is_refused(server):
    server.second = lambda: [http(references("1" * 40), "result")]

    assert (
        refusal(server) == "the server did not send the object 11111111 of the commit. Try again."
    )
    assert TIP.encode() not in PACK
