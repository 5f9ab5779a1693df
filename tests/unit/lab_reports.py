"""What the lab tells of two stores, from its first line to its last."""

from __future__ import annotations

from dataclasses import replace

from rtdash.model.lab import Cell, LabReport, Phase, Ratio, Subject

_TITLES = (
    "Donations",
    "Total amount",
    "Best city and organisation",
    "Amount by city",
    "Amount by organisation",
    "Last 35 s by city",
    "Last 28 s by organisation",
)
NAMES = ("baseline", "indexed", "sharded", "timesorted", "rollup")
QUERIES = tuple((f"{number:02}", title) for number, title in enumerate(_TITLES, start=1))
ROWS = 3_000_000

SUBJECTS = (
    Subject("baseline", "The workshop's first table", "workshop", "One table, and its primary key alone."),
    Subject("indexed", "Its seven indexes", "workshop", "An index on each column that a query names."),
    Subject(
        "sharded",
        "Its SHARD KEY and SORT KEY",
        "workshop",
        "Rows of a city lie together, in the order of time.",
        differs="MariaDB has no shards: here it is the clustered PRIMARY KEY (city, transaction_date, transaction_id).",
    ),
    Subject(
        "timesorted",
        "Sorted by time",
        "workshop",
        "A window of seconds is read where it lies.",
        differs="MariaDB has no columnstore: here it is the clustered PRIMARY KEY (transaction_date, transaction_id).",
    ),
    Subject("rollup", "Sums kept at ingest", "ours", "What is asked for is kept, not computed."),
)
_OVER_ALL = {"indexed": (2.68, 2.51, 2.74), "sharded": (1.14, 0.99, 1.31), "timesorted": (4.1, 3.9, 4.4)}
_FIGURES = {
    # p50 of each query in ms, fill and ingest rows/s, campaign start in ms and rows.
    "baseline": ((702.0, 731.4, 1204.0, 1180.2, 1034.0, 811.5, 790.3), 214_000.0, 41_200.0, 9_412.0, 1_500_000),
    "indexed": ((380.4, 702.2, 1310.0, 1244.8, 1099.1, 34.1, 29.8), 61_000.0, 12_300.0, 30_150.0, 1_500_000),
    "sharded": ((688.3, 720.5, 905.1, 870.6, 1011.9, 640.2, 780.0), 188_000.0, 33_900.0, 8_950.0, 1_500_000),
    "timesorted": ((695.0, 728.7, 1189.5, 1172.3, 1021.4, 6.3, 5.1), 209_000.0, 40_100.0, 9_206.0, 1_500_000),
    "rollup": ((0.6, 0.7, 0.8, 0.7, 0.6, 1.4, 1.2), 176_000.0, 36_800.0, 2.1, 1),
}
VERDICT = (
    "rollup: 1,050 times as fast as baseline (612 … 1,340) over all queries, ingest at 0.89 of baseline.",
    "timesorted: only the two windows of seconds gain, 129 and 155 times; nothing else differs.",
    "indexed: the windows gain, two queries lose; ingest at 0.30 of baseline: its indexes cost more than they give.",
    "sharded: 1.02 times as fast (0.99 … 1.31): no difference shown.",
)

EMPTY = LabReport("donations", "MariaDB 10.11, buffer pool 128 MB", ROWS, 1, 0, 200.0, "baseline")


def filling(done: float = 0.2) -> LabReport:
    """The layouts as they are filled, `done` of all there is to do."""
    subjects = tuple(
        replace(subject, rows=int(ROWS * min(1.0, done / 0.5)), fill_rows_per_s=_FIGURES[subject.name][1])
        for subject in SUBJECTS
    )
    return replace(
        EMPTY,
        subjects=subjects,
        queries=QUERIES,
        phase=Phase.FILLING,
        doing="chunk 12 of 30: sharded",
        done=done,
        left_s=412.0,
    )


def _ratio(query: int, name: str) -> Ratio | None:
    if name == "baseline":
        return None
    value = _FIGURES["baseline"][0][query] / _FIGURES[name][0][query]
    return Ratio(value, 0.94 * value, 1.05 * value, 0.984, 7)


def _cell(query: int, name: str, count: int) -> Cell:
    p50_ms = _FIGURES[name][0][query]
    return Cell(
        QUERIES[query][0],
        name,
        count,
        p50_ms,
        1.2 * p50_ms,
        count if p50_ms > 200 else 0,
        20 if name == "rollup" else ROWS,
        _ratio(query, name),
    )


def _compared(subject: Subject) -> Subject:
    value, low, high = _OVER_ALL.get(subject.name, (1050.0, 612.0, 1340.0))
    return subject if subject.name == "baseline" else replace(subject, ratio=Ratio(value, low, high, 0.984, 7))


def measuring(measured: int = len(SUBJECTS)) -> LabReport:
    """The first round, when so many layouts have had their turn."""
    filled = filling(0.5)
    cells = [_cell(query, subject.name, 3) for subject in SUBJECTS[:measured] for query in range(len(QUERIES))]
    return replace(
        filled,
        run=1,
        subjects=(*map(_compared, filled.subjects[:measured]), *filled.subjects[measured:]),
        cells=tuple(cells),
        phase=Phase.MEASURING,
        doing="round 2 of 7: indexed",
        done=0.61,
        left_s=96.0,
    )


def done() -> LabReport:
    """All of it."""
    subjects = tuple(
        replace(
            _compared(subject),
            rows=ROWS + 41_000,
            fill_rows_per_s=fill,
            ingest_rows_per_s=ingest,
            start_ms=start_ms,
            start_rows=start_rows,
        )
        for subject in SUBJECTS
        for _, fill, ingest, start_ms, start_rows in [_FIGURES[subject.name]]
    )
    cells = tuple(_cell(query, subject.name, 21) for subject in SUBJECTS for query in range(len(QUERIES)))
    return replace(
        measuring(),
        subjects=subjects,
        cells=cells,
        phase=Phase.DONE,
        doing="",
        done=1.0,
        left_s=0.0,
        verdict=VERDICT,
    )


def clickstream() -> LabReport:
    """The other store, done."""
    figures = {"raw": 412.0, "rollups": 3.1, "live": 1.2}
    queries = (("08", "Last 15 minutes"), ("10", "By hour"), ("12", "Top devices"))
    subjects = tuple(
        Subject(name, name.capitalize(), "workshop" if name != "live" else "ours", "", rows=900_000) for name in figures
    )
    cells = tuple(
        Cell(
            query,
            name,
            21,
            p50_ms,
            1.1 * p50_ms,
            21 if p50_ms > 200 else 0,
            None,
            None if name == "raw" else Ratio(412.0 / p50_ms, 300.0 / p50_ms, 450.0 / p50_ms, 0.984, 7),
        )
        for query, _ in queries
        for name, p50_ms in figures.items()
    )
    return replace(
        EMPTY,
        store="clickstream",
        server="PostgreSQL 15",
        baseline="raw",
        rows=900_000,
        run=1,
        subjects=subjects,
        queries=queries,
        cells=cells,
        phase=Phase.DONE,
        done=1.0,
        verdict=("live: 343 times as fast as raw (250 … 375).",),
    )
