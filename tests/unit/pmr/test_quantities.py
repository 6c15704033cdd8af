"""Quantities have the value that Kubernetes gives them."""

import string
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory_api import quantities as of_the_server
from profiles_management.pmr import quantities
from scenarios.quantities import written

SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("1Gi", "1073741824"),
        ("1e3", "1k"),
        ("+2", "2"),
        (2, "2"),
        ("0.5", "500m"),
        (".5", "500m"),
        ("1.", "1"),
        ("0", "0Gi"),
        ("100u", "0.0001"),
        ("1E", "1000P"),
        ("1e-3", "1m"),
    ],
)
def test_two_spellings_of_one_value_are_the_same(one, other):
    assert quantities.same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("1", "1k"), ("1G", "1Gi"), ("1m", "1M"), ("abc", "1"), ("1", "abc")]
)
def test_two_values_are_not(one, other):
    assert not quantities.same(one, other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "1 Gi",
        "1Gb",
        "1K",
        "1kb",
        "--1",
        "1.2.3",
        "1e",
        "1e1.5",
        "0x10",
        "1,5",
        ".",
        "\u0661",
        "1\n",
        "1e999",
        "9" * 101,
    ],
)
def test_what_kubernetes_refuses_is_refused(text):
    with pytest.raises(ValueError, match=r"not a quantity|too large"):
        quantities.parse(text)


@pytest.mark.parametrize("value", [True, False])
def test_a_yes_or_no_is_no_quantity_even_after_a_number(value):
    quantities.parse(int(value))

    with pytest.raises(ValueError, match="not a quantity"):
        quantities.parse(value)


def test_what_is_finer_than_a_billionth_is_rounded_away_from_zero():
    assert quantities.parse("0.9n") == Fraction(1, 10**9)
    assert quantities.parse("1e-300") == Fraction(1, 10**9)


def test_a_binary_quantity_ends_at_the_largest_number():
    assert quantities.parse("8Ei") == 2**63 - 1


@pytest.mark.parametrize(
    ("written", "stored"),
    [("100u", "1m"), ("1", "1"), ("1.0001", "1001m"), ("0", "0"), ("-100u", "-1m"), (3, "3")],
)
def test_a_quota_stores_thousandths_rounded_away_from_zero(written, stored):
    assert quantities.stored(written) == quantities.parse(stored)


@given(st.integers(0, 10**6), st.integers(0, 999), st.sampled_from(sorted(SUFFIXES)))
def test_a_quantity_is_its_number_times_its_suffix(whole, fraction, suffix):
    exact = Fraction(Decimal(f"{whole}.{fraction:03}")) * Fraction(SUFFIXES[suffix])
    nano = 10**9
    expected = Fraction(-(-exact.numerator * nano // exact.denominator), nano)

    assert quantities.parse(f"{whole}.{fraction:03}{suffix}") == expected


@given(st.text(string.digits + "+-.eEinumkKMGTP ", max_size=8))
def test_any_text_is_read_or_refused(text):
    try:
        quantities.parse(text)
    except ValueError:
        assert not quantities.same(text, "1")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5", "500m"),
        ("0.1Gi", "107374182400m"),
        ("0.5Ki", "512"),
        ("1000", "1k"),
        (1000, "1k"),
        (8, "8"),
        ("1e3", "1e3"),
        ("1000e0", "1e3"),
        ("15e-1", "1500e-3"),
        ("+2", "+2"),
        ("1073741824", "1073741824"),
        ("0.1n", "1n"),
        ("0Gi", "0"),
        ("1Ei", "1Ei"),
        ("100Ei", "9223372036854775807"),
        ("-1.5", "-1500m"),
    ],
)
def test_a_quantity_is_printed_as_kubernetes_prints_it(text, printed):
    assert quantities.canonical(text) == printed


@pytest.mark.parametrize(
    "text", ["1000E", "12000E", "1000000000000000000000", "1230000000000000000000000"]
)
def test_a_number_whose_size_kubernetes_would_lose_is_printed_with_an_exponent(text):
    printed = quantities.canonical(text)

    assert of_the_server.parse(printed).value == quantities.parse(text)
    assert of_the_server.canonical(printed) == printed
    assert of_the_server.parse(of_the_server.canonical(text)).value != quantities.parse(text)


@pytest.mark.parametrize(
    ("text", "printed"), [("0.0001", "1m"), ("100100u", "101m"), ("1.00001Ki", "1024011m")]
)
def test_a_limit_range_has_thousandths(text, printed):
    assert quantities.canonical(text, quantities.MILLI) == printed


@pytest.mark.parametrize("exponent", [quantities.NANO, quantities.MILLI])
def test_what_is_printed_has_the_value_that_is_stored_and_is_printed_unchanged(exponent):
    value = quantities.parse if exponent == quantities.NANO else quantities.stored
    for text in written(5_000):
        printed = quantities.canonical(text, exponent)

        assert value(printed) == value(text), text
        assert quantities.canonical(printed, exponent) == printed, text


@pytest.mark.parametrize("exponent", [quantities.NANO, quantities.MILLI])
def test_the_server_prints_the_same(exponent):
    for text in written(5_000):
        on_server = of_the_server.parse(text).rounded_up(exponent)
        # else Kubernetes loses its size
        if of_the_server.parse(str(on_server)).value == on_server.value:
            assert quantities.canonical(text, exponent) == str(on_server), text
