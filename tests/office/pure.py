"""Which test modules touch no database: seen by what they import, so that nobody has to keep a list.

The whole suite runs on two databases. A module that imports nothing but pure code gives the same answers on both: it runs
once, on SQLite's turn. A module of the tests that it imports must be pure too.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: ``lint-imports`` holds that logic and postings know no Django; the rest of these files imports nothing that does.
PURE = re.compile(
    r"steward\.(\w+\.(logic|postings)|core\.(money|clock|calendar|x12|refusals|ids|findings|access\.decide))(\.|$)"
)
ROOM = re.compile(r"(steward|tests|tools)(\.|$)")
REACHES = ("django", "subprocess", "sqlite3", "psycopg", "multiprocessing", "playwright", "importlib")


@cache
def touches_no_database(path: Path) -> bool:
    """Whether a module of the tests imports pure code only."""
    return all(_harmless(name) for name in _imports(ast.parse(path.read_text())))


def _imports(tree: ast.Module) -> set[str]:
    """The modules named anywhere in it, whole; of ``from tests.billing import samples`` the module ``samples`` too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _harmless(name: str) -> bool:
    if name.split(".")[0] in REACHES:
        return False
    if not ROOM.match(name) or PURE.match(name):
        return True
    place = _module(name)
    return name.startswith("tests.") and place is not None and touches_no_database(place)


def _module(name: str) -> Path | None:
    """The file of a module, or of the module that a name stands in; None for a package."""
    for dotted in (name, name.rpartition(".")[0]):
        file = ROOT / (dotted.replace(".", "/") + ".py")
        if file.exists():
            return file
    return None
