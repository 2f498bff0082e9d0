"""Times of day as people type them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TimeField(forms.Field):
    """A time of day as people type it: 9, 920, 9:20, 9:20a, 1:30 pm, 13:30. Hours 1 to 6 without a word are
    afternoon.
    """

    default_error_messages = {"time": _("This is no time of day. Type 9:20 or 1:30p.")}
    _SHAPE = re.compile(r"(\d{1,2})(?::?(\d{2}))?\s*([ap])?\.?m?\.?", re.ASCII | re.IGNORECASE)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "placeholder": "9:20"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value

    def to_python(self, value: Any) -> dt.time | None:
        if value in self.empty_values or isinstance(value, dt.time):
            return value or None
        found = self._SHAPE.fullmatch(str(value).strip())
        if not found:
            raise forms.ValidationError(self.error_messages["time"], code="time")
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
        if half and not 1 <= hour <= 12:
            raise forms.ValidationError(self.error_messages["time"], code="time")
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif 1 <= hour <= 6 and len(found[1]) == 1:
            hour += 12
        try:
            return dt.time(hour, minute)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["time"], code="time") from error
