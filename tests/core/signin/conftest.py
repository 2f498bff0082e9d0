"""A person who signs in, an office without demo, counters at zero."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from steward.core.access.models import User
from tests.core.ground import bare_office
from tests.core.signin.hands import PHRASE
from tests.support import Office, make_user


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def office(db: Any) -> Office:
    return bare_office()


@pytest.fixture
def ana() -> User:
    """A front desk person with passphrase and no second factor yet."""
    user = make_user("frontdesk", "ana")
    user.set_password(PHRASE)
    user.save()
    return user
