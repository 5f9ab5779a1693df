"""What the terminal shows, cell by cell, and what has it show something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.segment import Segment

from rtdash.terminal.cells import pieces
from rtdash.terminal.move import forward, move
from rtdash.terminal.pen import Cell, Pen, Pens, change

RESET = "\x1b[m"
_CLEAR = f"{RESET}\x1b[2J\x1b[H"


@dataclass(slots=True)
class _Run:
    """Cells `x` to `end` of row `y`, drawn with one pen, without a move between them."""

    x: int
    y: int
    end: int


class Canvas:
    """Remembers the cells of a terminal that shows nothing but this.

    `put` says what a part of a row is to show, `frame` what to write for it. The first frame begins with a clear
    screen. A wide character is written whole or not at all.
    """

    def __init__(self, width: int, height: int, pens: Pens) -> None:
        self.width, self.height = width, height
        self._pens = pens
        self._blank = pens.plain.cells[" "]
        self._rows = [[self._blank] * width for _ in range(height)]
        self._shown = [[*row] for row in self._rows]
        """As the last frame left them."""
        self._touched: set[int] = set()
        """Rows that may differ from that."""
        self._pen = pens.plain
        self._x: int | None = None
        """Where the cursor is; None in a column that is not certain."""
        self._y = 0
        self._is_new = True

    def put(self, x: int, y: int, strip: Iterable[Segment]) -> None:
        """What stands in row `y` from column `x` on; it ends with the row at the latest."""
        cells: list[Cell] = []
        for text, style, control in strip:
            if not control:
                cells += map(self._pens.of(style).cells.__getitem__, pieces(text))
        del cells[self.width - x :]
        row, end = self._rows[y], x + len(cells)
        if row[x:end] == cells:
            return
        row[x:end] = cells
        self._touched.add(y)
        # Half of a wide character is a blank.
        halves = [x - 1] if x and row[x - 1].is_wide else []
        halves += [end - 1] if end == self.width and row[end - 1].is_wide else []
        halves += [end] if end < self.width and not row[end].text else []
        for half in halves:
            row[half] = row[half].pen.cells[" "]

    def frame(self, cursor: tuple[int, int] | None = None) -> str:
        """What to write so that all that was put is shown; nothing when it is already.

        The cursor goes to column and row `cursor` afterwards, when that is given.
        """
        parts: list[str] = []
        if self._is_new:
            self._is_new = False
            self._x, self._y = 0, 0
            parts.append(_CLEAR)
        for runs in self._runs():
            parts += self._draw(runs)
        if cursor is not None:
            parts.append(move(self._x, self._y, *cursor))
            self._x, self._y = cursor
        return "".join(parts)

    def _draw(self, runs: dict[Pen, list[_Run]]) -> Iterator[str]:
        while runs:
            # Moves are shorter than changes of the pen: everything of one pen is drawn at once.
            pen = min(runs, key=self._way_to)
            yield change(self._pen, pen)
            self._pen = pen
            for run in runs.pop(pen):
                cells = self._rows[run.y][run.x : run.end]
                yield move(self._x, self._y, run.x, run.y)
                yield "".join([cell.text for cell in cells])
                # In the last column the cursor waits before or behind the edge.
                self._x = run.end if cells[-1].is_certain and run.end < self.width else None
                self._y = run.y

    def _way_to(self, pen: Pen) -> int:
        return len(change(self._pen, pen))

    def _runs(self) -> Iterable[dict[Pen, list[_Run]]]:
        """What has changed since the last frame, by pen, and in each from the top on.

        It is drawn in turns: what stands behind a cell that spills, and is of another pen, comes in a later one.
        """
        turns: defaultdict[int, defaultdict[Pen, list[_Run]]] = defaultdict(lambda: defaultdict(list))
        for y in sorted(self._touched):
            row = self._rows[y]
            columns = self._changed(row, self._shown[y])
            self._shown[y] = [*row]
            last: dict[tuple[int, Pen], _Run] = {}
            turn, pen, reach = 0, self._pen, 0
            run: _Run | None = None
            end, flows = -1, False
            for x in columns:
                cell = row[x]
                if x == end and flows and cell.pen is pen and cell.is_certain:
                    end += 1
                    continue
                if not cell.text:
                    continue  # written with its left half
                if run is not None:
                    run.end = end
                goes_on = cell.pen is pen and x >= reach and not turn and row[x - 1].is_certain
                if x != end or not goes_on:
                    turn = turn + (cell.pen is not pen) if x < reach else 0
                    pen = cell.pen
                    run = last.get((turn, pen))
                    if run is None or not self._joins(run, x, row):
                        run = last[turn, pen] = _Run(x, y, x)
                        turns[turn][pen].append(run)
                reach = max(reach, _reach(x, cell)) if cell.spilled else reach
                end = x + 1 + cell.is_wide
                flows = cell.is_certain and not turn and not reach
            if run is not None:
                run.end = end
        self._touched.clear()
        return (turns[turn] for turn in sorted(turns))

    def _changed(self, row: list[Cell], shown: list[Cell]) -> list[int]:
        """Columns to write: also what stands behind a cell that spills is written again with it."""
        columns = [x for x, (new, old) in enumerate(zip(row, shown, strict=True)) if new is not old]
        spilling = [x for x in columns if row[x].spilled]
        if not spilling:
            return columns
        wider = {*columns}
        for x in spilling:
            behind, reach = x, _reach(x, row[x])
            while (behind := behind + 1) < min(reach, self.width):
                wider.add(behind)
                reach = max(reach, _reach(behind, row[behind]))
        return sorted(wider)

    @staticmethod
    def _joins(run: _Run, x: int, row: list[Cell]) -> bool:
        """Whether to write on up to column `x` is no longer than to move there."""
        if not row[run.end - 1].is_certain:
            return False
        between = row[run.end : x]
        pen = row[run.x].pen
        return all(cell.pen is pen and cell.is_certain for cell in between) and sum(
            cell.size for cell in between
        ) <= len(forward(len(between)))


def _reach(x: int, cell: Cell) -> int:
    """The first column that is not drawn over wherever this cell is written."""
    return x + 1 + cell.is_wide + cell.spilled
