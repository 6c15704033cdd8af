"""Create the tables and fill them. Prints a token for the cluster."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "user_manager.settings")
    django.setup()
    from django.core.management import call_command

    from user_manager.commands.system_call import system_call
    from user_manager.domain.vocabulary import Scope
    from user_manager.services.tokens import create_token
    from user_manager_load.world import fill

    call_command("migrate", verbosity=0)
    fill(users=int(sys.argv[1]), events=int(sys.argv[2]))
    print(create_token(system_call(), "cluster", [Scope.CLUSTER]))
