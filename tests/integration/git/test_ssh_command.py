"""The command with a document in Git, over SSH."""


def test_a_document_over_ssh_is_planned(run, sshd, repository, tmp_path):
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text(sshd.known, encoding="utf-8")
    (tmp_path / "key").write_text(sshd.key, encoding="utf-8")

    code, out, _ = run(
        "plan",
        f"git+{sshd.url}{repository.bare}",
        "--directory",
        "manifests",
        SSH_KEY_FILE=tmp_path / "key",
    )

    assert (code, out.splitlines()[:3]) == (0, ["Folder: manifests", "", "ml"])


def test_known_hosts_can_be_another_file(run, sshd, repository, tmp_path):
    (tmp_path / "hosts").write_text(sshd.known, encoding="utf-8")
    (tmp_path / "key").write_text(sshd.key, encoding="utf-8")

    code, _, err = run(
        "validate",
        f"git+{sshd.url}{repository.bare}",
        "--git-known-hosts",
        tmp_path / "hosts",
        "--git-ssh-key-file",
        tmp_path / "key",
    )

    assert code == 0, err
