"""The keys of the dashboard: footer, help and command palette are made from this one list."""

from __future__ import annotations

from textual.binding import Binding

BINDINGS: tuple[Binding, ...] = (
    Binding("s", "start", "Start", id="start", tooltip="Start a campaign; those that run are stopped"),
    Binding("x", "stop", "Stop", id="stop", tooltip="Stop the running campaigns"),
    Binding("plus,equals_sign", "rate(1)", "Faster", key_display="+", id="faster", tooltip="More donations a second"),
    Binding("minus", "rate(-1)", "Slower", key_display="-", id="slower", tooltip="Fewer donations a second"),
    Binding("space", "pause", "Pause", key_display="Space", id="pause", tooltip="Stop asking the servers, or go on"),
    Binding(
        "question_mark", "show_help", "Help", key_display="?", id="help", tooltip="These keys, and what panels show"
    ),
    Binding("q,ctrl+c", "quit", "Quit", key_display="q", id="quit", tooltip="Leave the dashboard", priority=True),
    Binding("n", "page", "Page", id="page", tooltip="The next page: board, audience, cluster, your own panels"),
    Binding("c", "customer", "Customer", id="customer", tooltip="The next customer in the customer's panels"),
    Binding(
        "m",
        "zoom",
        "Zoom",
        id="zoom",
        tooltip="Let the focused panel fill the screen (Tab chooses it), or give it back",
    ),
    Binding("l", "latency", "Latency", id="latency", tooltip="The latency table, large"),
    Binding(
        "left_square_bracket", "interval(-1)", "Oftener", key_display="[", id="oftener", tooltip="A shorter interval"
    ),
    Binding("right_square_bracket", "interval(1)", "Rarer", key_display="]", id="rarer", tooltip="A longer interval"),
    Binding("1", "page('donations')", "Donations", id="page-1", show=False, tooltip="Page 1 of a small screen"),
    Binding("2", "page('clickstream')", "Clickstream", id="page-2", show=False, tooltip="Page 2 of a small screen"),
    Binding(
        "3", "page('operations')", "Latency and campaigns", id="page-3", show=False, tooltip="Page 3 of a small screen"
    ),
    Binding(
        "4", "page('audience')", "Audience", id="page-4", show=False, tooltip="Countries, events, browsers, sessions"
    ),
    Binding(
        "5", "page('cluster')", "Cluster", id="page-5", show=False, tooltip="Rollups, partitions, jobs, nodes, shards"
    ),
    Binding("escape", "board", "Board", key_display="Esc", id="board", show=False, tooltip="Back to the board"),
    Binding(
        "colon", "command_palette", "Commands", key_display=":", id="commands", tooltip="Find a command by its name"
    ),
    Binding(
        "ctrl+l", "repaint", "Repaint", key_display="^l", id="repaint", show=False, tooltip="Draw the screen again"
    ),
)
