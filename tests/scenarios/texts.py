"""Texts that some YAML readers read as another type, or as null."""

WORDS = (
    "y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF",
    "true", "True", "TRUE", "tRuE", "false", "False", "FALSE", "null", "Null", "NULL", "nUlL", "~", "none", "None",
    "nan", "NaN", ".nan", ".NaN", "inf", "Infinity", ".inf", "-.inf", "+.Inf", "<<", "=", "t", "f", "undefined",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "+1", "1e3", "1E3", "1e+3", "12e5", "7e12345", "7e123", "1.0", "1.", ".5", "1_000", "_1", "1__0", "1,5",
    "0098123", "007", "010", "0o17", "0O17", "0x1F", "0X1f", "0b101", "0B1", "1:30", "190:20:30", "1:30.5", "-1:2",
    "123456789012345678901234567890", "1e400", "e3", "E5", "0e0", "0x", "0o8", "1e", "1e3a", "1.2.3", "1-2", "+", "-",
    "2026-11-26", "2026-11-26T10:00:00Z", "2026-1-1", "10:00", "0.1Gi", "500m", "1000", "\u0661", "1\u00a0000",
)  # fmt: skip
MARKS = (
    "", " ", "  ", "a ", " a", "\ta", "a\t", "-", "- a", "-a", "--", "---", "--- a", "...", "...a", "?", "? a", ":",
    "a:", ": a", "a: b", "a:b", "::", "#", "#a", "a #b", "a#b", "&a", "*a", "!a", "!!str a", "|", "|-", ">", ">-", "%a",
    "@a", "`a", "'", "''", '"', '""', "'a'", '"a"', "it's", 'say "hi"', "a\\", "\\n", "\\u0041", "[", "]", "[]", "[a]",
    "{", "}", "{}", "{a: b}", "{{ a }}", "${a}", ",", "a,b", "a, b", "request.headers[kubeflow-userid]", "*/api",
    "CN=Ann, O=Example", "ann@example.com", "cluster.local/ns/kubeflow/sa/kfp-ui", "key: |", "/", "//", "a//b",
)  # fmt: skip
LINES = (
    "a\nb", "a\n", "\na", "\n", "a\n\nb", "a\n---\nb", "---\na", "a\n...\nb", "a\n# b", "a\n  b\n c", "  a\nb",
    "a \nb", "a\r\nb", "a\rb", "a\u0085b", "a\u2028b", "a\u2029b", "a\x0bb", "a\x0cb", "a\ttab\nb", "- a\n- b",
)  # fmt: skip
CHARACTERS = (
    "\x00", "a\x00b", "\x07", "\x08", "\x1b[31m", "\x7f", "\x80", "\x9f", "\u00a0", "a\u00a0", "\u00ad", "\u200b",
    "\u202e", "\u2060", "\u3000", "\ufeff", "\ufeffa", "\ufffd", "\ufffe", "\uffff", "\ue000", "é", "e\u0301", "用户",
    "\U0001f600", "\U0001f468\u200d\U0001f469", "\U000e0001", "\U0010ffff", "\u0300", "\u05d0\u05d1", "a" * 5_000,
)  # fmt: skip

ALL = (*WORDS, *NUMBERS, *MARKS, *LINES, *CHARACTERS)
