"""Asks the clickstream's panels as the dashboard does."""

from __future__ import annotations

from typing import Any

import psycopg

from rtdash.model.data import Data
from rtdash.panels.decode import decode
from rtdash.panels.header import read
from rtdash.panels.spec import PanelSpec
from rtdash.resources import sql_folder

PANELS = sorted(sql_folder("citus", "panels").glob("*.sql"))


def panel(number: str) -> PanelSpec:
    """The shipped panel whose file begins with this number."""
    (file,) = (file for file in PANELS if file.stem.startswith(number))
    return read(file)


class Screen:
    """One connection that asks panels, with bound parameters."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def ask(self, number: str, customer_id: int = 1) -> Data:
        """What the panel draws."""
        columns, rows = self._fetch(number, customer_id)
        return decode(panel(number), columns, rows)

    def rows(self, number: str, customer_id: int = 1) -> list[dict[str, Any]]:
        """The rows of the panel's query, by column name."""
        columns, rows = self._fetch(number, customer_id)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def _fetch(self, number: str, customer_id: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor = self.connection.execute(panel(number).sql.encode(), {"customer_id": customer_id})
        return [column.name for column in cursor.description or ()], cursor.fetchall()
