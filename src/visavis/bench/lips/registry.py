"""Every contender by name: what `--contender` takes."""

from __future__ import annotations

from collections.abc import Mapping

from visavis.bench.lips.contender import Compute, Contender, Opener, Result, Sound
from visavis.bench.lips.ours import ByEar, Characters, CharactersAlone, Natural, by_phones, spread
from visavis.bench.lips.peers import PEERS, open_peer
from visavis.bench.lips.sphinx import ForcedAlignment, PhoneLoop
from visavis.bench.lips.through_gateway import Direct, Seen, ThroughGateway
from visavis.bench.lips.track import Track, track_of
from visavis.lips.heard import Hears


class Shut:
    """A mouth that never opens: what any accuracy has to be held against."""

    name = "shut"
    about = "a mouth that never opens; the floor"
    needs_text = False

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        track: Track = track_of([], [], len(sound), rate_hz)
        return Result(track, 0.0, Compute(0.0, len(sound) / rate_hz))

    def close(self) -> None:
        """See Contender."""


def _offline_loop(_delay_ms: float) -> Contender:
    return PhoneLoop(None)


def _alignment(_delay_ms: float) -> Contender:
    return ForcedAlignment()


def _shut(_delay_ms: float) -> Contender:
    return Shut()


def _characters(_delay_ms: float) -> Contender:
    about = "ours: letters timed by PocketSphinx's phones, and sound"
    return Characters("visavis_characters", about, by_phones)


def _even_characters(_delay_ms: float) -> Contender:
    about = "ours: letters spread evenly over words that PocketSphinx timed, and sound"
    return Characters("visavis_characters_even", about, spread)


def _characters_alone(_delay_ms: float) -> Contender:
    return CharactersAlone()


def _ear(_delay_ms: float) -> Contender:
    return ByEar(Hears.SOUND_ALONE, "nothing")


def _text(_delay_ms: float) -> Contender:
    return ByEar(Hears.WORDS_TOO, "text")


def _recording(_delay_ms: float) -> Contender:
    return ByEar(Hears.WORDS_AFTERWARDS, "text")


def _whole(_delay_ms: float) -> Contender:
    return ByEar(Hears.WORDS_AFTERWARDS, "nothing")


def _natural_recording(_delay_ms: float) -> Contender:
    return Natural(ByEar(Hears.WORDS_AFTERWARDS, "text"))


def _lipsync(_delay_ms: float) -> Contender:
    return Direct()


def _gateway(_delay_ms: float) -> Contender:
    return ThroughGateway(Seen.IN_THE_END)


def _gateway_as_heard(_delay_ms: float) -> Contender:
    return ThroughGateway(Seen.AS_HEARD)


def _natural_ear(_delay_ms: float) -> Contender:
    return Natural(ByEar(Hears.SOUND_ALONE, "nothing"))


def _natural_text(_delay_ms: float) -> Contender:
    return Natural(ByEar(Hears.WORDS_TOO, "text"))


def _natural_loop(delay_ms: float) -> Contender:
    return Natural(PhoneLoop(delay_ms))


def _natural_alignment(_delay_ms: float) -> Contender:
    return Natural(ForcedAlignment())


CONTENDERS: Mapping[str, Opener] = {
    "visavis_recording": _recording,
    "visavis_recording_natural": _natural_recording,
    "visavis_whole": _whole,
    "visavis_text": _text,
    "visavis_text_natural": _natural_text,
    "visavis_ear": _ear,
    "visavis_ear_natural": _natural_ear,
    "visavis_lipsync": _lipsync,
    "visavis_gateway": _gateway,
    "visavis_gateway_as_heard": _gateway_as_heard,
    "visavis_characters": _characters,
    "visavis_characters_even": _even_characters,
    "visavis_characters_raw": _characters_alone,
    "shut": _shut,
    "sphinx_loop": PhoneLoop,
    "sphinx_loop_offline": _offline_loop,
    "sphinx_align": _alignment,
    "sphinx_loop_natural": _natural_loop,
    "sphinx_align_natural": _natural_alignment,
    **{name: open_peer(name, peer) for name, peer in PEERS.items()},
}
"""What can be measured, by name, in the order of the table. A new source of ours is one line here:
a name, and what makes it for a delay in ms."""
