"""The ground as Django knows it."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """``core``: listens to what allauth tells about signing in."""

    name = "steward.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from steward.core.signin import trail

        trail.connect()
