"""Which campaign the keys act on."""

from __future__ import annotations

from collections.abc import Sequence

from rtdash.widgets.drawing.record import Record, campaign_id, newest


class Cursor:
    """Stays with a campaign once somebody has chosen it, wherever its row goes; before that it is on the newest that
    runs, or else is planned, or else the one that ended last.
    """

    def __init__(self) -> None:
        self._followed: int | None = None

    def follow(self, campaign_id: int | None) -> None:
        """Stay with this campaign, or with none."""
        self._followed = campaign_id

    def on(self, records: Sequence[Record]) -> int | None:
        """The campaign that is chosen among these; None when there is none. One that is gone is no longer followed."""
        ids = [campaign_id(record) for record in records]
        if self._followed in ids:
            return self._followed
        self._followed = None
        first = newest(records)
        return None if first is None else campaign_id(first)

    def move(self, records: Sequence[Record], rows: int) -> None:
        """Choose the campaign so many rows below, or above when negative, as far as there are some."""
        ids = [campaign_id(record) for record in records]
        if ids:
            row = ids.index(chosen) if (chosen := self.on(records)) in ids else 0
            self._followed = ids[max(0, min(row + rows, len(ids) - 1))]
