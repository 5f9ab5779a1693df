"""What could not be used is listed, shown and loaded after all."""

from __future__ import annotations

import json
import sys

from letters import COUNTERS, LETTERS, Letters

from rtdash.settings import Settings


def addresses(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if ":" in line.split()[0]]


# ── list and show ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_newest_letters_come_first_and_the_rest_is_counted(
    dead_donations: Letters, dead_events: Letters, dead_letters
):
    both = Settings(donations_dsn=dead_donations.settings.donations_dsn, citus_dsn=dead_events.settings.citus_dsn)
    run = dead_letters(both)
    assert run("list") == (0, "no dead letters\n", "")
    assert run("list", "--replayed") == (0, "no dead letter was replayed\n", "")
    dead_donations.bury(b"x" * 1234, b"", partition=3)
    dead_events.bury(b"{")
    dead_donations.bury(b"\xff", reason="\x1b[2Jcity: \u202eno")
    status, said, _ = run("list")
    assert status == 0
    assert addresses(said) == ["donations:0:0", "clickstream:0:0", "donations:3:1", "donations:3:0"]
    assert said.splitlines()[0].endswith("1 B  ·[2Jcity: ·no")
    assert said.splitlines()[-1].endswith("1,234 B  no use")
    assert addresses(run("list", "--topic=clickstream")[1]) == ["clickstream:0:0"]
    _, said, _ = run("list", "--limit=1")
    assert said.splitlines()[1:] == ["and 3 more: --limit N"]
    _, said, _ = run("list", "--limit=3", "--json")
    assert "\x1b" not in said
    listed = json.loads(said)
    assert listed["more"] == 1
    assert [letter["address"] for letter in listed["letters"]] == [
        "donations:0:0", "clickstream:0:0", "donations:3:1"
    ]  # fmt: skip
    first = listed["letters"][0]
    assert (first["size_bytes"], first["reason"], first["replayed_at"]) == (1, "\x1b[2Jcity: \u202eno", None)
    assert first["recorded_at"].endswith("+00:00")


def test_a_letter_is_shown_with_its_bytes(dead_donations: Letters, monkeypatch):
    letters = dead_donations
    letters.bury("{\n\x1b]0;owned\x07é}".encode(), b"\x00\xff" * 5000, b"fine")
    status, said, _ = letters.run("show", f"{letters.topic}:0:0")
    assert status == 0
    assert "\x1b" not in said
    assert said.splitlines()[0].split() == ["address", f"{letters.topic}:0:0"]
    assert said.splitlines()[-3:] == ["its bytes:", "{", "·]0;owned·é}"]
    _, said, _ = letters.run("show", f"{letters.topic}:0:1")
    assert "00000000  00 ff 00 ff" in said
    assert said.splitlines()[-1] == "… and 5,904 B more; --raw writes what was received, whole"
    assert letters.run("show", "--raw", f"{letters.topic}:0:0")[1] == "{\n\x1b]0;owned\x07é}"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for offset in (0, 1):
        status, said, errors = letters.run("show", "--raw", f"{letters.topic}:0:{offset}")
        assert (status, said) == (2, "")
        assert errors == (
            f"rtdash: {letters.topic}:0:{offset}: its bytes are not printable, and standard output is a terminal\n"
        )
    assert letters.run("show", "--raw", f"{letters.topic}:0:2")[1] == "fine"


def test_of_two_lives_of_a_topic_the_newer_has_the_short_address(letters: Letters):
    letters.bury(b"old", b"older alone", incarnation="first")
    letters.bury(b"new", incarnation="second")
    place = f"{letters.topic}:0:0"
    assert addresses(letters.run("list")[1]) == [place, f"{letters.topic}:0:1", f"{place}@first"]
    assert letters.run("show", "--raw", place)[1] == "new"
    assert letters.run("show", "--raw", f"{place}@first")[1] == "old"
    assert letters.run("show", "--raw", f"{place}@second")[1] == "new"
    assert letters.run("show", "--raw", f"{letters.topic}:0:1")[1] == "older alone"
    assert letters.run("show", f"{place}@third")[0] == 2


# ── replay ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_todays_rules_take_is_loaded_and_the_rest_stays(letters: Letters):
    letters.bury(letters.message(1), letters.invalid(), letters.message(2))
    before = letters.ask(LETTERS)
    status, said, _ = letters.run("replay", "--all")
    assert status == 1
    stays, summary = said.splitlines()
    assert stays.startswith(
        f"✗ {letters.topic}:0:1  {'city' if letters.topic == 'donations' else 'country'}: Input should"
    )
    assert summary == "2 loaded, 1 dead"
    assert letters.stored() == 2
    assert letters.ask(COUNTERS) == [("a life", 0, 3, 2, 1, 0, 0)]
    after = letters.ask(LETTERS)
    assert [bool(row[5]) for row in after] == [False, True, False]
    assert [(*row[:5], row[6]) for row in after] == [(*row[:5], row[6]) for row in before]
    assert addresses(letters.run("list")[1]) == [f"{letters.topic}:0:1"]
    assert addresses(letters.run("list", "--replayed")[1]) == [f"{letters.topic}:0:2", f"{letters.topic}:0:0"]
    if letters.topic == "donations":
        assert letters.ask("SELECT COUNT(*) FROM donation_arrivals") == [(0,)], "nobody measures a delay by it"
        assert letters.ask("SELECT COUNT(*) FROM ingest_batches") == [(0,)], "it is no batch of ingest"


