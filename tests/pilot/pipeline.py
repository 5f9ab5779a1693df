"""Injected samples of the page of the pipeline: ingest at work, and SingleStore's pipeline after an error."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from rtdash.model.data import Data, Table
from tests.pilot.cluster import NOW

_PIPELINE = ("pipeline", "state", "seen", "lag", "rows/s", "batches/s", "errors", "last error")
_LAG = ("partition", "next offset", "end", "lag", "errors", "updated")
_BATCHES = ("begun", "state", "rows", "rows/s", "ms", "errors", "duplicates")
_LETTERS = ("recorded", "address", "reason", "message")
_ERRORS = ("recorded", "batch", "partition", "code", "reason", "message")


def _ago(seconds: float) -> Any:
    return NOW - timedelta(seconds=seconds)


def _letters(*numbers: int, partition: int = 2) -> Table:
    return Table(
        _LETTERS,
        tuple(
            (
                _ago(90.4 + 400 * rank), f"donations:{partition}:{number}",
                "city: Input should be 'Amiens', 'Brest' or 'Pau'",
                f'{{"transaction_id": {number}, "city": "Atlantis", "latitude": 43.2951, "longitude": -0.3708}}',
            )
            for rank, number in enumerate(numbers)
        ),
        tuple("error" if not rank else None for rank in range(len(numbers))),
    )  # fmt: skip


PIPELINE: dict[str, Data] = {
    "25_pipeline": Table(
        _PIPELINE,
        (("rtdash ingest", "running", _ago(0.2), 212, Decimal(2004), Decimal("19.6"), 1, _ago(90.4)),),
        ("error",),
    ),
    "26_lag": Table(
        _LAG,
        (
            (0, 96_101, 96_140, 39, 0, _ago(0.2)),
            (1, 96_055, 96_118, 63, 0, _ago(0.2)),
            (2, 96_020, 96_130, 110, 2, _ago(0.2)),
            (3, 95_802, 95_802, 0, 0, _ago(0.2)),
        ),
        (None,) * 4,
    ),
    "27_batches": Table(
        _BATCHES,
        tuple(
            (_ago(0.05 + rank / 20), "succeeded", 102 + 7 * rank % 31, Decimal(9_804 + 411 * rank % 1_307),
             Decimal("10.4") + rank % 3, int(rank == 4), 0)
            for rank in range(50)
        ),
        tuple("warn" if rank == 4 else None for rank in range(50)),
    ),
    "28_dead_letters": _letters(95_988, 71_204),
}  # fmt: skip

BROKEN: dict[str, Data] = {
    "25_pipeline": Table(
        _PIPELINE,
        (("donations", "error", _ago(41.7), 48_211, Decimal(0), Decimal("0.0"), 3, _ago(41.7)),),
        ("error",),
    ),
    "26_lag": Table(
        _LAG,
        tuple(
            (partition, 96_101 - partition, 96_101 - partition + lag, lag, errors, _ago(41.7))
            for partition, lag, errors in ((0, 12_040, 1), (1, 12_102, 0), (2, 11_990, 1), (3, 12_079, 0))
        ),
        ("warn",) * 4,
    ),
    "27_batches": Table(
        _BATCHES,
        (
            (_ago(41.9), "failed", None, None, Decimal("212.0"), 1, None),
            (_ago(42.1), "succeeded", 204, Decimal(11_204), Decimal("18.2"), 1, None),
            (_ago(42.2), "succeeded", 198, Decimal(10_930), Decimal("18.1"), 0, None),
        ),
        ("error", "warn", None),
    ),
    "28_dead_letters": _letters(1_795_442_602_412_001, partition=-1),
    "29_pipeline_errors": Table(
        _ERRORS,
        (
            (_ago(41.7), 20_412, None, "1934", "Cannot get source metadata for pipeline. Broker failed", None),
            (_ago(42.1), 20_411, "0", "2620", "Leaf Error: Invalid JSON value for an object: 'poison'", "poison"),
            (_ago(200.3), 18_020, "2", "2620", "Leaf Error: Invalid JSON value for an object: '{'", '{"city": "Br'),
        ),
        ("error", "warn", "warn"),
    ),
    "delivery": Table(
        ("lag", "dead", "lost", "duplicates", "silent_s", "unseen_s", "trouble"),
        ((48_211, 2, None, None, 41.7, None, "pipeline error"),),
    ),
}  # fmt: skip
"""What SingleStore's views would tell; nothing of the board is different."""
