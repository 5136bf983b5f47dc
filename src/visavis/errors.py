"""Every error that Visavis raises on purpose, in one tree.

Read a class as the answer to two questions: whose fault is it, and does trying again help?

    VisavisError                 what      / who mends it
    ├── ClientError              the peer sent something wrong; the peer must change it
    │   ├── ProtocolError        a frame breaks spec/wire.md
    │   ├── TooLargeError        a frame or text is over its limit
    │   ├── UnsupportedError     a version, rate or feature this server does not speak
    │   └── TooSlowError         the peer does not read, or never says hello
    ├── SetupError               this machine or its settings; the operator must change them
    │   ├── ConfigError          a setting or persona file is wrong
    │   ├── ModelMissingError    weights are not in the store
    │   ├── ModelFetchError      weights can't be fetched now (no network, no disk)
    │   └── PortInUseError       something else listens there
    ├── BusyError                too many conversations at once; try again later
    └── EngineError              a local model or a provider failed; trying again may help
        └── ProviderError        a remote provider's own answer

`code` is stable and goes over the wire; `hint` says in one sentence what to do next.
"""

from __future__ import annotations


class VisavisError(Exception):
    """Root of all errors raised on purpose. `str(error)` is one sentence for people."""

    code = "internal"
    fault = "server"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ClientError(VisavisError):
    """The peer did something that `spec/wire.md` does not allow."""

    code = "bad_request"
    fault = "client"


class ProtocolError(ClientError):
    """A frame is malformed, out of order or of an unknown type."""

    code = "protocol"


class TooLargeError(ClientError):
    """A frame or a text exceeds its limit."""

    code = "too_large"


class UnsupportedError(ClientError):
    """A protocol version, sample rate or feature that this server does not speak."""

    code = "unsupported"


class TooSlowError(ClientError):
    """The peer does not read what it asked for, or does not say hello in time."""

    code = "too_slow"


class SetupError(VisavisError):
    """The machine or its settings are not as Visavis needs them."""

    code = "setup"
    fault = "operator"


class ConfigError(SetupError):
    """A setting or a persona file is wrong; the message names the file and the field."""

    code = "config"


class ModelMissingError(SetupError):
    """Weights are not in the model store."""

    code = "model_missing"


class ModelFetchError(SetupError):
    """Weights could not be fetched from any of their sources."""

    code = "model_fetch"


class PortInUseError(SetupError):
    """The address to listen on is taken."""

    code = "port_in_use"


class BusyError(VisavisError):
    """As many conversations as this server allows are going on already."""

    code = "busy"


class EngineError(VisavisError):
    """A local model failed. The turn is lost, the conversation is not."""

    code = "engine"


class ProviderError(EngineError):
    """A remote provider failed or refused."""

    code = "provider"
    fault = "provider"
