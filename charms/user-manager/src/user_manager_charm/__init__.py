"""What the charm of the User Manager does; src/charm.py routes events to it."""
