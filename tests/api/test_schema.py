"""The API against its own description: whatever is asked, no 5xx, and every answer is one the description names.

A few hundred requests in every run, 5,000 with ``STEWARD_LONG=1``; a failure prints the request and the seed that repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from steward.api.schema import document
from steward.core.clock import system_clock
from steward.core.tokens.services import issue_api_token
from tests.desk.world import World
from tests.proofs import counts
from tests.proofs.counts import LONG

pytestmark = pytest.mark.django_db

ROLES = ("administrator", "bookkeeper", "biller", "clinician", "auditor")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
          response_headers_conformance]  # fmt: skip
EACH = 21 if LONG else 2  # examples an operation (25), role (5) and way (2)
SEED = counts.seed(20261123)


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """The test's transaction outlives its requests, as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def described() -> Any:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    return schema


def test_the_description_describes_every_address_and_no_other() -> None:
    from steward.api.urls import urlpatterns

    routes = {
        "/api/" + re.sub(r"<str:(\w+)>", r"{\1}", str(part.pattern)): part.callback.capabilities for part in urlpatterns
    }
    described = {path: {method.upper() for method in operations} for path, operations in document()["paths"].items()}
    assert {path: set(methods) - {"HEAD"} for path, methods in routes.items() if "openapi" not in path} == described


@pytest.mark.proof
@pytest.mark.either
@pytest.mark.parametrize("role", ROLES)
def test_every_operation_keeps_to_its_description(
    world: World, role: str, settings: Any, kept_connection: None, record_property: Any
) -> None:
    record_property("seed", SEED)
    settings.STEWARD_API_PER_MINUTE = settings.STEWARD_API_PATIENT_ROWS_PER_HOUR = 1_000_000
    world.office.now = system_clock().now()
    token = issue_api_token(world.office.call(role), name="fuzz", days=1, read_only=False)[0]
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    asked: list[int] = []
    for result in described().get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(operation, mode, headers, asked)
    assert len(asked) >= 24 * EACH and 200 in asked and 400 in asked
    assert (403 in asked) == (role != "administrator")


def _ask(operation: Any, mode: GenerationMode, headers: dict[str, str], asked: list[int]) -> None:
    checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS

    @seed(SEED)
    @hypothesis_settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        answer = case.call(headers=headers)
        asked.append(answer.status_code)
        case.validate_response(answer, checks=checks)

    run()
