"""Is it the character's own voice that comes back from the loudspeaker, or a person? Pure.

Without headphones a microphone hears the reply. Browsers cancel that echo, most of it, most of the
time; some devices do not cancel at all. This judge knows what is being played and answers, every
16 ms while a reply plays and a little after it: can all that the microphone hears be echo?

1. *Expected echo.* In each of twelve bands, what is played, smeared by reverberation, delayed, and
   weakened by the coupling of loudspeaker and microphone.
2. *Double talk* is what exceeds it: Geigel's test (Duttweiler 1978, "A twelve-channel digital echo
   canceler", IEEE Trans. Communications 26(5)) says "a person" when the microphone is louder than
   the loudest recent far end times a fixed coupling. Here each band has a coupling that was
   learnt, and several bands have to agree for several hops. Working on envelopes of bands rather
   than on samples is what Faller and Chen 2005 do ("Suppressing acoustic echo in a spectral
   envelope space", IEEE Trans. Speech and Audio Processing 13(5)): it bears loudspeakers that
   distort, clocks that differ and delays that are known to 20 ms only, which the normalised cross
   correlation of samples (Benesty, Morgan and Cho 2000, "A new class of doubletalk detectors based
   on cross-correlation", the same journal 8(5)) does not.
3. *Delay.* For every delay of the range the couplings are learnt apart. At the right one the
   microphone follows the loudspeaker most steadily; as long as none stands out, the loudest
   moment of the whole range counts, which is Geigel's caution.

Where the microphone hears no more than its room, the difference to what is played is a bound of the
coupling and no measurement: it lowers what is believed, and never raises it.

A coupling that is not known yet explains everything: the first words of a first reply can not be
interrupted by voice, and never interrupt themselves. Behind a browser's echo canceller they can.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ
from visavis.hear.bands import N_BANDS, SILENT_DB, BandMeter, Decibels
from visavis.hear.level import LEVEL_FRAME_SAMPLES
from visavis.hear.playback import Playback

HOP_MS = LEVEL_FRAME_SAMPLES * 1_000.0 / RATE_HZ
MAX_DELAY_MS = 400.0
"""Output latency that the browser does not know of (wireless loudspeakers), and the room."""

TAIL_MS = 300.0
"""So long after its last sound a room may still answer."""

_LEAD_HOPS = 2
"""The playhead may claim to be this much later than it is."""

_N_DELAYS = round(MAX_DELAY_MS / HOP_MS) + _LEAD_HOPS + 1
_ANY_DELAY = _N_DELAYS
"""The row of couplings behind those of the delays: for "some delay or other"."""

_RING_HOPS = 64
_ROOM_UP_DB = 0.02
_WOBBLE_DB = 3.0
"""What exceeds the room by less in every band is the room, and nothing has to be explained."""

_STILL_DB = -85.0
"""No microphone's own noise is weaker than this in a band."""

_NOTHING_DB = -85.0
"""Below this nothing is played at all: 16-bit sound ends there."""

_DECAY_DB = 1.6
"""A hop: 60 dB in 0.6 s, a living room (ISO 3382-2 calls that its reverberation time)."""


