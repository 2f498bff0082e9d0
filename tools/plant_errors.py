"""Plants the errors of the catalogue of checks into healthy books by seed, each with an innocent twin, for the proof of the checks.

Written from the catalogue's words, never from the checks' code. ``plant(world)`` plants every error (``only`` some of them) and gives
what must be found: the evidence and, where one exists, the entry that cures it; of a twin nothing may be found. What only raw SQL can
do is apart (``raw_plants``).

``python tools/plant_errors.py`` lists them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

if TYPE_CHECKING:
    from planted.world import Planted, World

Plant = Callable[["World"], "list[Planted]"]
#: A thousand lines or twenty signed entries each: planted in some of the seeds only.
SLOW = frozenset({"benford", "round_amounts"})


def plants() -> dict[str, Plant]:
    """Check -> what plants it, those of the books first."""
    from planted import books, money

    return _named([*books.PLANTS, *money.PLANTS])


def raw_plants() -> dict[str, Any]:
    """Those that want the guards away: ``planted.raw.plant`` plants them."""
    from planted import raw

    return {one.__name__: one for one in raw.PLANTS}


def _named(found: Iterable[Any]) -> dict[str, Plant]:
    return {one.__name__: one for one in found}


def plant(world: World, only: Iterable[str] | None = None) -> list[Planted]:
    """Plant the errors in an order drawn by the seed; what must be found of them."""
    known = plants()
    names = sorted(known if only is None else only)
    world.rnd.shuffle(names)
    return [one for name in names for one in known[name](world)]


def main() -> None:
    """List what can be planted."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")
    import django

    django.setup()
    for name, one in {**plants(), **raw_plants()}.items():
        print(f"{name:32} {(one.__doc__ or '').strip()}")


if __name__ == "__main__":
    main()
