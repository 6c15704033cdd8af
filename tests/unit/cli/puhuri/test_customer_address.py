"""`puhuri:CUSTOMER@URL`: which customer of which portal it means, and what is refused."""

import pytest

from profiles_management.cli.puhuri.customer_address import CustomerAddress

UUID = "6b6e5a6bfd9d4be0a0b1a2d0ce1ed4b9"


@pytest.mark.parametrize(
    ("text", "customer", "name"),
    [
        ("puhuri:Physics@https://h.example", "Physics", "puhuri:Physics@https://h.example"),
        ("puhuri:A%20B@https://h", "A B", "puhuri:A%20B@https://h"),
        ("puhuri:A B@https://h", "A B", "puhuri:A%20B@https://h"),
        ("puhuri:a=b@https://h", "a=b", "puhuri:a%3Db@https://h"),
        ("puhuri:a%40b@https://h", "a@b", "puhuri:a%40b@https://h"),
        ("puhuri:a%3ab@https://h", "a:b", "puhuri:a%3Ab@https://h"),
        ("puhuri:Füsik@https://h", "Füsik", "puhuri:F%C3%BCsik@https://h"),
        (f"puhuri:{UUID}@https://h", UUID, f"puhuri:{UUID}@https://h"),
        (
            "puhuri:6B6E5A6B-FD9D-4BE0-A0B1-A2D0CE1ED4B9@https://h",
            UUID,
            f"puhuri:{UUID}@https://h",
        ),
        ("puhuri:C@HTTPS://H.Example:443/", "C", "puhuri:C@https://h.example"),
        ("puhuri:C@https://h/api/", "C", "puhuri:C@https://h"),
        ("puhuri:C@https://h:8443/portal", "C", "puhuri:C@https://h:8443/portal"),
        ("puhuri:C@http://127.0.0.1:8080", "C", "puhuri:C@http://127.0.0.1:8080"),
        ("puhuri:C@http://[::1]:8080", "C", "puhuri:C@http://[::1]:8080"),
        ("puhuri:C@http://localhost", "C", "puhuri:C@http://localhost"),
    ],
)
def test_it_has_one_name_however_it_is_written(text, customer, name):
    address = CustomerAddress.of(text)

    assert (address.customer, str(address)) == (customer, name)
    assert CustomerAddress.of(name) == address


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("puhuri:", "names no portal"),
        ("puhuri:C", "names no portal"),
        ("puhuri:@https://h", "names no customer"),
        ("puhuri:%20@https://h", "names no customer"),
        ("puhuri:%ff@https://h", "not UTF-8"),
        ("puhuri:\udc80@https://h", "not UTF-8"),
        ("puhuri:a%00b@https://h", "cannot be printed"),
        ("puhuri:a\x1b[31m@https://h", "cannot be printed"),
        ("puhuri:C@", "is not https://HOST"),
        ("puhuri:C@h", "is not https://HOST"),
        ("puhuri:C@https://", "is not https://HOST"),
        ("puhuri:C@http://h", "is for this machine only: write https://"),
        ("puhuri:C@ftp://h", "is not https://HOST"),
        ("puhuri:C@https://h?token=hush", "is not https://HOST"),
        ("puhuri:C@https://h#hush", "is not https://HOST"),
        ("puhuri:C@https://h/a b", "is not https://HOST"),
        ("puhuri:C@https://h/\x1b", "is not https://HOST"),
        ("puhuri:C@https://h:x", "is not https://HOST"),
        ("puhuri:C@https://[h", "is not https://HOST"),
        ("puhuri:C@https://ann:hush@h", "has a user or a password"),
        ("puhuri:ann:hush@https://h", "may have a password"),
        ("puhuri:hush@h@https://h", "is not https://HOST"),
        ("puhuri:C@https://hush@h", "has a user or a password"),
        ("puhuri:ann:hush@h@https://h", "may have a password"),
    ],
)
def test_what_is_refused_is_named_without_repeating_it(text, why):
    with pytest.raises(ValueError, match=why) as caught:
        CustomerAddress.of(text)

    assert "hush" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
