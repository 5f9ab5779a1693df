"""What a panel may need of its server, beyond what every server of its source has."""

from __future__ import annotations

from enum import StrEnum


class Feature(StrEnum):
    """Something that one server offers and another does not."""

    CITUS = "citus"
    CITUS_STAT_STATEMENTS = "citus_stat_statements"
    """Citus with pg_stat_statements, told to keep the tenant of each statement."""

    def absence(self, offers: frozenset[Feature]) -> str | None:
        """Why a server that offers these cannot answer who needs this; None when it can."""
        if self in offers:
            return None
        if Feature.CITUS not in offers:
            return "not a Citus cluster"
        return "no statistics: needs pg_stat_statements and citus.stat_statements_track = all"
