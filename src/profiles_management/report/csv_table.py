"""A table as CSV that a spreadsheet opens without running what is in it."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from profiles_management.reconcile.lines import printable

# What a spreadsheet may take for the beginning of a formula, full-width forms included. A tab, CR
# or LF is none of them here, because what is not printable is escaped first. Source:
# https://owasp.org/www-community/attacks/CSV_Injection Where the list separator is a semicolon, a
# spreadsheet also begins a cell after each one.
_FORMULA = re.compile(r'(^|;)(?=[ "]*[=+\-@\uff1d\uff0b\uff0d\uff20])')


def csv_text(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a table as CSV with a header, by RFC 4180.

    What is not printable is escaped as on a terminal (`\n`, `\x1b`). A cell that a spreadsheet
    could take for a formula gets an apostrophe in front, and so does what follows a semicolon.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\1'", printable(text))
