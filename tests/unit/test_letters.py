"""Dead letters on a terminal: their addresses, and their bytes made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.cli.arguments import parse
from rtdash.model.letter import LetterAddress
from rtdash.model.payload import is_printable, shown
from rtdash.model.text import plain


@pytest.mark.parametrize(
    "text",
    ["donations:0:17", "clickstream:12:9007199254740993@Vd7-x_0aQ", "a.b-c_d:3:0@·", "donations:-1:1800000000000000"],
)
def test_an_address_is_read_as_it_is_printed(text):
    assert str(LetterAddress.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "donations",
        "donations:0",
        "donations:0:",
        "donations:-2:2",
        "donations:0:1@",
        "a b:0:1",
        "donations:0:1:2",
        "donations:٣:1",
        "donations:0:1\n",
        "donations:0:9999999999999999999",
        "donations:0:1@a b",
    ],
)
def test_anything_else_is_no_address(text):
    with pytest.raises(ValueError, match="allowed: TOPIC:PARTITION:OFFSET"):
        LetterAddress.parse(text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["show", "donations/0/1"], "'donations/0/1': allowed: TOPIC:PARTITION:OFFSET"),
        (["show", "orders:0:1"], "topic 'orders': allowed: donations, clickstream"),
        (["replay", "donations:0:1", "x"], "'x': allowed: TOPIC:PARTITION:OFFSET"),
        (["list", "--limit=0"], "'0': allowed: 1 or more"),
        (["list", "--topic=orders"], "invalid choice: 'orders'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_is_allowed(capsys, typed, said):
    with pytest.raises(SystemExit) as caught:
        parse(["dead-letters", *typed])
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_text_is_shown_by_its_lines():
    payload = '{"name":\t"Nîmes\x1b[2J"}\n\u202eend'.encode()
    assert list(shown(payload, 100)) == ['{"name":·"Nîmes·[2J"}', "·end"]
    assert not is_printable(payload)
    assert is_printable("Nîmes\nBéziers\n".encode())


def test_what_is_no_text_is_shown_in_hexadecimal():
    assert list(shown(b"\xff\x00GET / HTTP/1.1\r\n", 100)) == [
        "00000000  ff 00 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31  ··GET / HTTP/1.1",
        "00000010  0d 0a                                            ··",
    ]


def test_what_is_long_is_cut_between_characters():
    assert list(shown("é".encode() * 10, 5)) == ["éé"]
    assert list(shown(b"\xff" * 100, 17))[1].split() == ["00000010", "ff", "·"]


@given(st.binary() | st.text().map(str.encode), st.integers(0, 64))
def test_nothing_that_is_shown_steers_a_terminal(payload, most):
    assert all(plain(line) == line for line in shown(payload, most))
    if is_printable(payload):
        assert "\n".join(shown(payload, len(payload))).encode() == payload
