"""A DSN that cannot be read is named, and its password is not."""

from __future__ import annotations

import ssl

import pytest
from pydantic import SecretStr

from rtdash.errors import SettingsError
from rtdash.sources import citus, donations, mysql


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://u:hush]hush@[::1/db",
        "postgresql://u:hush%zzhush@127.0.0.1:1/db",
        "postgresql://u:hush@hush@127.0.0.1:1/db",
        "postgresql://u:hush hush@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/db?password=hush=hush",
        "postgresql://u:hush@127.0.0.1:1/db?passwordx=hush",
    ],
)
def test_libpq_would_quote_the_password(dsn):
    with pytest.raises(SettingsError, match="the DSN of the clickstream cannot be read") as raised:
        citus.connect(SecretStr(dsn), "test")
    assert "hush" not in str(raised.value)


def test_where_no_ca_is_named_no_certificate_is_read(monkeypatch):
    def read(*_: object, **named: object) -> ssl.SSLContext:
        raise FileNotFoundError(f"read: {named}")

    monkeypatch.setattr(ssl, "create_default_context", read)
    mysql.validate(SecretStr("mysql://u:hush@127.0.0.1:1/db"))
    with pytest.raises(SettingsError, match="read"):
        mysql.validate(SecretStr("mysql://u:hush@127.0.0.1:1/db?ssl_ca=/some"))


def test_a_certificate_that_is_not_there():
    with pytest.raises(SettingsError, match=r"ssl_ca /nowhere: .*No such file") as raised:
        donations.connect(SecretStr("mysql://u:hush@127.0.0.1:1/db?ssl_ca=/nowhere"), "test")
    assert "hush" not in str(raised.value)
