"""URLs of repositories: what is taken, what is refused, and that no refusal repeats a secret."""

import pytest

from profiles_management.git import Credentials, GitError, GitSource
from profiles_management.git.address import Address, Location, is_location, location, parse


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://git.example.com/team/p.git", Address("https", "git.example.com", 443, "/team/p.git")),
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
    "url", ["https://git.example.com/p", "https://[::1]:8443/p", "ssh://git.example.com:2222/p", "https://h/a%20b"]
)
def test_it_is_shown_as_it_was_written(url):
    assert str(parse(url)) == url


def test_the_user_of_ssh_is_not_shown():
    assert str(parse("ssh://ann@git.example.com/p")) == "ssh://git.example.com/p"


@pytest.mark.parametrize("path", ["/", "/other", "/info/refs?service=git-upload-pack", "/a@b"])
def test_credentials_go_to_any_path_of_the_host(path):
    assert parse("https://git.example.com/p").is_origin_of(f"https://git.example.com{path}")
    assert parse("https://git.example.com:8443/p").is_origin_of(f"https://git.example.com:8443{path}")


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


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://h/p", "A repository is read over https:// or ssh://, and this one is http:."),
        ("git://h/p", "A repository is read over https:// or ssh://, and this one is git:."),
        ("file:///srv/p", "A repository is read over https:// or ssh://, and this one is file:."),
        ("ext::sh -c id", "A repository is read over https:// or ssh://, and this one is ext:."),
        ("/srv/p", "A repository is read over https:// or ssh://, and this one is without a scheme."),
        ("", "A repository is read over https:// or ssh://, and this one is without a scheme."),
        (
            "git@github.com:team/p.git",
            "The repository is not a URL. Write it as ssh://git@HOST/PATH, with / after the host.",
        ),
        (
            "https://ann:s3cret@h/p",
            "The URL of the repository holds a user or a password. Take it out, credentials go apart.",
        ),
        (
            "https://s3cret@h/p",
            "The URL of the repository holds a user or a password. Take it out, credentials go apart.",
        ),
        (
            "ssh://ann:s3cret@h/p",
            "The URL of the repository holds a user or a password. Take it out, credentials go apart.",
        ),
        ("https://h/p?token=s3cret", "The URL of the repository has something after ? or #. Take it out."),
        ("https://h/p#s3cret", "The URL of the repository has something after ? or #. Take it out."),
        ("https:///p", "The URL of the repository names no host or no path. Write it as https://HOST/PATH."),
        ("https://h/", "The URL of the repository names no host or no path. Write it as https://HOST/PATH."),
        ("https://h:s3cret/p", "The URL of the repository is not valid. Write it as https://HOST/PATH."),
        ("https://[h/p", "The URL of the repository is not valid. Write it as https://HOST/PATH."),
        (
            "https://h/a b",
            "The URL of the repository holds spaces, or marks beyond plain ASCII. Write them as %20 and so on.",
        ),
        (
            "ssh://h/a%00b",
            "The URL of the repository holds spaces, or marks beyond plain ASCII. Write them as %20 and so on.",
        ),
        (
            "https://h/a\nHost: x",
            "The URL of the repository holds spaces, or marks beyond plain ASCII. Write them as %20 and so on.",
        ),
    ],
)
def test_what_is_not_safe_is_refused_without_repeating_it(url, message):
    with pytest.raises(GitError) as caught:
        parse(url)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("git+https://h/p.git", Location("https://h/p.git")),
        ("git+https://h/p.git@main", Location("https://h/p.git", "main")),
        ("git+https://h/p.git@feature/one#path=a/b.yaml", Location("https://h/p.git", "feature/one", "a/b.yaml")),
        ("git+https://h/p.git#path=a%23b", Location("https://h/p.git", "", "a#b")),
        ("git+ssh://git@h/p.git", Location("ssh://git@h/p.git")),
        ("git+ssh://git@h:22/~ann/p@v1", Location("ssh://git@h:22/~ann/p", "v1")),
        ("git+https://h/p%40x@v1", Location("https://h/p%40x", "v1")),
        ("git+https://ann:a@b@h/p", Location("https://ann:a@b@h/p")),
    ],
)
def test_what_stands_in_place_of_a_file_is_taken_apart(text, found):
    assert is_location(text)
    assert location(text) == found


def test_another_word_after_the_hash_is_refused():
    with pytest.raises(GitError, match=r"^After # only path=… is known, such as: git\+https://"):
        location("git+https://h/p.git#subdirectory=a")


@pytest.mark.parametrize("text", ["pmr.yaml", "-", "https://h/p.git", "git/pmr.yaml"])
def test_other_names_are_those_of_files(text):
    assert not is_location(text)


def test_neither_credentials_nor_a_source_show_a_secret():
    source = GitSource("https://ann:s3cret@h/p", credentials=Credentials("s3cret", "s3cret", "s3cret"), known_hosts="x")

    assert "s3cret" not in repr(source) + str(source) + repr(source.credentials) + str(source.credentials)
    assert repr(source) == "GitSource(url='https://***@h/p', revision='', path='')"
