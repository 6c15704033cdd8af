"""Check the document of a databag as the charm does, in a separate process; print the cost.

Run it as `python judging.py FILE`, with the databag as JSON. It prints seconds, bytes of memory,
the number of problems, and the code of the last one.
"""

import json
import sys
import time
from pathlib import Path

from charms.profiles_management.v0 import profiles_management as library
from profiles_charm.config import Config
from profiles_management.pmr import DocumentError, Rules, documents
from profiles_management.pmr.document_limits import Limits

DEFAULTS = Config().settings()
RULES = Rules(
    trusted=False,
    limits=Limits.of(DEFAULTS.untrusted_max_profiles, DEFAULTS.untrusted_max_contributors),
)


def judged(databag: dict[str, str], rules: Rules = RULES) -> list[str]:
    """Return the codes of the problems of the document in a databag."""
    read = library._read(databag, "document", "teams", "profiles-management")
    if read.text is None:
        return [read.problem]
    try:
        documents.loads(read.text, name="teams", rules=rules, additions=True)
    except DocumentError as error:
        str(error)
        return [problem.code for problem in error.problems]
    return []


def main() -> None:
    databag = json.loads(Path(sys.argv[1]).read_text())
    began = time.process_time()
    codes = judged(databag)
    status = Path("/proc/self/status").read_text().split()
    most = int(status[status.index("VmHWM:") + 1]) * 1024  # which no parent process is counted in
    sys.stdout.write(
        json.dumps([time.process_time() - began, most, len(codes), codes[-1] if codes else ""])
    )


if __name__ == "__main__":
    main()
