"""Pasted text instead of a repository's URL is refused, with a remedy that is valid."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from profiles_management.git import AddressError, Location
from profiles_management.git.address import location, looks_like_repository, not_a_location, parse

COMMIT = "1a2b3c4d" * 5
SECRET = "s3cret"

PAGES = {
    "https://github.com/org/p/tree/main": "https://github.com/org/p@main",
    "https://github.com/org/p/tree/main/clusters/prod": "https://github.com/org/p@main#path=clusters/prod",
    "https://github.com/org/p/blob/main/pmr.yaml": "https://github.com/org/p@main#path=pmr.yaml",
    "https://github.com/org/p/blob/main/pmr.yaml#L10-L20": "https://github.com/org/p@main#path=pmr.yaml",
    "https://github.com/org/p/blob/main/a%20b.yaml?plain=1": "https://github.com/org/p@main#path=a%20b.yaml",
    "https://github.com/org/p/raw/refs/heads/main/pmr.yaml": "https://github.com/org/p@main#path=pmr.yaml",
    "https://github.com/org/p/edit/main/pmr.yaml": "https://github.com/org/p@main#path=pmr.yaml",
    "https://github.com/org/p/pull/3/files": "https://github.com/org/p@refs/pull/3/head",
    f"https://github.com/org/p/commit/{COMMIT}": f"https://github.com/org/p@{COMMIT}",
    "https://github.com/org/p/releases/tag/v1.2": "https://github.com/org/p@v1.2",
    "https://github.com/org/p/issues": "https://github.com/org/p",
    "https://raw.githubusercontent.com/org/p/main/pmr.yaml": "https://github.com/org/p@main#path=pmr.yaml",
    "https://raw.githubusercontent.com/org/p/refs/tags/v1/a/b.yaml": "https://github.com/org/p@v1#path=a/b.yaml",
    "https://ghe.example.com/org/p/blob/main/pmr.yaml": "https://ghe.example.com/org/p@main#path=pmr.yaml",
    "https://gitlab.example.com/g/sub/p/-/tree/main": "https://gitlab.example.com/g/sub/p@main",
    "https://gitlab.example.com/g/sub/p/-/blob/main/a/b.yaml?ref_type=heads": (
        "https://gitlab.example.com/g/sub/p@main#path=a/b.yaml"
    ),
    "https://gitlab.example.com/g/p/-/tree/feature%2Fx": "https://gitlab.example.com/g/p@feature/x",
    "https://gitlab.example.com/g/p/-/raw/main/pmr.yaml": "https://gitlab.example.com/g/p@main#path=pmr.yaml",
    f"https://gitlab.example.com/g/p/-/commit/{COMMIT}": f"https://gitlab.example.com/g/p@{COMMIT}",
    "https://gitlab.example.com/g/p/-/merge_requests/4": "https://gitlab.example.com/g/p",
    "https://gitea.example.com/o/p/src/branch/main/a/b.yaml": "https://gitea.example.com/o/p@main#path=a/b.yaml",
    "https://gitea.example.com/o/p/src/tag/v1": "https://gitea.example.com/o/p@v1",
    f"https://codeberg.org/o/p/src/commit/{COMMIT}/pmr.yaml": f"https://codeberg.org/o/p@{COMMIT}#path=pmr.yaml",
    "https://gitea.example.com/o/p/raw/branch/main/pmr.yaml": "https://gitea.example.com/o/p@main#path=pmr.yaml",
    "https://bitbucket.org/ws/p/src/main/a/b.yaml": "https://bitbucket.org/ws/p@main#path=a/b.yaml",
    "https://bitbucket.example.com/projects/ML/repos/p/browse": "https://bitbucket.example.com/scm/ml/p.git",
    "https://bitbucket.example.com/projects/ML/repos/p/browse/a.yaml?at=refs%2Fheads%2Fmain": (
        "https://bitbucket.example.com/scm/ml/p.git@main#path=a.yaml"
    ),
    "https://example.com/bitbucket/users/ann/repos/p/raw/a.yaml?at=v1": (
        "https://example.com/bitbucket/scm/~ann/p.git@v1#path=a.yaml"
    ),
    "https://dev.azure.com/org/proj/_git/p?path=/a/b.yaml&version=GBmain&_a=contents": (
        "https://dev.azure.com/org/proj/_git/p@main#path=a/b.yaml"
    ),
    "https://dev.azure.com/org/proj/_git/p?version=GTv1": "https://dev.azure.com/org/proj/_git/p@v1",
    f"https://dev.azure.com/org/proj/_git/p/commit/{COMMIT}": "https://dev.azure.com/org/proj/_git/p",
    "https://org.visualstudio.com/proj/_git/p?version=GBa%2Fb": "https://org.visualstudio.com/proj/_git/p@a/b",
    "https://git.example.com/pub/p.git/tree/a?h=main": "https://git.example.com/pub/p.git@main#path=a",
    "https://git.example.com/pub/p.git/tree/a%20b": "https://git.example.com/pub/p.git#path=a%20b",
    "https://git.sr.ht/~ann/p/tree/main/item/a/b.yaml": "https://git.sr.ht/~ann/p@main#path=a/b.yaml",
}

OTHER_FORMS = {
    "git@github.com:org/p.git": "ssh://git@github.com/org/p.git",
    "git+git@github.com:org/p.git": "ssh://git@github.com/org/p.git",
    "git@ssh.dev.azure.com:v3/org/proj/p": "ssh://git@ssh.dev.azure.com/v3/org/proj/p",
    "git@git.example.com:2222/g/p.git": "ssh://git@git.example.com:2222/g/p.git",
    "git@git.example.com:/srv/git/p.git": "ssh://git@git.example.com/srv/git/p.git",
    "git@[2001:db8::1]:g/p.git": "ssh://git@[2001:db8::1]/g/p.git",
    "ann@git.example.com:~/p.git": "ssh://USER@git.example.com/~/p.git",
    "git.example.com:g/p.git": "ssh://git@git.example.com/g/p.git",
    "git+ssh://git@git.example.com:g/p.git": "ssh://git@git.example.com/g/p.git",
    "git+ssh://git@git.example.com:g/p.git@main#path=a.yaml": "ssh://git@git.example.com/g/p.git@main#path=a.yaml",
    "git+ssh://git@2001:db8::1/g/p.git": "ssh://git@[2001:db8::1]/g/p.git",
    "git.example.com/g/p.git": "https://git.example.com/g/p.git",
    "github.com/org/p": "https://github.com/org/p",
    "git+github.com/org/p": "https://github.com/org/p",
    "https://github.com/org/p.git": "https://github.com/org/p.git",
    "https://github.com/org/p#readme": "https://github.com/org/p",
    "ssh://git@github.com/org/p.git": "ssh://git@github.com/org/p.git",
    "HTTPS://git.example.com/p.git": "https://git.example.com/p.git",
    "GIT+https://git.example.com/p.git": "https://git.example.com/p.git",
    "http://git.example.com/p.git": "https://git.example.com/p.git",
    "git+https:git.example.com/p.git": "https://git.example.com/p.git",
    "git+https:/git.example.com/p.git": "https://git.example.com/p.git",
    "git+https//git.example.com/p.git": "https://git.example.com/p.git",
    r"https:\\git.example.com\g\p.git": "https://git.example.com/g/p.git",
    '"git+https://git.example.com/p.git"': "https://git.example.com/p.git",
    "<https://git.example.com/p.git>": "https://git.example.com/p.git",
    " git+https://git.example.com/p.git\n": "https://git.example.com/p.git",
    "git+https://git.example.com/p.git/info/refs?service=git-upload-pack": "https://git.example.com/p.git",
    "git+https://git.example.com/p.git#ref=main": "https://git.example.com/p.git@main",
    "git+https://git.example.com/p@main#egg=p&subdirectory=a": "https://git.example.com/p@main#path=a",
    "git+https://git.example.com/p.git?ref=main": "https://git.example.com/p.git@main",
    "git+https://git.example.com/p.git//a/b?ref=main": "https://git.example.com/p.git@main#path=a/b",
    "git::https://git.example.com/p.git//a/b?ref=v1.2": "https://git.example.com/p.git@v1.2#path=a/b",
    "git::ssh://git@git.example.com/p.git?ref=v1.2": "ssh://git@git.example.com/p.git@v1.2",
    "git+https://dev.azure.com/org/My Project/_git/p": "https://dev.azure.com/org/My%20Project/_git/p",
    "git+https://org@dev.azure.com/org/proj/_git/p": "https://dev.azure.com/org/proj/_git/p",
    "https://ann@bitbucket.org/ws/p.git": "https://bitbucket.org/ws/p.git",
    "codecommit::eu-west-1://p": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/p",
    "codecommit::eu-west-1://profile@p": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/p",
}

NOBODY_KNOWS = [
    "oci://registry.example.com/p",
    "s3://bucket/pmr.yaml",
    "file:///srv/pmr.yaml",
    "https://intranet.example.com/pmr.yaml",
    "git+",
    "git+pmr.yaml",
    "git+https://",
    "git+https://git.example.com",
    "git+https://git.example.com:99999/p.git",
    f"git+https://git.example.com:{'9' * 5000}/p.git",
]

WITH_SECRETS = [
    f"git+https://ann:{SECRET}@git.example.com/p.git",
    f"git+https://{SECRET}@git.example.com/p.git",
    f"git+https://ann:a/{SECRET}@git.example.com/p.git",
    f"git+https://ann@example.com:a/{SECRET}@git.example.com/p.git@main",
    f"git+https://ann:{SECRET}/p.git",
    f"git+https://git.example.com/p.git?private_token={SECRET}",
    f"git+https://git.example.com/p.git#access_token={SECRET}",
    f"git+ssh://git:{SECRET}@git.example.com/p.git",
    f"git+ssh://{SECRET}@git.example.com:g/p.git",
    f"https://ann:{SECRET}@git.example.com/p.git",
    f"https:ann:{SECRET}@git.example.com/p.git",
    f"https:/ann:{SECRET}@git.example.com/p.git",
    f"ann:{SECRET}@git.example.com/p.git",
    f"{SECRET}:x-oauth-basic@git.example.com/p.git",
    f"{SECRET}@git.example.com:p.git",
]


def refused(text):
    """Return the error with which the command refuses the name of a document."""
    if text.startswith("git+"):
        with pytest.raises(AddressError) as caught:
            location(text)
        return caught.value
    assert looks_like_repository(text)
    return not_a_location(text)


@pytest.mark.parametrize(("text", "instead"), [*PAGES.items(), *OTHER_FORMS.items()])
def test_what_people_paste_is_refused_with_what_to_write(text, instead):
    error = refused(text)

    assert str(error.instead) == f"git+{instead}"
    assert location(str(error.instead)) == error.instead


@pytest.mark.parametrize(("page", "instead"), PAGES.items())
def test_a_page_is_recognised_after_git_plus_and_in_an_option_too(page, instead):
    for refuse, text in ((location, f"git+{page}"), (parse, page)):
        with pytest.raises(AddressError) as caught:
            refuse(text)
        assert str(caught.value.instead) == f"git+{instead}"


@pytest.mark.parametrize(
    "path",
    [
        "org/p",
        "g/sub/sub/p",
        "srv/git/tree/main.git",
        "pub/raw/data",
        "a/b/src/c",
        "projects/repos",
        "proj/_git/p",
        "scm/ml/p.git",
        "a-/-b/c",
        "~ann/p",
        "v1/repos/p",
        "repo/.git",
    ],
)
def test_a_repository_is_not_taken_for_a_page(path):
    parse(f"https://git.example.com/{path}")


def test_over_ssh_nothing_is_a_page():
    assert parse("ssh://git@git.example.com/srv/git/tree/main").path == "/srv/git/tree/main"


@pytest.mark.parametrize("text", NOBODY_KNOWS)
def test_an_unknown_text_is_refused_with_the_general_form(text):
    error = refused(text)

    assert error.instead is None
    assert str(error).endswith("Write it as git+https://HOST/REPOSITORY@REVISION#path=PATH.")


@pytest.mark.parametrize("text", WITH_SECRETS)
def test_no_refusal_repeats_a_secret(text):
    error = refused(text)

    assert SECRET not in f"{error} {error.instead} {error.what}"


@pytest.mark.parametrize(
    "text",
    [
        "pmr.yaml",
        "a/b.yaml",
        "C:/a/pmr.yaml",
        r"C:\a\pmr.yaml",
        "-",
        "git/p.yaml",
        "ann@pmr.yaml",
        "p.git",
    ],
)
def test_a_file_is_not_taken_for_a_repository(text):
    assert not looks_like_repository(text)


PARTS = "git+ https ssh : / // @ # ? & = % . .. - [ ] \\ ~ path= ref= main .git tree blob src branch _git ä"
PIECES = some.sampled_from([*PARTS.split(), " "])
STILL = settings(deadline=None, derandomize=True, database=None, max_examples=300)


@STILL
@given(some.lists(PIECES, max_size=14).map("".join))
def test_any_text_is_a_location_or_an_error_with_one_that_can_be_read(text):
    for read in (location, parse, not_a_location):
        try:
            found = read(text)
        except AddressError as error:
            found = error
        if isinstance(found, AddressError) and found.instead is not None:
            assert location(str(found.instead)) == found.instead


NAMES = some.text(
    some.characters(min_codepoint=33, max_codepoint=126, exclude_characters="@"), min_size=1
)


@STILL
@given(some.sampled_from(["", "main", "v1@2", "feature/@x", "100%", "a#b"]), NAMES)
def test_what_is_written_for_the_command_line_is_read_back(revision, path):
    found = Location("https://git.example.com/p.git", revision, path)

    assert location(str(found)) == found
