"""`convert`: a document of github-profiles-automator becomes ours, with notes on changes."""

THEIRS = """\
# Teams of the data platform
profiles:
- name: ml-engineers
  owner: {kind: user, name: admin@example.com}
  description: engineers of machine learning
  resources:
    hard:
      cpu: 1.5
      nvidia.com/gpu: 2
  contributors:
  - {name: admin@example.com, role: admin}
  # on loan until summer
  - name: ann@example.com
    role: view
  - name: ann@example.com
    role: edit
  - {name: "*@example.com", role: view}
- name: data-engineers   # new
  owner: {kind: user, name: admin@example.com}
  contributors:
"""


def test_a_document_of_theirs_is_printed_as_ours_with_a_comment_at_each_change(run, here, keeps):
    (here / "theirs.yaml").write_text(THEIRS)

    ran = run("convert", "theirs.yaml")

    assert ran.code == 0
    keeps("converted.txt", ran.out)
    keeps("converted-notes.txt", ran.err)


def test_what_convert_prints_is_valid(run):
    text = run("convert", "-", stdin=THEIRS).out

    assert (
        run("validate", "-", stdin=text).out
        == "standard input is valid: 2 profiles, 1 contributor.\n"
    )


def test_a_document_of_ours_is_printed_as_it_is(run, here):
    ran = run("convert", "pmr.yaml")

    assert (ran.code, ran.out, ran.err) == (0, (here / "pmr.yaml").read_text(), "")


def test_one_change_is_counted_as_one(run):
    text = "profiles:\n- name: ml\n  owner: {kind: user, name: a@x.com}\n  contributors:\n"

    assert run("convert", "-", stdin=text).err == (
        'note: 1 change, each below a comment that begins with "# convert:".\n'
    )


def test_what_cannot_be_converted_ends_with_its_errors(run):
    ran = run("convert", "-", stdin="profiles:\n- name: ml\n  members: [ann]\n")

    assert (ran.code, ran.out) == (1, "")
    assert "a profile needs owner" in ran.err


def test_a_missing_file_is_reported(run):
    assert "no such file or directory" in run("convert", "nope.yaml").err


def test_a_repository_is_refused_with_what_to_do(run):
    ran = run("convert", "git+https://git.example.com/profiles.git")

    assert (ran.code, ran.out) == (1, "")
    assert (
        ran.err == "error: convert reads a file. Clone the repository, and name the file in it.\n"
    )


def test_a_setting_that_protects_a_namespace_holds(run):
    ran = run("convert", "-", "--protect", "data-engineers", stdin=THEIRS)

    assert (
        "note: left out: profile data-engineers. A comment in the document has the reason.\n"
        in ran.err
    )
