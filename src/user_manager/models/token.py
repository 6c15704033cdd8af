"""Tokens of service accounts."""

from django.db import models


class Token(models.Model):
    """A service account and its token, of which only a digest is stored.

    Attributes:
        digest: the SHA-256 of the token, in hexadecimal digits. A token is random and long, so
            that a slow hash adds nothing.
        scopes: the names of `domain.vocabulary.Scope`.
    """

    name = models.CharField(primary_key=True, max_length=63)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
