"""Catalogues of translations: a ``.po`` file as people write it, compiled to the ``.mo`` that gettext reads. Pure.

``python -m steward.core.catalogue`` compiles every catalogue of ``steward/locale``; no system gettext, no package. Source:
GNU gettext manual, "The Format of PO Files" and "The Format of GNU MO Files" (little-endian, sorted, no hash table).
"""

from __future__ import annotations

import ast
import struct
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "locale"
MAGIC = 0x950412DE


class CatalogueError(ValueError):
    """A line that is no part of a catalogue, or a message said twice; names the line."""


def read_po(text: str) -> dict[str, str]:
    """msgid -> msgstr, the heading under ``""``. Plural forms are joined as gettext joins them (NUL). CatalogueError."""
    found: dict[str, str] = {}
    parts: dict[str, str] = {}
    slot = ""

    def keep(number: int) -> None:
        if "msgid" not in parts:
            return
        plural = "msgid_plural" in parts
        key = f"{parts['msgid']}\0{parts['msgid_plural']}" if plural else parts["msgid"]
        if key in found:
            raise CatalogueError(f"line {number}: {parts['msgid']!r} is there twice")
        forms = [parts[name] for name in sorted(parts) if name.startswith("msgstr")]
        found[key] = "\0".join(forms)

    for number, raw in enumerate([*text.splitlines(), 'msgid ""'], 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        word, _space, rest = line.partition(" ")
        if line.startswith('"'):
            word, rest = "", line
        elif word == "msgid":
            keep(number)
            parts = {}
        if word:
            slot = word
            parts[slot] = ""
        if not slot.startswith("msg"):
            raise CatalogueError(f"line {number}: {line!r} is no message")
        try:
            parts[slot] += str(ast.literal_eval(rest))
        except (SyntaxError, ValueError) as error:
            raise CatalogueError(f"line {number}: {rest!r} is no text in quotes") from error
    return found


def compile_mo(messages: dict[str, str]) -> bytes:
    """The bytes of a ``.mo``: messages sorted by id, those without a translation left out."""
    rows = sorted((key.encode(), value.encode()) for key, value in messages.items() if value)
    ids, texts = b"".join(key + b"\0" for key, _ in rows), b"".join(text + b"\0" for _, text in rows)
    head = 7 * 4
    first_id = head + 16 * len(rows)
    first_text = first_id + len(ids)
    id_table, text_table, at_id, at_text = b"", b"", first_id, first_text
    for key, text in rows:
        id_table += struct.pack("<II", len(key), at_id)
        text_table += struct.pack("<II", len(text), at_text)
        at_id, at_text = at_id + len(key) + 1, at_text + len(text) + 1
    top = struct.pack("<7I", MAGIC, 0, len(rows), head, head + 8 * len(rows), 0, 0)
    return top + id_table + text_table + ids + texts


def catalogues() -> list[Path]:
    """Every ``.po`` of the project."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))


def main() -> int:
    """Compile every catalogue beside its source."""
    for path in catalogues():
        path.with_suffix(".mo").write_bytes(compile_mo(read_po(path.read_text("utf-8"))))
        sys.stdout.write(f"{path.relative_to(FOLDER.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
