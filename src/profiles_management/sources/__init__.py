"""Sources of documents: what a source is, how all are read and merged, and the report for each."""

from profiles_management.sources.gathering import Gathered, Reading, merged, read_each
from profiles_management.sources.source import (
    AnsweringSource,
    Document,
    NothingToRead,
    ProfileState,
    Source,
    SourceReport,
)
from profiles_management.sources.source_report import applied_report, report_for
from profiles_management.sources.trust import SEARCHED, Trust

__all__ = [
    "SEARCHED",
    "AnsweringSource",
    "Document",
    "Gathered",
    "NothingToRead",
    "ProfileState",
    "Reading",
    "Source",
    "SourceReport",
    "Trust",
    "applied_report",
    "merged",
    "read_each",
    "report_for",
]
