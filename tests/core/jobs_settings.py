"""Settings of a worker process under test: the product's, with the tests' list of work."""

from steward.settings import *  # noqa: F403

STEWARD_SCHEDULE = "tests.core.jobs_list"
