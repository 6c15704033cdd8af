"""For any content of a file, the command ends with a message and never with a traceback."""

from mangled import mangled


def test_two_hundred_mangled_files_are_planned_or_refused_with_a_message(run, here):
    for number, text in enumerate(mangled(200, seed=3)):
        (here / "mangled.yaml").write_bytes(text)
        ran = (
            run("validate", "mangled.yaml")
            if number % 2
            else run("plan", "mangled.yaml", "--directory", "manifests")
        )

        assert ran.code in (0, 1), text
        assert (ran.code == 0) == (not ran.err), text
        assert ran.code == 0 or "Nothing was sent." in ran.err, text


def test_a_file_that_ends_in_the_middle_of_a_key_is_reported_with_its_line(run, here):
    (here / "cut.yaml").write_text(
        "profiles:\n- name: ml\n  owner: {kind: User, name: a@example.com}\n  adopt\n"
    )

    ran = run("validate", "cut.yaml")

    assert ran.code == 1
    assert " --> cut.yaml:4:3" in ran.err
