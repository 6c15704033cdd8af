"""The same as the command `user-manager`."""

from user_manager.commands import entry

entry()
