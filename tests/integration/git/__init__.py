"""The Git source over SSH, with a real sshd on loopback and no cluster; HTTPS: tests/unit/git."""
