"""A real sshd on a port of loopback, run by the user of the tests."""

import getpass
import os
import shutil
import socket
import subprocess
from contextlib import closing
from pathlib import Path

_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PasswordAuthentication no
PermitRootLogin yes
StrictModes no
PidFile none
UsePAM no
{more}
"""


class SshServer:
    """sshd with one key of the host and one user.

    Attributes:
        url: of the host, with the user and the port.
        key: the private key of the user.
        known: the line of a known_hosts file that names the host and its key.
    """

    def __init__(self, folder: Path, more=""):
        self.folder = folder
        self.key = keys(folder / "user")
        keys(folder / "host")
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.url = f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}"
        self.known = self.line(folder / "host.pub")
        config = folder / "sshd_config"
        config.write_text(
            _CONFIG.format(port=self.port, folder=folder, more=more), encoding="utf-8"
        )
        if os.geteuid() == 0:
            # where root's sshd wants to be shut in
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._process = subprocess.Popen(  # noqa: S603 - sshd has to be called by its whole path
            [program(), "-D", "-e", "-f", str(config)],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        for line in self._process.stderr:
            if line.startswith("Server listening"):
                return
        raise RuntimeError("sshd did not start")

    def line(self, public):
        """Return the line of a known_hosts file that names our host with a public key."""
        kind, key = public.read_text(encoding="utf-8").split()[:2]
        return f"[127.0.0.1]:{self.port} {kind} {key}\n"

    def let_in(self, public, options=""):
        """Accept the owner of a public key, with options in the form of authorized_keys."""
        with (self.folder / "user.pub").open("a", encoding="utf-8") as authorized:
            authorized.write(f"{options} {public.read_text(encoding='utf-8')}".lstrip())

    def close(self):
        """End it."""
        self._process.terminate()
        self._process.wait()
        self._process.stderr.close()


def keys(path, kind="ed25519", passphrase=""):
    """Create a key pair, and return the private key."""
    subprocess.run(  # noqa: S603
        ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)],  # noqa: S607 - that of PATH
        check=True,
    )
    return path.read_text(encoding="utf-8")


def program():
    """Return the path of sshd, which is not on everybody's PATH."""
    return shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
