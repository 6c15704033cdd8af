"""`python -m profiles_management` is the command `profiles-management`."""

from profiles_management.cli import entry

if __name__ == "__main__":
    entry()
