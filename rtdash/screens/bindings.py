"""The keys of the dashboard: footer, help and command palette are made from this one list."""

from __future__ import annotations

from textual.binding import Binding

from rtdash.model.campaign import PRESETS

PRESET_RATES = ", ".join(f"{name} {rate_per_s:,}" for name, rate_per_s in PRESETS.items())

BINDINGS: tuple[Binding, ...] = (
    Binding("s", "start", "Start", id="start", tooltip="Start a campaign; those that run are stopped"),
    Binding("S", "form", "Plan", id="form", tooltip="Start a campaign with a form: name, cities, rate, start and end"),
    Binding("b", "beside", "Beside", id="beside", tooltip="Start a campaign beside those that run"),
    Binding("x", "stop", "Stop", id="stop", tooltip="Stop the chosen campaign (❯)"),
    Binding("X", "stop_all", "Stop all", id="stop-all", tooltip="Stop all campaigns, also those that are planned"),
    Binding(
        "plus,equals_sign",
        "rate(1)",
        "Faster",
        key_display="+",
        id="faster",
        tooltip="A higher rate of the chosen campaign, or else of the next one",
    ),
    Binding("minus", "rate(-1)", "Slower", key_display="-", id="slower", tooltip="A lower rate of it"),
    Binding("g", "preset", "Preset", id="preset", tooltip=f"The next of the rates {PRESET_RATES}"),
    Binding(
        "P",
        "pipeline",
        "Start or stop the pipeline",
        id="pipeline",
        show=False,
        tooltip="Start the pipeline that loads the donations, or stop it (SingleStore)",
    ),
    Binding(
        "up",
        "choose(-1)",
        "Campaign above",
        key_display="↑",
        id="above",
        show=False,
        tooltip="Choose the campaign above",
    ),
    Binding(
        "down",
        "choose(1)",
        "Campaign below",
        key_display="↓",
        id="below",
        show=False,
        tooltip="Choose the campaign below; a click does so too",
    ),
    Binding("space", "pause", "Pause", key_display="Space", id="pause", tooltip="Stop asking the servers, or go on"),
    Binding(
        "question_mark", "show_help", "Help", key_display="?", id="help", tooltip="These keys, and what panels show"
    ),
    Binding("q", "quit", "Quit", id="quit", tooltip="Leave the dashboard"),
    Binding("n", "page", "Page", id="page", tooltip="The next page: board, audience, cluster, pipeline, your own"),
    Binding(
        "colon", "command_palette", "Commands", key_display=":", id="commands", tooltip="Find a command by its name"
    ),
    Binding("c", "customer", "Customer", id="customer", tooltip="The next customer in the customer's panels"),
    Binding(
        "m",
        "zoom",
        "Zoom",
        id="zoom",
        tooltip="Let the focused panel (Tab) fill the screen, or give it back",
    ),
    Binding("l", "latency", "Latency", id="latency", tooltip="The latency table, large"),
    Binding(
        "enter",
        "why",
        "Why",
        key_display="Enter",
        id="why",
        tooltip="Why the focused panel (Tab), or row of the latency table, is slow: its plan, and advice",
    ),
    Binding(
        "e",
        "lab",
        "Lab",
        id="lab",
        tooltip="The lab: layouts of the donations, filled with the same data and asked the same, beside each other",
    ),
    Binding("L", "slow", "Slow log", id="slow", tooltip="The slow log: every query over the threshold, for 7 days"),
    Binding(
        "t",
        "text",
        "Workshop",
        id="text",
        tooltip="The donation panels by the workshop's SQL, over every donation, or again by ours, over the sums",
    ),
    Binding(
        "K",
        "cancel",
        "Cancel query",
        id="cancel",
        show=False,
        tooltip="Cancel the running query of the focused panel, or row of the latency table, on its server",
    ),
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
    Binding(
        "6",
        "page('pipeline')",
        "Pipeline",
        id="page-6",
        show=False,
        tooltip="What loads the donations: lag, batches, errors, dead letters",
    ),
    Binding("escape", "board", "Board", key_display="Esc", id="board", show=False, tooltip="Back to the board"),
    # A letter can be typed into a field; this is heard whatever is on the screen.
    Binding(
        "ctrl+c",
        "quit",
        "Leave",
        key_display="^c",
        id="leave",
        show=False,
        tooltip="Leave from anywhere",
        priority=True,
    ),
    Binding(
        "ctrl+l", "repaint", "Repaint", key_display="^l", id="repaint", show=False, tooltip="Draw the screen again"
    ),
)
