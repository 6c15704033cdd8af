"""The command `user-manager`."""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured

from user_manager.configuration import ConfigurationError

SETTINGS = "user_manager.settings"
_ONLY_HELP = {"--help", "-h"}


def entry() -> None:
    """Run the command. Wrong settings end it with their names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if _ONLY_HELP & set(sys.argv[1:]) or len(sys.argv) == 1:
        os.environ.setdefault("USER_MANAGER_SECRET_KEY", "not used by --help")
    try:
        django.setup()
    except (ConfigurationError, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)  # noqa: T201 - nothing is set up yet
        sys.exit(2)
    from user_manager.commands.program import run  # noqa: PLC0415 - models need the settings

    run()
