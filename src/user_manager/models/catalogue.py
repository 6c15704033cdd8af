"""Contributors of profiles in the cluster's catalogue, and names that conflict."""

from django.db import models

from user_manager.models.module import Module


class CatalogueContributor(models.Model):
    """A contributor that another source of the cluster gave to a profile.

    Attributes:
        source: the name of that source, such as `config`.
    """

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="contributors")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=512)
    role = models.CharField(max_length=16)
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=512)

    def __str__(self) -> str:
        return self.name


class CatalogueConflict(models.Model):
    """A profile of the catalogue whose name an external module has. It is left out."""

    name = models.CharField(primary_key=True, max_length=63)

    def __str__(self) -> str:
        return self.name
