"""HTTPS for phones: a real handshake, a phone's trust, and what this machine can't vouch for."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
import stat
from pathlib import Path

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.serve.scripted import Script
from visavis.errors import ConfigError, SetupError
from visavis.serve import lan
from visavis.serve.app import create_app
from visavis.serve.lan import LanFiles, lan_files, qr_text
from visavis.serve.settings import ServeSettings
from visavis.wire import messages as wire
from visavis.wire.codec import decode_server, encode


def trusting(root: Path) -> ssl.SSLContext:
    """A phone that trusts this root and nobody else."""
    return ssl.create_default_context(cafile=str(root))


def test_a_phone_that_trusts_this_machine_talks_to_it(tmp_path: Path) -> None:
    files = lan_files("127.0.0.1", tmp_path / "lan")

    async def main() -> None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(Script().engines(), ServeSettings(lan_root=files.root)),
            log_config=None,
            ws="websockets-sansio",
            ssl_certfile=files.certificate,
            ssl_keyfile=files.key,
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(20):
                await visit(address)
        finally:
            server.should_exit = True
            await running

    async def visit(address: str) -> None:
        stranger = httpx.AsyncClient(base_url=f"https://{address}", verify=trusting_nobody())
        async with stranger as client:
            with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
                await client.get("/")
        phone = trusting(files.root)
        async with httpx.AsyncClient(base_url=f"https://{address}", verify=phone) as client:
            assert "visavis-avatar" in (await client.get("/")).text
            root = await client.get("/lan.crt")
            assert root.content == files.root.read_bytes()
            assert root.headers["content-type"] == "application/x-x509-ca-cert"
        url = f"wss://{address}/v1/talk"
        v1 = [Subprotocol("visavis.v1")]
        async with connect(url, subprotocols=v1, ssl=phone) as peer:
            await peer.send(encode(wire.Hello(protocol=1)))
            assert isinstance(decode_server(str(await peer.recv())), wire.Ready)

    asyncio.run(main())


def trusting_nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def test_keys_are_the_owners_and_the_authority_stays(tmp_path: Path) -> None:
    first = lan_files("192.168.1.20", tmp_path)
    root, leaf = first.root.read_bytes(), first.certificate.read_bytes()
    second = lan_files("10.0.0.7", tmp_path)
    assert second.root.read_bytes() == root, "phones would have to trust it again"
    assert second.certificate.read_bytes() != leaf
    for key in (second.key, tmp_path / "root.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    names = x509.load_pem_x509_certificate(second.certificate.read_bytes()).extensions
    known_as = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ipaddress.ip_address("10.0.0.7") in known_as.get_values_for_type(x509.IPAddress)
    assert "localhost" in known_as.get_values_for_type(x509.DNSName)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:db8::1", "172.32.0.1", "my-laptop"])
def test_addresses_of_the_internet_are_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="local network"):
        lan_files(address, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_stolen_authority_can_vouch_for_nothing_public(tmp_path: Path) -> None:
    """What trusting it risks: nobody believes a certificate of example.org that it signed."""
    files = lan_files("127.0.0.1", tmp_path)
    signed = _signed_for("example.org", files.root, tmp_path / "root.key")
    forged = LanFiles(tmp_path / "forged.crt", tmp_path / "forged.key", files.root)
    forged.certificate.write_bytes(signed[0] + files.root.read_bytes())
    forged.key.write_bytes(signed[1])
    assert _handshake(files, "localhost") is None
    assert "permitted subtree violation" in str(_handshake(forged, "example.org"))


def _handshake(files: LanFiles, name: str) -> ssl.SSLError | None:
    """Why a client that trusts the root does not believe the server; in memory."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = server.wrap_bio(to_server, to_client, server_side=True)
    here = trusting(files.root).wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(4):
        for end in (here, there):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                return error
    return None


def _signed_for(name: str, root_file: Path, key_file: Path) -> tuple[bytes, bytes]:
    root = x509.load_pem_x509_certificate(root_file.read_bytes())
    root_key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(root_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    own = serialization.PrivateFormat.PKCS8
    return leaf.public_bytes(pem), key.private_bytes(pem, own, serialization.NoEncryption())


def test_the_qr_code_fits_a_terminal_and_no_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = qr_text("https://192.168.178.20:8300").splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 40
    assert set("".join(lines)) <= set(" ▀▄█")

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(lan, "import_module", missing)
    with pytest.raises(SetupError) as failed:
        qr_text("https://192.168.178.20:8300")
    assert "visavis[local]" in failed.value.hint
