"""The ids that make each donation unique."""

from __future__ import annotations

CAMPAIGN_BITS, PRODUCER_BITS, SEQUENCE_BITS = 22, 9, 32
MAX_CAMPAIGN_ID = (1 << CAMPAIGN_BITS) - 1


def transaction_id(campaign_id: int, producer: int, sequence: int) -> int:
    """The positive 63-bit id of a donation, unique by construction: campaign (22 bits), producer (9), sequence (32).

    Raises ValueError when a part does not fit, since ids would then collide.
    """
    if not (
        0 < campaign_id <= MAX_CAMPAIGN_ID
        and 0 <= producer < (1 << PRODUCER_BITS)
        and 0 <= sequence < (1 << SEQUENCE_BITS)
    ):
        raise ValueError(f"no transaction id for campaign {campaign_id}, producer {producer}, sequence {sequence}")
    return campaign_id << (PRODUCER_BITS + SEQUENCE_BITS) | producer << SEQUENCE_BITS | sequence
