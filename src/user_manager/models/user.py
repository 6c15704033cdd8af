"""People and their roles."""

from typing import ClassVar

from django.db import models

from user_manager.domain.vocabulary import Role

ID_LENGTH = 253


class User(models.Model):
    """A person.

    Attributes:
        id: who they are to Kubernetes. Case is kept, because RBAC compares it exactly.
        key: the casefold of the id's NFC: no two people differ in case alone.
        signed_in: whether the first sign-in created the user, so that the name is a guess.
    """

    id = models.CharField(primary_key=True, max_length=ID_LENGTH)
    # a casefold may be three times as long as the text
    key = models.CharField(max_length=3 * ID_LENGTH, unique=True)
    name = models.CharField(max_length=ID_LENGTH)
    active = models.BooleanField(default=True)
    signed_in = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class UserRole(models.Model):
    """A role that a person has."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_rows")
    role = models.PositiveSmallIntegerField(choices=[(role.value, role.name) for role in Role])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "role"], name="role_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="role_known"
            ),
        ]

    def __str__(self) -> str:
        return Role(self.role).name
