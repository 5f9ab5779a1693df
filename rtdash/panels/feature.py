"""What a panel may need of its server, beyond what every server of its source has."""

from __future__ import annotations

from enum import StrEnum


class Feature(StrEnum):
    """Something that one server offers and another does not."""

    CITUS = "citus"
    CITUS_STAT_STATEMENTS = "citus_stat_statements"
    """Citus with pg_stat_statements, whose view it spreads over the tenants."""

    @property
    def absence(self) -> str:
        """What is said in place of a panel whose server does not offer it."""
        return _ABSENCES[self]


_ABSENCES = {
    Feature.CITUS: "not a Citus cluster",
    Feature.CITUS_STAT_STATEMENTS: "no pg_stat_statements on this cluster",
}
