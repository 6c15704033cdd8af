"""URLs of repositories: which are accepted, and that no refusal repeats a secret."""

import pytest

from profiles_management.git import AddressError, Credentials, GitSource, Location
from profiles_management.git.address import Address, is_location, location, parse


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "https://git.example.com/team/p.git",
            Address("https", "git.example.com", 443, "/team/p.git"),
        ),
        ("https://git.example.com:8443/p/", Address("https", "git.example.com", 8443, "/p")),
        ("https://Git.Example.com/P", Address("https", "git.example.com", 443, "/P")),
        ("https://[::1]/p", Address("https", "::1", 443, "/p")),
        ("ssh://git.example.com/p", Address("ssh", "git.example.com", 22, "/p", "git")),
        ("ssh://ann@git.example.com:2222/p", Address("ssh", "git.example.com", 2222, "/p", "ann")),
    ],
)
def test_a_url_is_taken_apart(url, address):
    assert parse(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.com/p",
        "https://[::1]:8443/p",
        "ssh://git.example.com:2222/p",
        "https://h/a%20b",
    ],
)
def test_it_is_shown_as_it_was_written(url):
    assert str(parse(url)) == url


def test_the_user_of_ssh_is_not_shown():
    assert str(parse("ssh://ann@git.example.com/p")) == "ssh://git.example.com/p"


@pytest.mark.parametrize("path", ["/", "/other", "/info/refs?service=git-upload-pack", "/a@b"])
def test_credentials_go_to_any_path_of_the_host(path):
    assert parse("https://git.example.com/p").is_origin_of(f"https://git.example.com{path}")
    assert parse("https://git.example.com:8443/p").is_origin_of(
        f"https://git.example.com:8443{path}"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.com.other.example/p",
        "https://git.example.com@other.example/p",
        "https://git.example.com:8443@other.example/p",
        "https://git.example.com:80/p",
        "https://git.example.com:84430/p",
        "https://git.example.comm/p",
        "https://git.example.com",
        "https://git.example.com?x/",
        "https://git.example.com\\@other.example/p",
        "http://git.example.com/p",
        "https://other.example/https://git.example.com/p",
        "/p",
    ],
)
def test_credentials_go_to_no_host_whose_name_only_begins_like_ours(url):
    assert not parse("https://git.example.com/p").is_origin_of(url)
    assert not parse("https://git.example.com:8443/p").is_origin_of(url)


CREDENTIALS = (
    "The URL of the repository contains a user or a password. Pass them as credentials instead."
)
AFTER = "The URL of the repository contains ? or #."
PORT = "A slash must follow the host, or a colon and a port from 1 to 65535."
CHARACTERS = "The URL of the repository contains spaces or characters beyond ASCII."
FORM = "Write it as https://HOST/PATH or ssh://git@HOST/PATH."


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "http://h/p",
            "The URL of a repository begins with https:// or ssh://, not with http://. Write: https://h/p",
        ),
        (
            "git://h/p",
            "The URL of a repository begins with https:// or ssh://, not with git://. Write: https://h/p",
        ),
        (
            "file:///srv/p",
            f"Repositories on this machine are not supported. Give the document as a file, or the URL of a server. {FORM}",
        ),
        ("s3cret://h/p", f"The URL of a repository begins with https:// or ssh://. {FORM}"),
        ("ext::sh -c id", f"This is not the URL of a repository. {FORM}"),
        ("/srv/p", f"This is not the URL of a repository. {FORM}"),
        ("", f"This is not the URL of a repository. {FORM}"),
        (
            "git@github.com:team/p.git",
            "This is not the URL of a repository. Write: ssh://git@github.com/team/p.git",
        ),
        ("https://ann:s3cret@h/p", f"{CREDENTIALS} Write: https://h/p"),
        ("https://s3cret@h/p", f"{CREDENTIALS} Write: https://h/p"),
        ("ssh://ann:s3cret@h/p", f"{CREDENTIALS} Write: ssh://USER@h/p"),
        ("ssh://git:s3cret@h/p", f"{CREDENTIALS} Write: ssh://git@h/p"),
        ("https://h/p?token=s3cret", f"{AFTER} Write: https://h/p"),
        ("https://h/p#access_token=s3cret", f"{AFTER} Write: https://h/p"),
        ("https://h/p#main", f"{AFTER} Write: url=https://h/p revision=main"),
        ("https:///p", f"The URL of the repository has no host. {FORM}"),
        ("https://h/", f"The URL of the repository has a host and no path. {FORM}"),
        ("https://h:s3cret/p", f"{PORT} {FORM}"),
        ("https://h:0/p", f"{PORT} {FORM}"),
        ("https://h:65536/p", f"{PORT} {FORM}"),
        ("ssh://git@h:team/p.git", f"{PORT} Write: ssh://git@h/team/p.git"),
        ("https://[h/p", f"The host in the URL of the repository is not valid. {FORM}"),
        ("https://h/a b", f"{CHARACTERS} Write: https://h/a%20b"),
        ("https://bücher.example/ä", f"{CHARACTERS} Write: https://xn--bcher-kva.example/%C3%A4"),
        ("ssh://h/a%00b", f"{CHARACTERS} {FORM}"),
        (
            "https://h/100%/p",
            "A % in the URL of the repository is not followed by two hexadecimal digits. Write: https://h/100%25/p",
        ),
        (
            "https://h/p.git@main",
            "The URL of the repository continues after the name of the repository. Write: url=https://h/p.git revision=main",
        ),
        (
            "https://h/p.git//a/b",
            "The URL of the repository continues after the name of the repository. Write: url=https://h/p.git path=a/b",
        ),
        (
            "git+https://h/p.git@main#path=a.yaml",
            "The URL of a repository begins with https:// or ssh://. Write: url=https://h/p.git revision=main path=a.yaml",
        ),
    ],
)
def test_what_is_not_accepted_is_refused_with_what_to_write(url, message):
    with pytest.raises(AddressError) as caught:
        parse(url)

    assert str(caught.value) == message


