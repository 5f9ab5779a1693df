"""`?ssl_ca=`: a server is believed when its certificate is of that CA and names the host."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rtdash.errors import Refused, SourceError, Unreachable
from rtdash.model.engine import Engine
from rtdash.sources import donations
from rtdash.sources.donations import DonationsConnection
from tests.singlestore.peer import Peer
from tests.singlestore.wire import Rows


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls") / "ours.pem")


def make_certificate(file: Path) -> Path:
    """One that signed itself, for the host localhost, and its key in the same file."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(file)]
    names = ["-subj", "/CN=rtdash test", "-addext", "subjectAltName=DNS:localhost"]
    made = ["openssl", "req", "-x509", "-days", "1", *key, *names, "-out", f"{file}.cert"]
    subprocess.run(made, check=True, capture_output=True)
    with file.open("a") as both:
        both.write(Path(f"{file}.cert").read_text())
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Peer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Peer.open(context) as peer:
        yield peer


def test_a_server_that_is_who_it_says(secure, certificate):
    secure.tell("^SELECT 1$", Rows(("one",), [(1,)]))
    with closing(DonationsConnection(secure.dsn(f"?ssl_ca={certificate}", "localhost"))) as connection:
        assert connection.fetch("SELECT 1", {}, 5.0).rows == ((1,),)


def test_the_second_connection_is_as_safe_as_the_first(secure, certificate):
    secure.hold("FROM slow")
    dsn = secure.dsn(f"?ssl_ca={certificate}", "localhost")
    with closing(DonationsConnection(dsn)) as connection, pytest.raises(SourceError, match="ended by KILL QUERY"):
        connection.fetch("SELECT 1 FROM slow", {}, 0.3)


def test_a_query_is_abandoned_on_a_line_with_tls(secure, certificate):
    secure.hold("FROM slow")
    with closing(DonationsConnection(secure.dsn(f"?ssl_ca={certificate}", "localhost"))) as connection:
        leaving = threading.Timer(0, lambda: (secure.until(secure.holds), connection.abandon()))
        leaving.start()
        with pytest.raises(Unreachable):
            connection.fetch("SELECT 1 FROM slow", {}, 30.0)
        leaving.join()
    assert secure.statements("^KILL QUERY")


def test_another_name(secure, certificate):
    with pytest.raises(Refused, match=r"IP address mismatch.*; ssl_ca in the DSN names the file of its CA") as raised:
        donations.identify(secure.dsn(f"?ssl_ca={certificate}", "127.0.0.1"))
    assert "hush" not in str(raised.value)
    assert secure.heard == []


def test_another_ca(secure, tmp_path):
    other = make_certificate(tmp_path / "other.pem")
    with pytest.raises(Refused, match=r"its certificate: self.signed certificate; ssl_ca in the DSN"):
        donations.identify(secure.dsn(f"?ssl_ca={other}", "localhost"))
    assert secure.heard == []


def test_a_server_without_tls_is_told_nothing(peer, certificate):
    with pytest.raises(SourceError, match="SSL is required"):
        donations.identify(peer.dsn(f"?ssl_ca={certificate}", "localhost"))
    assert peer.heard == []


def test_without_a_ca_the_line_is_encrypted_all_the_same(secure):
    assert donations.identify(secure.dsn()) is Engine.SINGLESTORE
