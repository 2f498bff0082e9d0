"""The web server: gunicorn with threads, in this process and its children, on a socket the supervisor opened.

Threads, because Django here is synchronous; two processes, because one interpreter uses one core. Nothing of a
request is logged but what ``core.logs.Line`` allows: an access log would hold search words and, by its times, who
looked at what.
"""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from steward.core.logs import Line


class QuietLogger(Logger):  # type: ignore[misc]
    """gunicorn's log through our closed list of fields."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.setLevel(logging.WARNING)
        for handler in self.error_log.handlers:
            handler.setFormatter(Line())


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn without its command line."""

    def __init__(self, socket_number: int, workers: int, threads: int) -> None:
        self.settings = {
            "bind": [f"fd://{socket_number}"],
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "preload_app": True,
            "timeout": 120,
            "graceful_timeout": 10,
            "keepalive": 15,
            "accesslog": None,
            "errorlog": "-",
            "logger_class": QuietLogger,
            "limit_request_line": 4094,
            "forwarded_allow_ips": "127.0.0.1",
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        from steward.wsgi import application

        return application
