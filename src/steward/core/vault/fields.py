"""Fields whose column holds only sealed values.

Reading ``row.tax_id`` opens the value on first use; ``values()``, raw SQL, dumps and logs see ``Sealed``, which
prints as dots. Writing goes through ``save`` and ``bulk_create``, which know the row; ``QuerySet.update`` and
``bulk_update`` do not, and are refused rather than written in plain text.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from steward.core.vault.keyring import VaultError, ring
from steward.core.vault.seal import Place, key_id_of


class Sealed:
    """A sealed value as it lies in the database. Never shows its content; ``token`` is the stored form."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "••••"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.token == self.token

    def __hash__(self) -> int:
        return hash(self.token)

    def __bool__(self) -> bool:
        return bool(self.token)


class SealedAttribute(DeferredAttribute):
    """The attribute of a sealed field: opens on first read, remembers the sealed form until it is overwritten."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            field: Any = self.field
            value = ring().unseal(field.place(instance), value.token) if value else ""
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField[Any, Any]):
    """Text sealed by the vault, bound to table, column and the row's ``uid``. None stays NULL and "" stays ""."""

    descriptor_class = SealedAttribute
    description = "Sealed text"

    def place(self, instance: models.Model) -> Place:
        """Where the value of ``instance`` lives; VaultError if the row has no uid to be bound to."""
        row = getattr(instance, "uid", None)
        if not row:
            raise VaultError(f"A row of {self.model._meta.db_table} has no uid, so its {self.column} cannot be sealed.")
        return Place(self.model._meta.db_table, str(self.column), str(row))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The sealed form of this row's value, sealed anew (a fresh nonce) unless it was never opened."""
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        text = str(value)
        return Sealed(ring().seal(self.place(model_instance), text)) if text else Sealed("")

    def get_prep_value(self, value: Any) -> Any:
        return value if isinstance(value, Sealed) else super().get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "resolve_expression") or value is None:
            return super().get_db_prep_save(value, connection)
        if not isinstance(value, Sealed):
            raise FieldError(f"{self.model.__name__}.{self.name} is sealed: set it on the row and save the row.")
        return value.token

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only ``isnull``: sealed text cannot be compared; find rows by their BlindIndexField."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed and cannot be searched with {lookup_name}; use its blind index.")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """What Django's serialisers write: the dots, never the text (backups copy the sealed column itself)."""
        return str(Sealed("hidden"))


class BlindIndexField(models.CharField[Any, Any]):
    """A keyed hash of the sealed field ``source`` of the same row, kept up on every save that writes it.

    ``normal`` names how the text is made comparable before hashing: ``digits`` keeps digits only (tax ids, account
    numbers),
    ``text`` strips and folds case. Find with ``filter(tax_id_index=blind(Party, "tax_id_index", "12-3456789"))``.
    """

    description = "Blind index of a sealed field"

    def __init__(self, *args: Any, source: str = "", normal: str = "text", **kwargs: Any) -> None:
        self.source, self.normal = source, normal
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("db_index", True)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source, "normal": self.normal}

    def hashed(self, text: str | None) -> str:
        """The index of ``text``; "" for None and for text with nothing to compare."""
        plain = text or ""
        comparable = (
            "".join(c for c in plain if c.isdigit()) if self.normal == "digits" else " ".join(plain.split()).casefold()
        )
        return ring().blind(self.model._meta.db_table, str(self.column), comparable) if comparable else ""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.hashed(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value


def blind(model: type[models.Model], field_name: str, text: str) -> str:
    """The value to look for in ``model``'s blind index field ``field_name`` to find rows whose sealed text is
    ``text``.
    """
    field = model._meta.get_field(field_name)
    if not isinstance(field, BlindIndexField):
        raise FieldError(f"{model.__name__}.{field_name} is not a blind index.")
    return field.hashed(text)


def sealed_fields(model: type[models.Model]) -> list[EncryptedTextField]:
    """The sealed fields of a model."""
    return [f for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)]


__all__ = ["BlindIndexField", "EncryptedTextField", "Sealed", "blind", "key_id_of", "sealed_fields"]
