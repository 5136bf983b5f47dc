"""`visavis serve --lan`: HTTPS on the local network, for a phone's browser to give its microphone.

Browsers keep the microphone shut on plain HTTP, except on the machine itself. So this machine gets
an authority of its own, made once and kept here, and at each start a certificate of today's
addresses. The authority can vouch for private addresses and `.local` names only (RFC 5280, name
constraints): a phone that has been told to trust it trusts it with nothing else.
"""

from __future__ import annotations

import io
import ipaddress
import socket
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from visavis.errors import ConfigError, SetupError

ROOT_PATH = "/lan.crt"
"""Where a phone fetches the authority's certificate."""

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
"""Networks that this machine may vouch for itself on."""

_ELSEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737): the way there is asked for, nothing is sent."""


@dataclass(frozen=True, slots=True)
class LanFiles:
    """What TLS needs, as PEM files, and the certificate that a phone may trust."""

    certificate: Path
    key: Path
    root: Path


def lan_address() -> str:
    """This machine's address on its network. Raises ConfigError: it is on none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            address = str(probe.getsockname()[0])
        except OSError as error:
            raise ConfigError(
                "This machine has no address on a local network.",
                hint="Join one, or name the address: --lan --host 192.168.1.20",
            ) from error
    return address


def lan_files(address: str, folder: Path) -> LanFiles:
    """A certificate for this address and this machine's names; `folder` keeps the authority.

    Raises:
        ConfigError: it is no address, or no private one.
        SetupError: `cryptography` is not installed, or the folder can't be written.
    """
    if not _is_private(address):
        raise ConfigError(
            f"{address} is no address of a local network.",
            hint="Name one as 192.168.1.20. Towards the Internet put a proxy with a real "
            "certificate in front.",
        )
    maker = _library("cryptography", "visavis.serve.authority")
    files = LanFiles(folder / "server.crt", folder / "server.key", folder / "root.crt")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        root, root_key = maker.authority(files.root, folder / "root.key")
        maker.issue(files.certificate, files.key, address, root, root_key)
    except OSError as error:
        raise SetupError(
            f"The certificate could not be written: {error.strerror}.",
            hint=f"Give yourself the right to write to {folder}, or set VISAVIS_CACHE.",
        ) from error
    return files


def _is_private(address: str) -> bool:
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(number in ipaddress.ip_network(network) for network in PRIVATE)


def qr_text(url: str) -> str:
    """The address as a QR code of letters, light on dark, for a terminal of 40 columns or more."""
    out = io.StringIO()
    _library("segno").make(url, error="l", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()


def _library(name: str, through: str | None = None) -> Any:
    """What only this needs, and a light installation has not; or our own module that imports it."""
    try:
        return import_module(through or name)
    except ImportError as error:
        raise SetupError(
            f"--lan needs the package '{name}'.", hint="pip install 'visavis[local]'"
        ) from error