def test_a_line_end_in_a_url_reaches_no_header():
    with pytest.raises(AddressError, match="contains spaces"):
        parse("https://h/a\nHost: x")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("git+https://h/p.git", Location("https://h/p.git")),
        ("git+https://h/p.git@main", Location("https://h/p.git", "main")),
        ("git+https://h/p.git/@main", Location("https://h/p.git/", "main")),
        ("git+https://h/p.git@main@x", Location("https://h/p.git", "main@x")),
        (
            "git+https://h/p.git@feature/one#path=a/b.yaml",
            Location("https://h/p.git", "feature/one", "a/b.yaml"),
        ),
        ("git+https://h/p.git@feature%2Fone", Location("https://h/p.git", "feature/one")),
        ("git+https://h/p.git#path=a%23b", Location("https://h/p.git", "", "a#b")),
        ("git+https://h/p.git#path=a&b.yaml", Location("https://h/p.git", "", "a&b.yaml")),
        ("git+ssh://git@h/p.git", Location("ssh://git@h/p.git")),
        ("git+ssh://git@h:22/~ann/p@v1", Location("ssh://git@h:22/~ann/p", "v1")),
        ("git+https://h/p%40x@v1", Location("https://h/p%40x", "v1")),
        ("git+https://h/@scope/p", Location("https://h/@scope/p")),
        ("git+https://h/@scope/p@feature/@x", Location("https://h/@scope/p", "feature/@x")),
        ("git+https://h/p@v1@2", Location("https://h/p@v1", "2")),
    ],
)
def test_what_stands_in_place_of_a_file_is_taken_apart(text, found):
    assert is_location(text)
    assert location(text) == found


@pytest.mark.parametrize(
    ("text", "what", "instead"),
    [
        (
            "git+https://h/p.git#subdirectory=a",
            "Only path=PATH may follow #.",
            "git+https://h/p.git#path=a",
        ),
        ("git+https://h/p.git#main", "Only path=PATH may follow #.", "git+https://h/p.git@main"),
        (
            "git+https://h/p.git#path=a.yaml&ref=v1",
            "Only path=PATH may follow #; the revision follows @.",
            "git+https://h/p.git@v1#path=a.yaml",
        ),
        ("git+https://h/p.git#path=", "The path after #path= is missing.", "git+https://h/p.git"),
        ("git+https://h/p.git@", "The revision after @ is missing.", "git+https://h/p.git"),
        (
            "git+https://h/p.git@#path=a",
            "The revision after @ is missing.",
            "git+https://h/p.git#path=a",
        ),
        ("git+https://ann:a@b@h/p@v1", CREDENTIALS, "git+https://h/p@v1"),
    ],
)
def test_what_is_not_written_as_a_location_is_refused_with_what_to_write(text, what, instead):
    with pytest.raises(AddressError) as caught:
        location(text)

    assert (caught.value.what, str(caught.value.instead)) == (what, instead)


@pytest.mark.parametrize("text", ["pmr.yaml", "-", "https://h/p.git", "git/pmr.yaml"])
def test_other_names_are_those_of_files(text):
    assert not is_location(text)


def test_neither_credentials_nor_a_source_show_a_secret():
    source = GitSource(
        "https://ann:s3cret@h/p",
        credentials=Credentials("s3cret", "s3cret", "s3cret"),
        known_hosts="x",
    )

    assert "s3cret" not in repr(source) + str(source) + repr(source.credentials) + str(
        source.credentials
    )
    assert repr(source) == "GitSource(url='https://***@h/p', revision='', path='')"
