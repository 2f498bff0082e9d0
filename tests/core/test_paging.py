"""Pages of reckoned rows."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from steward.core.web.paging import page_of


def page(query: str, rows: int):
    return page_of(RequestFactory().get(f"/x{query}"), list(range(rows)), most=10)


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 25, 100])
def test_the_pages_have_every_row_once_and_in_order(rows: int) -> None:
    seen, at = [], ""
    while True:
        one = page(at, rows)
        seen += one.rows
        assert one.total == rows
        if not one.next_url:
            break
        at = one.next_url
    assert seen == list(range(rows))


@pytest.mark.parametrize(("query", "first"), [("?page=0", 0), ("?page=-3", 0), ("?page=x", 0), ("?page=99", 20), ("?page=9999999999", 0)])
def test_beyond_an_end_is_the_nearest_page(query: str, first: int) -> None:
    assert page(query, 25).rows[0] == first


def test_the_address_keeps_what_else_it_says() -> None:
    one = page("?who=p%26q&page=2", 25)
    assert (one.before_url, one.next_url) == ("?who=p%26q&page=1", "?who=p%26q&page=3")
