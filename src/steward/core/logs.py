"""Log lines with a closed list of fields: a message template of ours, never its arguments' free text, a query or a
body."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

ALLOWED = ("reference", "status", "method", "view", "seconds", "job", "kind", "count", "code")


class Line(logging.Formatter):
    """JSON a line: time, level, logger, our constant message, allowed fields, and the exception's class (not its
    text)."""

    def format(self, record: logging.LogRecord) -> str:
        row: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # arguments may carry a URL or a name; only the template is ours
            "message": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        row |= {name: getattr(record, name) for name in ALLOWED if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            row["exception"] = record.exc_info[0].__name__
            row["where"] = _where(record)
        return json.dumps(row, default=str)


def _where(record: logging.LogRecord) -> list[str]:
    trace = record.exc_info[2] if record.exc_info else None
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if "steward" in code.co_filename:
            found.append(f"{code.co_filename.rsplit('steward/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-6:]
