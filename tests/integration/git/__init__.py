"""The Git source over ssh against a real sshd on loopback, no cluster; over https it is in tests/unit/git."""
