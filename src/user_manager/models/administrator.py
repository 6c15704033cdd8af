"""Administrators that the command line made. The setting lists others."""

from django.db import models

from user_manager.models.user import User


class Administrator(models.Model):
    """A person who administers the service."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.user_id
