"""Absences: who decides requests for somebody, and until when."""

from typing import ClassVar

from django.db import models

from user_manager.models.user import User


class Absence(models.Model):
    """A deputy decides requests for an absent OWNER. A person has one at most.

    Attributes:
        until: the end. Nothing deletes the row then: it has no effect any more.
    """

    person = models.OneToOneField(
        User, on_delete=models.PROTECT, primary_key=True, related_name="absence"
    )
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(person=models.F("deputy")), name="absence_of_another"
            )
        ]

    def __str__(self) -> str:
        return self.person_id
