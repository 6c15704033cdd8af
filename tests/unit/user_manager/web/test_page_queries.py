"""The queries of a page do not grow with what it shows."""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_visitors import ANN, OLGA, ROOT, administrator, ask, browser, grant, profile

pytestmark = pytest.mark.django_db

PAGES = [
    (ANN, "/", 8),
    (ANN, "/history", 5),
    (ANN, "/ask", 7),
    (OLGA, "/requests", 6),
    (OLGA, "/modules", 7),
    (OLGA, "/modules/ml", 11),
    (OLGA, "/modules/ml/reviews", 8),
    (ROOT, "/administration/users", 6),
    (ROOT, "/administration/systems", 8),
    (ROOT, "/administration/events", 4),
]


@pytest.mark.parametrize(("visitor", "path", "most"), PAGES)
def test_a_page_sends_a_few_queries_however_much_it_shows(
    visitor: str, path: str, most: int
) -> None:
    administrator()
    profile("ml", review_days=30)
    for number in range(6):
        profile(f"web-{number}")
        grant(ANN, f"web-{number}")
        grant(f"held-{number}@example.com", "ml")
        ask(f"asks-{number}@example.com", "ml", reason="x")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser(visitor).get(path).status_code == 200
    assert len(queries) <= most, [query["sql"][:100] for query in queries]


def test_a_page_sends_no_more_queries_where_everything_is_logged() -> None:
    profile("ml")
    grant(ANN, "ml")
    visitor = browser(ANN)
    counts = []
    for level in (logging.INFO, logging.DEBUG):
        logging.getLogger().setLevel(level)
        with CaptureQueriesContext(connection) as queries:
            assert visitor.get("/").status_code == 200
        counts.append(len(queries))
    logging.getLogger().setLevel(logging.INFO)
    assert counts[0] == counts[1]
