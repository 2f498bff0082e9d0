"""allauth's forms with our words, and the one that confirms who you are."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChange
from allauth.account.forms import LoginForm as AllauthLogin
from allauth.account.forms import SetPasswordForm as AllauthSet
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticate
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from steward.core.signin.passphrase import MOST, PassphraseValidator


def _plain(form: forms.Form, **labels: Any) -> None:
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.widget.attrs.pop("placeholder", None)


class LoginForm(AllauthLogin):  # type: ignore[misc]
    """Name and passphrase."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, login=_("Name"), password=_("Passphrase"))
        self.fields["password"].help_text = ""
        # hashing is made slow on purpose: nobody hands it megabytes
        self.fields["password"].validators.append(MaxLengthValidator(MOST))


class SetPasswordForm(AllauthSet):  # type: ignore[misc]
    """The first passphrase, by set-up link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password1=_("Passphrase"), password2=_("Passphrase once more"))
        self.fields["password1"].help_text = PassphraseValidator().get_help_text()


class ChangePasswordForm(AllauthChange):  # type: ignore[misc]
    """Another passphrase."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(
            self,
            oldpassword=_("Present passphrase"),
            password1=_("New passphrase"),
            password2=_("New passphrase once more"),
        )
        self.fields["password1"].help_text = PassphraseValidator().get_help_text()


class AuthenticateForm(AllauthAuthenticate):  # type: ignore[misc]
    """The code at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, code=_("Code"))
        self.fields["code"].widget.attrs.update({"inputmode": "numeric", "autofocus": True})


class StepUpForm(forms.Form):
    """Passphrase or code, whichever is at hand."""

    proof = forms.CharField(
        label=_("Passphrase, or code of your authenticator app"),
        max_length=MOST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
