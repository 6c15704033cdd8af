"""The choice of a level: what it allows in plain words."""

from django import forms
from django.utils.translation import gettext_lazy as _

from user_manager.domain.access_types import AccessTypes, parse_types
from user_manager.domain.vocabulary import AccessType, ModuleKind
from user_manager.models import Module
from user_manager.web.words import ALLOWS, LEVELS, Text


def level_field() -> forms.ChoiceField:
    """Return the field for one level. A level includes the lower ones."""
    choices = [(access_type.name, LEVELS[access_type]) for access_type in AccessType]
    return forms.ChoiceField(label=_("Level"), choices=choices, widget=forms.RadioSelect)


def allowed_in(module: Module) -> dict[str, Text]:
    """Return what each level allows in a module, by the names of the types."""
    texts = ALLOWS[ModuleKind(module.kind)]
    return {access_type.name: text for access_type, text in texts.items()}


def types_of(level: str) -> AccessTypes:
    """Return the access types of a level that the field accepted."""
    return parse_types([level])
