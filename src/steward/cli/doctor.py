"""What is set up, what is missing, what is at risk, each with the fix."""

from __future__ import annotations

import argparse

from steward.cli.answer import Answer


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: argparse.Namespace) -> Answer:
    """Always exit 0: a risk is an answer, not a failure of the command."""
    from steward.core.health import examine

    found = examine()
    lines = []
    for check in found:
        lines.append(f"{'ok  ' if check.ok else 'LOOK'}  {check.check:<20} {check.found}")
        if not check.ok:
            lines += [f"      {line}" for line in (check.risk, f"Fix: {check.fix}" if check.fix else "") if line]
    bad = sum(not check.ok for check in found)
    lines.append(f"{len(found) - bad} in order, {bad} to look at.")
    return Answer([check.as_json() for check in found], words="\n".join(lines))
