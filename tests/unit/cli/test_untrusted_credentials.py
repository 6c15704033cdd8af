"""No output repeats a credential that somebody writes into the URL of an untrusted document."""

import pytest

MARK = "hush"
LOCATIONS = [
    f"https://ann:{MARK}@h/p.git",
    f"https://{MARK}@h/p.git",
    f"HTTPS://ann:{MARK}@h/p.git",
    f"https:/ann:{MARK}@h/p.git",
    f" https://ann:{MARK}@h/p.git",
    f"http://ann:{MARK}@h/p.git",
    f"ftp://ann:{MARK}@h/p.yaml",
    f"ssh://ann:{MARK}@h/p.git",
    f"ann:{MARK}@h/p.git",
    f"ann:{MARK}@h/p.yaml",
    f"ann:{MARK}@git.example.com:p.git",
    f"ann:x:{MARK}@h/p.yaml",
    f"https://h/p.git?token={MARK}",
    f"git.example.com/p.git?token={MARK}",
    f"git+https://ann:{MARK}@h/p.git",
    f"git+https://h/p.git?token={MARK}",
    f"git+ssh://ann:{MARK}@h/p.git",
]
COMMANDS = [
    *(("validate", form) for form in ("text", "json", "yaml", "github", "sarif")),
    *(("plan", form) for form in ("text", "json", "yaml", "markdown")),
    *(("apply", form) for form in ("text", "json", "yaml")),
    *((command, form) for command in ("list-stale", "delete-stale") for form in ("text", "json")),
]
SEARCHES = [("offboard", "ann@example.com", "pmr.yaml"), ("access", "pmr.yaml", "--cluster-wide")]


def refused(ran):
    """Check that a command ended with a message that does not have the credential."""
    assert ran.code == 1
    assert ran.out + ran.err
    assert MARK not in ran.out + ran.err


@pytest.mark.parametrize(("command", "form"), COMMANDS)
def test_no_command_repeats_it_in_any_form_of_output(run, api, command, form):
    for location in (LOCATIONS[0], LOCATIONS[-1]):
        refused(run(command, "pmr.yaml", "--untrusted", location, "-o", form))

    assert api.writes == []


@pytest.mark.parametrize("search", SEARCHES)
def test_no_search_for_people_repeats_it(run, search):
    for form in ("text", "json"):
        refused(run(*search, "--untrusted", LOCATIONS[0], "-o", form))


@pytest.mark.parametrize("location", LOCATIONS)
def test_it_is_in_no_output_however_it_is_written(run, location):
    refused(run("validate", "pmr.yaml", "--untrusted", location))
    refused(run("validate", "pmr.yaml", "--untrusted", location, "-o", "json"))
    refused(run("validate", "pmr.yaml", "--untrusted", f"teams={location}", "-o", "json"))
    refused(run("validate", location, "-o", "json"))


@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize("kind", ["", "file:"])
def test_the_name_of_a_withdrawn_source_has_none_either(run, kind, location):
    refused(run("validate", "pmr.yaml", "--withdrawn", f"{kind}{location}", "-o", "json"))
