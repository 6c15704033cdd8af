"""Fields of forms that the rules of the service check."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from user_manager.domain.errors import Invalid
from user_manager.domain.identifiers import LONGEST_TEXT, check_text
from user_manager.web.words import Text


class Renderer(TemplatesSetting):
    """Renders fields with their label, help and errors as our templates say."""

    field_template_name = "user_manager/field.html"


def label_field(*, label: Text, help_text: Text) -> forms.RegexField:
    """Return a field for a name that is a DNS label, see `check_module_id`."""
    pattern = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
    messages = {"invalid": _("Begin and end with a letter or a digit. Use a to z, 0 to 9 and -.")}
    return forms.RegexField(
        pattern, label=label, max_length=63, help_text=help_text, error_messages=messages
    )


class LongText(forms.CharField):
    """A reason or a comment. Browsers send line ends of two characters and count them as one."""

    def __init__(self, *, label: Text, required: bool = False) -> None:
        rows = forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_TEXT})
        super().__init__(label=label, required=required, widget=rows)

    def to_python(self, value: object) -> str:
        """Return the text with line ends of one character.

        Raises:
            ValidationError: it is too long or has control characters.
        """
        text = super().to_python(value) or ""
        try:
            return check_text(text)
        except Invalid:
            message = _("Write at most %(limit)s characters, without control characters.")
            raise ValidationError(message % {"limit": LONGEST_TEXT}) from None
