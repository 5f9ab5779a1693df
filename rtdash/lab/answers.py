"""Whether the rollups and the live tables answer as the raw events do, as far as these are rolled up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rtdash.lab.clickstream_session import ClickstreamSession
from rtdash.model.data import Bars, Counts, Line, Number
from rtdash.panels.decode import decode
from rtdash.panels.forms import TOP_N, Form, Forms

_TRIES = 5
"""On Citus a shard may commit a moment before or after the coordinator: answers that differ are asked for again."""
_SEEN = "SELECT last_aggregated_id FROM rollups WHERE name = %(rollup)s"
_RAW_SINCE = "SELECT min(from_time) FROM event_partitions WHERE NOT is_default"
_MANY = 1000
"""Fewer distinct values than that are not told as a share: sketches are exact on a few."""

Values = Mapping[str, Number]
Answer = Bars | Counts | Line
"""What the workshop's questions are drawn as."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing one form's answer with that of raw events."""

    problem: str = ""
    """How they differ, or why they were not compared; empty when they are the same."""
    error_share: float = 0.0
    """By how much a distinct count is off what counting exactly gives, at most."""


def compare(session: ClickstreamSession, question: Forms, form: Form, parameters: Mapping[str, object]) -> Comparison:
    """Ask both at one event and at one moment. Raises SourceError and Stopped."""
    problem = "events came in all the time"
    for _ in range(_TRIES):
        with session.moment():
            seen = {"rollup": question.rollup(form)}
            ((rolled_up_id,),) = session.rows(_SEEN, seen)
            shown = _data(session, question, question.texts[form], parameters)
            if session.rows(_SEEN, seen) != [(rolled_up_id,)]:
                continue
            bound = dict(parameters) | {"rolled_up_id": rolled_up_id}
            ((raw_since,),) = session.rows(_RAW_SINCE)
            since = _since(shown)
            if raw_since is not None and since is not None and raw_since > since:
                problem = f"raw events are kept since {raw_since:%d %b} only"
                break
            raw = _data(session, question, question.rolled_up(), bound)
            differences = list(_differences(shown, raw))
            if not differences:
                exact = _data(session, question, question.rolled_up_exactly(), bound)
                return Comparison(error_share=_error_share(_values(shown), _values(exact)))
            others = f", and {len(differences) - 1} more" * (len(differences) > 1)
            problem = f"{differences[0].format(form=form)}{others}"
    return Comparison(f"{question.title}: {form} and raw cannot be taken for the same: {problem}")


def _data(session: ClickstreamSession, question: Forms, text: str, parameters: Mapping[str, object]) -> Answer:
    data = decode(question.panel, *session.ask(text, parameters))
    assert isinstance(data, Answer)  # noqa: S101 (by the heads of their panels)
    return data


def _differences(shown: Answer, raw: Answer) -> Iterator[str]:
    """One phrase for each value that is another."""
    if isinstance(shown, Bars) and isinstance(raw, Bars):
        yield from _differing_bars(shown, raw)
        return
    if (since := _since(shown)) != (raw_since := _since(raw)):
        yield f"{{form}} begins at {since}, raw at {raw_since}"
    kept, counted = _values(shown), _values(raw)
    for name in dict.fromkeys((*kept, *counted)):
        if kept.get(name) != counted.get(name):
            yield f"{name}: {{form}} {_said(kept.get(name))}, raw {_said(counted.get(name))}"


def _differing_bars(shown: Bars, raw: Bars) -> Iterator[str]:
    """Of equal counts at the end of the list any may be left out; of more devices than are kept, any may be too low."""
    counted = {bar.label: bar.value for bar in raw.items}
    is_whole = len(counted) < TOP_N
    expected = [bar.value for bar in raw.items[: len(shown.items)]]
    if is_whole and len(shown.items) != min(10, len(counted)):
        yield f"{{form}} has {len(shown.items)} bars, raw {min(10, len(counted))}"
    for bar, most in zip(shown.items, expected, strict=False):
        truth = counted.get(bar.label)
        is_right = (bar.value == truth == most) if is_whole else (truth is None or bar.value <= truth)
        if not is_right:
            yield f"{bar.label}: {{form}} {_said(bar.value)}, raw {_said(truth)}"


def _error_share(shown: Values, exact: Values) -> float:
    pairs = [(shown[name], truth) for name, truth in exact.items() if name in shown and truth >= _MANY]
    return max((abs(float(value) / float(truth) - 1.0) for value, truth in pairs), default=0.0)


def _values(data: Answer) -> Values:
    if isinstance(data, Counts):
        return {item.label: item.value for item in data.items}
    if isinstance(data, Line):
        return {
            f"{at:%a %H:%M} {name}": column[place]
            for name, column in zip(data.names, data.columns, strict=True)
            for place, at in enumerate(data.at)
        }
    return {}


def _since(data: Answer) -> datetime | None:
    return data.at[0] if isinstance(data, Line) else data.since


def _said(value: Number | None) -> str:
    return "nothing" if value is None else f"{value:,.0f}"
