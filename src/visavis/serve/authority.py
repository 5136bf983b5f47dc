"""An authority for one local network: X.509, as a library makes it. lan.py says what for.

It can vouch for private addresses and `.local` names only (RFC 5280, name constraints): whoever has
been told to trust it trusts it with nothing else.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from visavis.serve.lan import PRIVATE

_ROOT_DAYS = 3_650
_LEAF_DAYS = 90
"""Made anew at each start. Apple's limit is 825 days, that of public authorities falls to 47."""

_CLOCK_SKEW = dt.timedelta(days=1)
_NAMES = ("localhost", ".local", "local")


def authority(
    root_file: Path, key_file: Path
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The one that was made before, if it is good for a year yet; else a new one.

    Raises OSError: the files can't be written.
    """
    if root_file.is_file() and key_file.is_file():
        root = x509.load_pem_x509_certificate(root_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        lasts = root.not_valid_after_utc - dt.datetime.now(dt.UTC) > dt.timedelta(days=365)
        if lasts and isinstance(key, ec.EllipticCurvePrivateKey):
            return root, key
    key = ec.generate_private_key(ec.SECP256R1())
    root = _self_signed(key)
    _write_key(key_file, key)
    root_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    return root, key


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"Visavis on {socket.gethostname()}"[:64])]
    )
    allowed = [
        *(x509.IPAddress(ipaddress.ip_network(net)) for net in PRIVATE),
        *(x509.DNSName(own) for own in _NAMES),
    ]
    usage = x509.KeyUsage(
        key_cert_sign=True,
        crl_sign=True,
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _begun(name, name, key.public_key(), _ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def issue(
    certificate_file: Path,
    key_file: Path,
    address: str,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
) -> None:
    """Write a certificate for this address and this machine's names, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Visavis")])
    host = socket.gethostname().split(".")[0]
    known_as: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(address)),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName("localhost"),
        x509.DNSName(f"{host}.local"),
    ]
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = (
        _begun(name, root.subject, key.public_key(), _LEAF_DAYS)
        .add_extension(x509.SubjectAlternativeName(known_as), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificate_file.write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    _write_key(key_file, key)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """For the owner's eyes only, from the first byte on."""

    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(pem)
