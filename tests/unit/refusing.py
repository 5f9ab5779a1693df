"""Settings that are refused, and secrets that must not be in the refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtdash.errors import SettingsError
from rtdash.settings import load

PASSWORD = "hunter2-geheim"
SASL = {"kafka_security_protocol": "SASL_SSL", "kafka_sasl_username": "u", "kafka_sasl_password": PASSWORD}


def refusal(file: Path | None = None, **flags: object) -> str:
    """The one line that says what is wrong with them."""
    with pytest.raises(SettingsError) as caught:
        load(file, **flags)
    message = str(caught.value)
    assert "\n" not in message
    assert PASSWORD not in message
    assert caught.value.__cause__ is None
    return message