class EchoCanceller(Enum):
    """What the browser says about its own."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class EchoJudge:
    """One microphone's. Knows `playback`; hears a hop of LEVEL_FRAME_SAMPLES after the other."""

    MARGIN_DB = 5.0
    """A room's response wobbles by about this much around its mean."""

    ABOVE_ROOM_DB = 10.0
    """So does noise, in a narrow band for 32 ms."""

    BANDS = 3
    """So many of the twelve have to exceed the echo."""

    EVIDENCE_HOPS = 3.0
    HOLD_HOPS = 15
    """240 ms: in a person's own short pauses the echo does not take over."""

    QUANTILE = 0.85
    """Of the differences between microphone and loudspeaker: the coupling lies near the top, for
    what is far below was played while something else was louder."""

    ACTIVE_DB = -65.0
    """Below this a band is silent, and teaches nothing."""

    LEARNT_HOPS = 16
    """A quarter of a second of sound in a band, before its coupling is believed."""

    DOUBT_DB = 12.0
    """Added to a coupling that was just learnt; half of it is left after four times the hops."""

    DISTORTED_DB = 25.0
    """So far below its loudest band a small loudspeaker adds overtones to the others: 5 %."""

    SETTLED_HOPS = 128
    """Two seconds of sound before a delay is believed."""

    STEADIER = 0.7
    """So much less than at the usual delay the microphone wobbles at the right one."""

    ALIKE_DB = 5.0
    """Around their mean the bands of an echo scatter by 2 to 5 dB, whatever its volume; with a
    person in it by 4 to 14 (simulated rooms, the fit voices of the benchmark's corpus)."""

    ALIKE_HOPS = 4
    """In a row, before a canceller is believed to fail."""

    CANCELLED_DB = -25.0
    """Behind a browser's canceller this much is believed from the beginning."""

    def __init__(self, playback: Playback) -> None:
        self.playback = playback
        self.canceller = EchoCanceller.UNKNOWN
        self._meter = BandMeter(RATE_HZ)
        self._before: NDArray[np.float32] = np.zeros(LEVEL_FRAME_SAMPLES, dtype=np.float32)
        self._ring: Decibels = np.full((2 * _RING_HOPS, N_BANDS), SILENT_DB)
        self._at = 0
        self._room: Decibels = np.full(N_BANDS, SILENT_DB)
        self._coupling: Decibels = np.zeros((_N_DELAYS + 1, N_BANDS))
        self._mean: Decibels = np.zeros((_N_DELAYS + 1, N_BANDS))
        self._n_learnt = np.zeros((_N_DELAYS + 1, N_BANDS), dtype=np.int64)
        self._unsteady = np.full(_N_DELAYS, 12.0)
        self._n_unsteady = np.zeros(_N_DELAYS, dtype=np.int64)
        self._believed: Decibels = np.full(N_BANDS, np.inf)
        self._known: Decibels = np.full(N_BANDS, SILENT_DB)
        self._row = _ANY_DELAY
        self._n_hops = 0
        self._n_located = 0
        self._evidence = 0.0
        self._hold_hops = 0
        self._n_alike = 0
        self._last_sound_ms = -np.inf

    def wants(self, at_ms: float) -> bool:
        """Whether anything of a reply may be heard at `at_ms`; if not, nobody needs to ask."""
        if not self.playback.is_over(at_ms):
            self._last_sound_ms = at_ms
        return at_ms <= self._last_sound_ms + MAX_DELAY_MS + TAIL_MS

    def begin(self, before: NDArray[np.float32]) -> None:
        """A reply begins: learn how loud the room is from the sound `before` it, float32 [n]."""
        n_hops = len(before) // LEVEL_FRAME_SAMPLES
        if n_hops >= 2:
            cut = before[len(before) - n_hops * LEVEL_FRAME_SAMPLES :]
            hops = cut.reshape(n_hops, LEVEL_FRAME_SAMPLES)
            windows = np.concatenate([hops[:-1], hops[1:]], axis=1)
            self._room = np.quantile(self._meter.measure(windows), 0.2, axis=0)
            self._before = hops[-1]
        self._ring.fill(SILENT_DB)
        self._evidence = 0.0
        self._hold_hops = self._n_alike = 0
        if self.canceller is EchoCanceller.ON:
            self._trust_canceller()
        self._believe()

    def is_echo(self, hop: NDArray[np.float32], at_ms: float) -> bool:
        """Whether the hop, float32 [LEVEL_FRAME_SAMPLES], that ended at `at_ms` may all be echo."""
        window = np.concatenate([self._before, hop])
        heard = self._meter.measure(window - window.mean())  # some microphones have an offset
        self._before = hop
        self._play(at_ms)
        self._follow_room(heard)
        self._n_hops += 1
        self._weigh(heard)
        if self.playback.is_located and self._n_hops % self._learns_every() == 0:
            self._learn(heard)
        if (
            self._hold_hops > 0
            or float(np.max(heard - np.maximum(self._room, _STILL_DB))) < _WOBBLE_DB
        ):
            return False
        return float(np.max(self._latest_first())) > self.ACTIVE_DB

    def _trust_canceller(self) -> None:
        """Begin with what a canceller leaves: else who speaks over a first reply would be learnt
        as its echo, and never be noticed again."""
        unknown = self._n_learnt == 0
        self._coupling[unknown] = self._mean[unknown] = self.CANCELLED_DB
        self._n_learnt[unknown] = self.LEARNT_HOPS

    # -------------------------------------------------------------- what is played

    def _play(self, at_ms: float) -> None:
        """The next hop of what is played, reverberation included, into the ring."""
        now = self.playback.measure(at_ms + _LEAD_HOPS * HOP_MS)
        self._at = (self._at + 1) % _RING_HOPS
        smeared = np.maximum(now, self._ring[self._at + _RING_HOPS - 1] - _DECAY_DB)
        self._ring[self._at] = self._ring[self._at + _RING_HOPS] = smeared

    def _latest_first(self) -> Decibels:
        """[_N_DELAYS + 2, N_BANDS]: what was played, from now backwards."""
        end = self._at + _RING_HOPS + 1
        return self._ring[end - _N_DELAYS - 2 : end][::-1]

    def _played(self) -> Decibels:
        """[_N_DELAYS + 1, N_BANDS]: for each delay the loudest of three neighbours, and of all."""
        latest = self._latest_first()
        played = np.empty((_N_DELAYS + 1, N_BANDS))
        np.maximum(latest[:-2], latest[1:-1], out=played[:-1])
        np.maximum(played[:-1], latest[2:], out=played[:-1])
        played[-1] = np.max(latest, axis=0)
        return played

    def _loudest(self) -> Decibels:
        """The row of `_played` that counts."""
        latest = self._latest_first()
        if self._row != _ANY_DELAY:
            latest = latest[self._row : self._row + 3]
        return np.max(latest, axis=0)

    # -------------------------------------------------------------- is it more than that?

    def _follow_room(self, heard: Decibels) -> None:
        """Down half of the way at once, up by a decibel in a second."""
        self._room = np.minimum(self._room + _ROOM_UP_DB, 0.5 * (heard + self._room))

    def _weigh(self, heard: Decibels) -> None:
        """Gather evidence from the bands that echo and room do not explain."""
        floor = np.maximum(self._expected(), self._room + self.ABOVE_ROOM_DB)
        n_over = int(np.count_nonzero(heard > floor))
        step = min(2.0, n_over / self.BANDS) if n_over >= self.BANDS else -0.5
        self._evidence = min(2.0 * self.EVIDENCE_HOPS, max(0.0, self._evidence + step))
        if self._evidence >= self.EVIDENCE_HOPS:
            self._hold_hops = self.HOLD_HOPS
        elif self._hold_hops > 0:
            self._hold_hops -= 1

    def _expected(self) -> Decibels:
        """The loudest echo that there may be, [N_BANDS]."""
        loudest = self._loudest()
        if loudest.max() < _NOTHING_DB:
            return loudest
        overtones_db = (loudest + self._known).max() - self.DISTORTED_DB
        return np.maximum(loudest + self._believed, overtones_db) + self.MARGIN_DB

    def _believe(self) -> None:
        """How strong the coupling may be in each band, by what was learnt so far."""
        n = self._n_learnt[self._row]
        doubt_db = self.DOUBT_DB if self.canceller is not EchoCanceller.ON else 0.0
        doubt = np.sqrt(self.LEARNT_HOPS / np.maximum(n, self.LEARNT_HOPS))
        coupling = self._coupling[self._row] + doubt_db * doubt
        self._believed = np.where(n < self.LEARNT_HOPS, np.inf, coupling)
        self._known = np.where(np.isinf(self._believed), SILENT_DB, self._believed)

    # -------------------------------------------------------------- learning

    def _learns_every(self) -> int:
        """Hops: at first each, later every fourth, to leave the processor to others."""
        return 1 if self._n_located < 2 * self.SETTLED_HOPS or self._hold_hops > 0 else 4

    def _learn(self, heard: Decibels) -> None:
        """Follow each band's coupling at each delay: a quantile, by Robbins and Monro 1951."""
        self._n_located += 1
        played = self._played()
        active = played > np.maximum(self.ACTIVE_DB, self._room + self.ABOVE_ROOM_DB)
        active[_ANY_DELAY] &= self._latest_first()[-1] > self.ACTIVE_DB  # not before it can arrive
        ratio = heard - played
        n = self._n_learnt
        self._mean = np.where(active & (n == 0), ratio, self._mean)
        audible = heard > self._room + self.ABOVE_ROOM_DB  # else `ratio` is no echo's, but a bound
        first = np.where(audible, np.maximum(ratio, self._coupling), self._coupling)
        highest = np.where(n == 0, ratio, first)
        step = np.maximum(2.0, 60.0 / (n + 1.0))
        louder = self.QUANTILE * audible
        side = np.where(ratio > self._coupling, louder, self.QUANTILE - 1.0)
        if self._hold_hops > 0:
            side = np.where(side > 0.0, self._belief_in_louder(ratio, active) * side, side)
        else:
            self._n_alike = 0
        learnt = np.where(n < self.LEARNT_HOPS, highest, self._coupling + step * side)
        self._coupling = np.where(active, learnt, self._coupling)
        off = (ratio - self._mean) * active
        self._mean += np.maximum(0.05, 1.0 / (n + 1.0)) * off
        self._n_learnt += active
        self._choose_delay(np.abs(off[:-1]), np.count_nonzero(active[:-1], axis=1))
        self._believe()

    def _belief_in_louder(self, ratio: Decibels, active: NDArray[np.bool_]) -> float:
        """How far to follow a louder microphone while somebody seems to speak, 0…1."""
        self._n_alike = self._n_alike + 1 if self._is_alike(ratio, active) else 0
        if self.canceller is not EchoCanceller.ON:
            return 1.0 if self._n_alike else 0.1
        # A person is like an echo for a moment now and then. Learnt as one, they would not be
        # noticed over the next reply.
        return 1.0 if self._n_alike >= self.ALIKE_HOPS else 0.0

    def _is_alike(self, ratio: Decibels, active: NDArray[np.bool_]) -> bool:
        """Whether all bands are louder by about the same: no person, somebody turned it up."""
        off = (ratio - self._mean)[self._row][active[self._row]]
        return len(off) >= N_BANDS // 2 and float(off.std()) < self.ALIKE_DB

    def _choose_delay(self, off: Decibels, n_active: NDArray[np.intp]) -> None:
        """The delay at which the microphone follows most steadily, if one stands out."""
        off_db = np.sum(off, axis=1) / np.maximum(n_active, 1)
        rate = np.maximum(0.01, 1.0 / (self._n_unsteady + 1.0))
        moved = self._unsteady + rate * (off_db - self._unsteady)
        enough = n_active >= N_BANDS // 2
        self._unsteady = np.where(enough, moved, self._unsteady)
        self._n_unsteady += enough
        if self._n_located < self.SETTLED_HOPS:
            return
        best = int(np.argmin(self._unsteady))
        if self._unsteady[best] > self.STEADIER * float(np.median(self._unsteady)):
            self._row = _ANY_DELAY
        elif self._row == _ANY_DELAY or self._unsteady[best] < 0.9 * self._unsteady[self._row]:
            self._row = best
