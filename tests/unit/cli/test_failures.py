"""What a script reads if a command fails: data in the requested format, for every error."""

import pytest
import yaml

WRONG = [
    ("validate",),
    ("validate", "pmr.yaml", "--nope"),
    ("validate", "pmr.yaml", "--protect", "UPPER"),
    ("validate", "missing.yaml"),
    ("validate", "missing/"),
    ("validate", "empty-folder"),
    ("validate", "wrong.yaml"),
    ("validate", "wrong.yaml", "pmr.yaml"),
    ("validate", "binary.yaml"),
    ("validate", "https://git.example.com/team/profiles"),
    ("validate", "git+https://u:hunter2@git.example.com/x.git"),
    ("validate", "git+https://git.example.com/x.git@main", "--git-ca", "missing.pem"),
    ("validate", "git+ssh://git@git.example.com/x.git@main"),
]


@pytest.fixture(autouse=True)
def wrong(here):
    (here / "wrong.yaml").write_text("profiles: [{}]")
    (here / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (here / "empty-folder").mkdir()


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_validate_always_says_in_its_data_whether_it_is_valid(arguments, form, run):
    ran = run(*arguments, "--output", form)

    data = yaml.safe_load(ran.out)
    assert (ran.code, data["valid"], ran.err) == (1, False, "")
    assert data["errors"]
    assert {"document", "documents", "warnings"} <= data.keys()
    assert "hunter2" not in ran.out


@pytest.mark.parametrize(
    "options", [("-o", "json"), ("-ojson",), ("-o=json",), ("--output=json",)], ids=str
)
def test_an_unknown_option_is_an_error_as_data_for_every_spelling_of_output(options, run):
    assert [one["code"] for one in run("plan", "pmr.yaml", "--nope", *options).data["errors"]] == [
        "usage"
    ]


def test_an_unknown_option_is_an_error_as_data_by_the_variable_too(run, monkeypatch):
    monkeypatch.setenv("PROFILES_MANAGEMENT_OUTPUT", "json")

    assert run("apply", "--nope").data["errors"][0]["what"].startswith("No such option: --nope.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--nope", "--output", "text"),
        ("apply", "--nope", "--output", "sarif"),
        ("export", "--nope", "--output", "json"),
        ("--nope",),
    ],
    ids=str,
)
def test_an_option_that_does_not_exist_is_text_where_nobody_asked_for_data(arguments, run):
    ran = run(*arguments)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: No such option: --nope.")


@pytest.mark.parametrize(
    "name",
    [
        "git+https://127.0.0.1:1/team/profiles.git@main#path=a/b.yaml",
        "git+https://127.0.0.1:1/team/profiles@main",
        "git+ssh://git@127.0.0.1:2222/profiles.git@feature/x",
    ],
)
def test_a_document_in_git_that_cannot_be_read_is_named_with_its_host_and_port(name, run):
    assert run("validate", name, "--output", "json").data["document"] == name


@pytest.mark.parametrize(
    "name",
    [
        "git+https://ann:hunter2@127.0.0.1:1/x.git@main",
        "git+https://ann:1hunter2@127.0.0.1:1/x.git@main",
        "git+https://ann:12/hunter2@127.0.0.1:1/x.git@main",
        "git+https://ann:12/hunter2.git@127.0.0.1:1/x.git@main",
        "git+https://ann:12/hunter2@127.0.0.1:1/x.git",
        "git+https://hunter2@127.0.0.1:1/x.git@main",
        "git+ssh://hunter2@127.0.0.1:1/x.git@main",
        "git+ssh://git:hunter2@127.0.0.1:1/x.git@main",
    ],
)
def test_a_user_and_a_password_in_a_url_are_never_repeated(name, run):
    ran = run("validate", name, "--output", "json")

    assert (ran.code, ran.data["valid"]) == (1, False)
    assert "hunter2" not in ran.data["document"]
    assert "hunter2" not in str(ran.data["documents"])
