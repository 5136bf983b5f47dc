"""What the gateway's lips are made of, loaded once: the ear's weights and the dictionary."""

from __future__ import annotations

import logging
from collections.abc import Callable

from visavis.ear_weights import ear_weights
from visavis.errors import ModelMissingError
from visavis.lips.lexicon import Lexicon, letters_only
from visavis.lips.lipsync import LipSync
from visavis.lips.net import Weights
from visavis.models.lexicon import best_lexicon
from visavis.wire.injected import Notice

_log = logging.getLogger(__name__)


class GatewayLips:
    """Makes lips. Without the ear they move only where the provider sends `alignment`."""

    def __init__(self, load_ear: Callable[[], Weights] = ear_weights) -> None:
        self._load_ear = load_ear
        self._ear: Weights | None = None
        self._lexicon: Lexicon = letters_only()
        self.notice: Notice | None = None
        """What each session is told, if something is missing."""

    def load(self) -> None:
        """Read what there is. Blocking, a second at most."""
        self._lexicon = best_lexicon()
        try:
            self._ear = self._load_ear()
        except ModelMissingError as error:
            self.notice = Notice(
                code=error.code,
                message="The ear's weights are missing: lips move only where the provider sends"
                " character times.",
                hint=error.hint,
            )
            _log.warning("%s %s", self.notice.message, error.hint)

    def at_rate(self, rate_hz: int) -> LipSync:
        """Lips for one speech."""
        return LipSync(rate_hz, lexicon=self._lexicon, ear=self._ear)
