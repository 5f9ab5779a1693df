"""What a panel may need of its server, beyond what every server of its source has."""

from __future__ import annotations

from enum import StrEnum


class Feature(StrEnum):
    """Something that one server offers and another does not."""

    CITUS = "citus"
    CITUS_STAT_STATEMENTS = "citus_stat_statements"
    """Citus with pg_stat_statements, whose view it spreads over the tenants."""

    def absence(self, offers: frozenset[Feature]) -> str | None:
        """Why a server that offers these cannot answer who needs this; None when it can."""
        if self in offers:
            return None
        return "no pg_stat_statements on this cluster" if Feature.CITUS in offers else "not a Citus cluster"
