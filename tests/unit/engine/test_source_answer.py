"""The answer to a source as data: what a relation and an HTTP request carry."""

from datetime import UTC, datetime, timedelta, timezone

from profiles_management.pmr.classes import ContributorRole, UserKind
from profiles_management.sources import (
    CatalogueContributor,
    CatalogueProfile,
    RefusedPerson,
    SourceReport,
    answer_data,
)

TOKYO = timezone(timedelta(hours=9))


def test_an_answer_lists_profiles_by_state_and_refused_people():
    report = SourceReport(
        profiles={
            "web": ("pending", "its namespace is made"),
            "ml": ("applied", ""),
            "lab": ("failed", "lab is not open"),
            "data": ("applied", ""),
        },
        revision="00aa",
        refused=(RefusedPerson("lab", "ann@example.com", "lab is not open"),),
    )

    assert answer_data(report) == {
        "revision": "00aa",
        "applied": ["data", "ml"],
        "pending": {"web": "its namespace is made"},
        "failed": {"lab": "lab is not open"},
        "refused": [{"profile": "lab", "name": "ann@example.com", "reason": "lab is not open"}],
        "problem": "",
    }


def test_a_catalogue_names_owners_and_contributors_with_ends_in_utc():
    people = (
        CatalogueContributor(UserKind.USER, "ann", ContributorRole.EDIT, None, "config"),
        CatalogueContributor(
            UserKind.GROUP,
            "lab",
            ContributorRole.VIEW,
            datetime(2026, 12, 31, 9, 0, 0, 5, tzinfo=TOKYO),
            "git",
        ),
    )
    profile = CatalogueProfile("ml", UserKind.USER, "boss", people)

    assert answer_data(SourceReport(catalogue=(profile,)))["catalogue"] == [
        {
            "name": "ml",
            "owner": {"kind": "User", "name": "boss"},
            "open": True,
            "contributors": [
                {"kind": "User", "name": "ann", "role": "edit", "until": None, "source": "config"},
                {
                    "kind": "Group",
                    "name": "lab",
                    "role": "view",
                    "until": "2026-12-31T00:00:00Z",
                    "source": "git",
                },
            ],
        }
    ]


def test_an_empty_catalogue_is_sent_and_an_unknown_one_is_not():
    assert answer_data(SourceReport(catalogue=()))["catalogue"] == []
    assert "catalogue" not in answer_data(SourceReport())


def test_a_year_before_1000_has_four_digits():
    ends = datetime(999, 1, 1, tzinfo=UTC)
    person = CatalogueContributor(UserKind.USER, "ann", ContributorRole.EDIT, ends, "git")
    profile = CatalogueProfile("ml", UserKind.USER, "boss", (person,))

    [listed] = answer_data(SourceReport(catalogue=(profile,)))["catalogue"]

    assert listed["contributors"][0]["until"] == "0999-01-01T00:00:00Z"
