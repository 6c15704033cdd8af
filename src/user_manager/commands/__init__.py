"""The command `user-manager`."""

from user_manager.commands.program import entry

__all__ = ["entry"]
