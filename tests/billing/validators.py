"""Foreign judges of what we write: pyx12 (guide maps of 837, 999, 277CA, 835) and x12sdk (models of 270 to 277)."""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    handler, loggers = _Kept(), [logging.getLogger(), logging.getLogger("pyx12")]
    for one in loggers:
        one.addHandler(handler)
    try:
        yield handler.found
    finally:
        for one in loggers:
            one.removeHandler(handler)


def pyx12_findings(text: str, folder: Path) -> list[str]:
    """What pyx12 has against an interchange; empty when it accepts it."""
    import pyx12.params
    import pyx12.x12n_document

    path = folder / "written.x12"
    path.write_text(text)
    with _listening() as found:
        accepted = pyx12.x12n_document.x12n_document(pyx12.params.params(), str(path), io.StringIO(), None)
    return list(dict.fromkeys(found)) or ([] if accepted else ["refused without a word"])


def x12sdk_findings(text: str) -> list[str]:
    """What x12sdk has against an interchange; it must also write the same segments again."""
    from x12sdk.io import X12ModelReader

    try:
        with X12ModelReader(text) as reader:
            bodies = [model.x12() for model in reader.models()]
    except (ValueError, KeyError) as fault:
        return [str(fault)]
    ours, theirs = set(_segments(text)), [segment for body in bodies for segment in _segments(body)]
    missing = [segment for segment in theirs if not segment.startswith(("ISA*", "GS*")) and segment not in ours]
    return [f"reads another segment: {segment}" for segment in missing] or ([] if bodies else ["read nothing"])


def _segments(text: str) -> list[str]:
    """Numbers in one spelling: ours leave the zero before the point off, as X12 asks; theirs write it."""
    whole = re.sub(r"[*]0[.]", "*.", text.replace("\n", ""))
    return [segment for segment in whole.split("~") if segment]


GOLDEN = Path(__file__).parent / "golden"


def golden(name: str, text: str) -> None:
    """``text`` is what it was when somebody last looked: tests/billing/golden/<name> (STEWARD_WRITE_GOLDEN=1 writes it)."""
    path = GOLDEN / name
    if os.environ.get("STEWARD_WRITE_GOLDEN") == "1":
        path.write_text(text)
    assert text == path.read_text(), f"{path} differs: look at the difference, then write it anew"
