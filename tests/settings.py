"""The product's settings on a throw-away data folder, with a fast password hash."""

import os
import tempfile

_ROOT = os.environ.get("STEWARD_TEST_ROOT") or tempfile.mkdtemp(prefix="steward-test-")
os.environ["STEWARD_TEST_ROOT"] = _ROOT
os.environ["STEWARD_DATA"] = os.path.join(_ROOT, os.environ.get("PYTEST_XDIST_WORKER", "main"))
os.environ.pop("STEWARD_PRODUCTION", None)

from steward.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
