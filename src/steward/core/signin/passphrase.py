"""Passphrases."""

from typing import Any

from django.core.exceptions import ValidationError


class PassphraseValidator:
    """Fifteen characters or more (NIST SP 800-63B-4)."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < 15:
            raise ValidationError("A passphrase has at least 15 characters: four plain words will do.")

    def get_help_text(self) -> str:
        return "At least 15 characters: four plain words will do."
