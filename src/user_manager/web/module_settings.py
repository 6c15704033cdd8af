"""The pages on which systems are registered, and modules get their settings."""

from datetime import timedelta
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from user_manager.domain.call import Call
from user_manager.domain.durations import format_duration, parse_duration
from user_manager.domain.errors import Exists, Invalid
from user_manager.domain.permissions import may_create_module
from user_manager.domain.reviews import LONGEST_REVIEW_DAYS
from user_manager.models import Module
from user_manager.selectors.users import has_create_role
from user_manager.services.modules import ModuleValues, put_module
from user_manager.web.fields import LongText, label_field
from user_manager.web.module_people import owned_module
from user_manager.web.pages import READ_AND_SEND, page, show
from user_manager.web.submitting import http_status, sent, submit

_DAY: Final = timedelta(days=1)


class DurationField(forms.CharField):
    """A number of days, or a duration in ISO 8601; empty for none."""

    def clean(self, value: object) -> timedelta | None:
        """Return the duration.

        Raises:
            ValidationError: this is not one.
        """
        text = super().clean(value)
        if not text:
            return None
        is_number = text.isascii() and text.isdigit()
        try:
            return parse_duration(f"P{text}D" if is_number else text)
        except Invalid:
            raise forms.ValidationError(_("Write a number of days, or for example PT8H.")) from None

    def prepare_value(self, value: object) -> object:
        """Return the text for a duration."""
        if not isinstance(value, timedelta):
            return value
        return str(value.days) if value % _DAY == timedelta() else format_duration(value)


class ModuleForm(forms.Form):
    """The settings of a module."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=253, required=False)
    description = LongText(label=gettext_lazy("Description"))
    max_duration = DurationField(
        label=gettext_lazy("Longest time of an access, in days"),
        required=False,
        help_text=gettext_lazy("Empty for no limit."),
    )
    reason_required = forms.BooleanField(
        label=gettext_lazy("Every request needs a reason"), required=False
    )
    requestable = forms.BooleanField(
        label=gettext_lazy("People may ask for access"), required=False, initial=True
    )
    review_days = forms.IntegerField(
        label=gettext_lazy("Days until an access has to be reviewed"),
        required=False,
        min_value=1,
        max_value=LONGEST_REVIEW_DAYS,
        help_text=gettext_lazy(
            "An owner then confirms that each person still needs it. Empty for no reviews."
        ),
    )

    def values(self) -> ModuleValues:
        """Return what a valid form sets."""
        return ModuleValues(**{name: self.cleaned_data[name] for name in ModuleForm.base_fields})


class NewSystemForm(ModuleForm):
    """A system that is registered."""

    id = label_field(
        label=gettext_lazy("Id"),
        help_text=gettext_lazy("Small letters a to z, digits and hyphens. It never changes."),
    )


@page(*READ_AND_SEND)
def settings_page(request: HttpRequest, call: Call, module_id: str) -> HttpResponse:
    """Change the settings of a module."""
    module = owned_module(call, module_id)
    form = ModuleForm(sent(request), initial=_values(module))
    if submit(form, lambda: put_module(call, module.id, form.values())) is not None:
        messages.success(request, _("The settings are saved."))
        return redirect("module-settings", module_id=module.id)
    content = {"module": module, "form": form}
    return show(request, call, "modules/settings.html", content, http_status(form))


def _values(module: Module) -> dict[str, object]:
    return {name: getattr(module, name) for name in ModuleForm.base_fields}


@page(*READ_AND_SEND)
def new_system(request: HttpRequest, call: Call) -> HttpResponse:
    """Register a system."""
    may_create_module(call.caller, has_create_role=has_create_role(call.caller.person))
    form = NewSystemForm(sent(request))
    module = submit(form, lambda: _register(call, form))
    if module is not None:
        messages.success(request, _("The system is registered."))
        return redirect("people", module_id=module.id)
    return show(request, call, "modules/new.html", {"form": form}, http_status(form))


def _register(call: Call, form: NewSystemForm) -> Module:
    """Register a new system; a known one is not changed."""
    module_id = form.cleaned_data["id"]
    if Module.objects.filter(id=module_id).exists():
        raise Exists("{module} is registered already.", module_id, module=module_id)
    module, _is_new = put_module(call, module_id, form.values())
    return module
