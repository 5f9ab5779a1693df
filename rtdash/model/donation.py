"""The message of the topic `donations`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from annotated_types import MultipleOf
from pydantic import ConfigDict, Field, GetPydanticSchema, NaiveDatetime, TypeAdapter, with_config
from pydantic_core import core_schema
from typing_extensions import TypedDict

from rtdash.model.places import CITIES, ORGANIZATIONS
from rtdash.model.transaction_id import MAX_CAMPAIGN_ID


def _one_of(names: list[str]) -> GetPydanticSchema:
    # A Literal whose values are data, which a type checker would not take.
    return GetPydanticSchema(lambda _source, _handler: core_schema.literal_schema(names))


CityName = Annotated[str, _one_of([city.name for city in CITIES])]
OrganizationName = Annotated[str, _one_of([organization.name for organization in ORGANIZATIONS])]


@with_config(ConfigDict(strict=True))
class Donation(TypedDict):
    """One donation as the message says it. Times are UTC and carry no zone; the amount is in euros, whole cents.

    A dictionary, since an object takes half as long again to make.
    """

    transaction_id: Annotated[int, Field(ge=1, lt=1 << 63)]
    city: CityName
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    organization: OrganizationName
    transaction_date: Annotated[NaiveDatetime, Field(ge=datetime(2000, 1, 1), lt=datetime(2100, 1, 1))]  # noqa: DTZ001
    total_amount: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False), MultipleOf(0.01)]
    campaign_id: Annotated[int, Field(ge=1, le=MAX_CAMPAIGN_ID)]
    is_campaign_active: bool


parse_donation: Callable[[bytes], Donation] = TypeAdapter(Donation).validator.validate_json
"""Read and check one message. Raises pydantic's ValidationError (a ValueError) on anything else than a donation."""
