"""Problems of documents as SARIF 2.1.0, which code scanning reads. Pure.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub needs of
it:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
"""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from profiles_management.cli.places import PathOf, message
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.describe import Data

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif(
    problems: Sequence[Problem], warnings: Sequence[Problem], path_of: PathOf, version: str
) -> Data:
    """Return one run with a result for each problem and each warning; the codes are the rules.

    Args:
        path_of: returns the path of a document in the repository, '' for none.
        version: of this program.
    """
    codes = sorted({problem.code for problem in (*problems, *warnings)})
    rules = [{"id": code, "shortDescription": {"text": code.replace("-", " ")}} for code in codes]
    driver = {"name": "profiles-management", "version": version, "rules": rules}
    results = [
        *_results("error", problems, codes, path_of),
        *_results("warning", warnings, codes, path_of),
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _results(
    level: str, problems: Iterable[Problem], codes: list[str], path_of: PathOf
) -> Iterable[Data]:
    for problem in problems:
        path = path_of(problem.where.file)
        yield {
            "ruleId": problem.code,
            "ruleIndex": codes.index(problem.code),
            "level": level,
            "message": {"text": message(problem, path)},
            "locations": _locations(problem, path),
        }


def _locations(problem: Problem, path: str) -> list[Data]:
    if not path:
        return []
    artifact = {"uri": quote(path), "uriBaseId": "%SRCROOT%"}
    return [{"physicalLocation": {"artifactLocation": artifact, "region": _region(problem)}}]


def _region(problem: Problem) -> Data:
    where = problem.where
    # code scanning needs a line, also for a whole document
    region = {"startLine": max(where.line, 1)}
    if where.column:
        region |= {"startColumn": where.column, "endColumn": where.column + max(problem.width, 1)}
    return region
