"""Sources of documents: what a source is, how all are read and merged, and the report for each."""

from profiles_management.sources.answer import answer_data
from profiles_management.sources.gathering import Gathered, Reading, merged, read_each
from profiles_management.sources.source import (
    AnsweringSource,
    CatalogueContributor,
    CatalogueProfile,
    Document,
    NothingToRead,
    ProfileState,
    RefusedPerson,
    Source,
    SourceReport,
)
from profiles_management.sources.source_report import applied_report, report_for, unfinished_reason
from profiles_management.sources.trust import SEARCHED, Trust

__all__ = [
    "SEARCHED",
    "AnsweringSource",
    "CatalogueContributor",
    "CatalogueProfile",
    "Document",
    "Gathered",
    "NothingToRead",
    "ProfileState",
    "Reading",
    "RefusedPerson",
    "Source",
    "SourceReport",
    "Trust",
    "answer_data",
    "applied_report",
    "merged",
    "read_each",
    "report_for",
    "unfinished_reason",
]
