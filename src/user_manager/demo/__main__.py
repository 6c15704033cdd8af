"""Run the service with sample data on this machine: `make portal`."""

import os
import signal
import socket
import sys
import tempfile

_ADDRESS = "127.0.0.1"
_PORT = 8088
_TEXT = """\
The User Manager runs on http://{address}:{port}/

 1. You are Ann. Look at My access, then ask for something.
 2. Become Olga in the bar at the top: decide under To decide.
 3. Become Ann again: "Being applied" becomes "In effect" by itself.
 4. Olga sees under My modules who has access, adds people and removes them.
 5. Robin Root is an administrator and sees users, systems, tokens and events.

The data is in a temporary folder. Ctrl-C ends it and removes the folder.
"""


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = int(os.environ.get("PORT", _PORT))
    try:
        socket.create_server((_ADDRESS, port)).close()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        sys.exit(f"Port {port}: {reason}. Choose another one: PORT={port + 1} make portal")
    with tempfile.TemporaryDirectory(prefix="user-manager-") as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "user_manager.demo.settings"
        os.environ["USER_MANAGER_DATA_DIR"] = folder
        try:
            _serve(port)
        except KeyboardInterrupt:
            sys.stdout.write("\n")


def _serve(port: int) -> None:
    import django  # noqa: PLC0415 - it reads the settings above

    django.setup()
    from user_manager.demo.portal import prepare, serve  # noqa: PLC0415 - it needs the setup

    prepare()
    serve(_ADDRESS, port, _show_text)


def _show_text(port: str) -> None:
    """Say what to click, when the server listens."""
    sys.stdout.write(_TEXT.format(address=_ADDRESS, port=port))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