def test_a_letter_is_loaded_once(letters: Letters):
    letters.bury(letters.message(1), letters.message(2))
    address = f"{letters.topic}:0:0"
    assert letters.run("replay", address, address) == (0, "1 loaded\n", "")
    assert letters.run("replay", address, f"{letters.topic}:0:1") == (0, "1 loaded, 1 replayed before\n", "")
    assert letters.run("replay", "--all") == (0, "no dead letters\n", "")
    assert letters.stored() == 2
    assert letters.ask(COUNTERS) == [("a life", 0, 2, 2, 0, 0, 0)]


def test_corrected_bytes_are_loaded_in_place_of_its_own(letters: Letters, tmp_path):
    letters.bury(letters.invalid())
    address = f"{letters.topic}:0:0"
    file = tmp_path / "corrected.json"
    file.write_bytes(letters.invalid())
    status, said, _ = letters.run("replay", address, f"--file={file}")
    assert (status, said.splitlines()[-1]) == (1, "1 dead")
    assert letters.ask(LETTERS)[0][5:] == (True, None)
    file.write_bytes(letters.message())
    assert letters.run("replay", address, f"--file={file}") == (0, "1 loaded\n", "")
    assert letters.run("replay", address, f"--file={file}") == (0, "1 replayed before\n", "")
    ((*_, payload, _, waits, correction),) = letters.ask(LETTERS)
    assert (payload, bool(waits), correction) == (letters.invalid(), False, letters.message())
    assert letters.stored() == 1
    said = letters.run("show", address)[1]
    assert said.index("its bytes:") < said.index("loaded in its place:")
    assert letters.run("show", "--raw", address)[1].encode() == letters.invalid()
    assert json.loads(letters.run("list", "--replayed", "--json")[1])["letters"][0]["correction_bytes"] == len(
        correction
    )


def test_a_donation_that_is_there_already_is_a_duplicate(dead_donations: Letters):
    letters = dead_donations
    letters.bury(letters.message(1), letters.message(1, total_amount=9.5), letters.message(2))
    assert letters.run("replay", "--all") == (0, "2 loaded, 1 duplicate\n", "")
    assert letters.stored() == 2
    assert letters.ask(COUNTERS) == [("a life", 0, 3, 2, 0, 1, 0)]


def test_the_outcome_as_json(dead_donations: Letters):
    letters = dead_donations
    letters.bury(letters.message(1), letters.invalid(), incarnation="first")
    letters.bury(b"{", incarnation="second")
    status, said, errors = letters.run("replay", "--all", "--json")
    assert (status, errors) == (1, "")
    outcome = json.loads(said)
    assert {name: outcome[name] for name in ("loaded", "duplicate", "replayed_before", "dead")} == {
        "loaded": 1, "duplicate": 0, "replayed_before": 0, "dead": 2
    }  # fmt: skip
    assert [letter["address"] for letter in outcome["still_dead"]] == [f"{letters.topic}:0:1", f"{letters.topic}:0:0"]
    assert all(letter["reason"] for letter in outcome["still_dead"])


UNCLEAR = {
    (): "allowed: addresses, or --all",
    ("donations:0:0", "--all"): "allowed: addresses, or --all",
    ("donations:0:0", "--topic=donations"): "--topic: allowed with --all",
    ("donations:0:0", "donations:0:1", "--file=x"): "--file: allowed with one address",
    ("--all", "--file=x"): "--file: allowed with one address",
    ("donations:0:0", "--file=/nowhere/x"): "--file /nowhere/x: No such file or directory",
    ("donations:0:0", "donations:0:9"): "there is no dead letter donations:0:9;",
    ("donations:0:0@another",): "there is no dead letter donations:0:0@another;",
    ("donations:0:0", "clickstream:0:0"): "no database is set where dead letters are kept: RTDASH_CITUS_DSN",
    ("--all", "--topic=clickstream"): "no database is set where dead letters are kept: RTDASH_CITUS_DSN",
}


def test_what_is_not_clear_loads_nothing(dead_donations: Letters):
    dead_donations.bury(dead_donations.message())
    for typed, said in UNCLEAR.items():
        status, out, errors = dead_donations.run("replay", *typed)
        assert (status, out) == (2, ""), typed
        assert said in errors
        assert errors.count("\n") == 1
    assert dead_donations.stored() == 0
    assert dead_donations.run("list", "--topic=clickstream")[0] == 2
    assert dead_donations.run("show", "clickstream:0:0")[0] == 2
