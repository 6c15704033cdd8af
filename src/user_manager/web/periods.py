"""The choice "until when" of a form: presets, a date, or the longest time that is allowed."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from user_manager.domain.call import Call
from user_manager.domain.durations import format_duration, parse_duration
from user_manager.domain.limits import AskedTime, shortest_limit
from user_manager.models import Module
from user_manager.web.template_tags import length_of
from user_manager.web.words import Text

_PRESETS: Final = [timedelta(days=days) for days in (7, 30, 90, 365)]
_PREFERRED: Final = timedelta(days=30)
_ON_A_DATE: Final = "date"
_LONGEST: Final = "longest"


def end_of_day(day: date) -> datetime:
    """Return the last second of a day in UTC."""
    return datetime.combine(day, time(23, 59, 59), UTC)


def date_field(*, label: Text, required: bool = False) -> forms.DateField:
    """Return a field for a date, in the form that browsers send."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=label, required=required, widget=widget, input_formats=["%Y-%m-%d"]
    )


class PeriodForm(forms.Form):
    """The part of a form that asks for how long."""

    period = forms.ChoiceField(label=_("For how long"), widget=forms.RadioSelect)
    date = date_field(label=_("Last day"))

    def offer(self, module: Module, call: Call) -> None:
        """Offer what the limits of a module allow."""
        limit = shortest_limit(module.max_duration, call.policy.longest_duration)
        self._now = call.now
        self._limit = limit
        presets = [preset for preset in _PRESETS if limit is None or preset < limit]
        choices = [(format_duration(preset), length_of(preset)) for preset in presets]
        longest = str(_("No end")) if limit is None else length_of(limit)
        choices += [(_LONGEST, longest), (_ON_A_DATE, str(_("Until a date")))]
        period = self.fields["period"]
        assert isinstance(period, forms.ChoiceField)  # noqa: S101 - as it is declared above
        period.choices = choices
        period.initial = format_duration(_PREFERRED) if _PREFERRED in presets else _LONGEST

    def clean(self) -> dict[str, Any]:
        """Check the date."""
        values = super().clean() or {}
        if values.get("period") != _ON_A_DATE or "date" in self.errors:
            return values
        day = values.get("date")
        if day is None:
            self.add_error("date", _("Choose a date."))
        elif end_of_day(day) <= self._now:
            self.add_error("date", _("Choose a date in the future."))
        elif self._limit is not None and end_of_day(day) > self._now + self._limit:
            longest = length_of(self._limit)
            text = _("Choose an earlier date: at most %(longest)s are allowed.")
            self.add_error("date", text % {"longest": longest})
        return values

    def asked_time(self) -> AskedTime:
        """Return for how long a valid form asks."""
        period = self.cleaned_data["period"]
        if period == _ON_A_DATE:
            return AskedTime(until=end_of_day(self.cleaned_data["date"]))
        if period == _LONGEST:
            return AskedTime()
        return AskedTime(duration=parse_duration(period))
