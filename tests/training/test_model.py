"""PyTorch's net and ours are the same net; only where torch is installed, as for training."""

# torch and so its types are not in the development environment.
# pyright: basic

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")


def test_what_was_trained_is_what_is_run() -> None:
    from training.model import Ear, exported
    from visavis.lips.classes import N_PHONES
    from visavis.lips.net import Net, heard_from, weights_from

    torch.manual_seed(0)
    ear = Ear(24).eval()
    state = {name: value.half().float() for name, value in ear.state_dict().items()}
    ear.load_state_dict(state)
    prior = np.zeros(N_PHONES, dtype=np.float32)
    weights = weights_from(exported(state, prior, [8.0] * N_PHONES, {"ahead_frames": 0}))
    features = np.random.default_rng(0).normal(size=(50, 40)).astype(np.float32)
    with torch.no_grad():
        trained = heard_from(ear(torch.from_numpy(features)[None])[0].numpy())
    run = Net(weights).push_frames(features)
    for name in ("phones", "visemes", "closure", "silence"):
        assert np.allclose(getattr(trained, name), getattr(run, name), atol=1e-4), name


def test_so_is_the_net_that_goes_both_ways() -> None:
    from training.model import Ear, exported
    from visavis.lips.classes import N_PHONES
    from visavis.lips.net import heard_from, weights_from
    from visavis.lips.whole import hear_whole

    torch.manual_seed(0)
    ear = Ear(24, 2).eval()
    ear.load_state_dict({name: value.half().float() for name, value in ear.state_dict().items()})
    prior = np.zeros(N_PHONES, dtype=np.float32)
    state = ear.state_dict()
    weights = weights_from(exported(state, prior, [8.0] * N_PHONES, {"ahead_frames": 0}))
    features = np.random.default_rng(0).normal(size=(50, 40)).astype(np.float32)
    with torch.no_grad():
        trained = heard_from(ear(torch.from_numpy(features)[None])[0].numpy())
    run = hear_whole(weights, features)
    for name in ("phones", "visemes", "closure", "silence"):
        assert np.allclose(getattr(trained, name), getattr(run, name), atol=1e-4), name


def _material():
    from training.examples import Example
    from training.fit import Material
    from training.recordings import Timed

    features = np.random.default_rng(0).normal(size=(150, 40)).astype(np.float16)
    labels = {"k": Timed(np.array([0, 7, 19, 0]), np.array([4_000, 9_000, 18_000, 24_000]))}
    return Material([Example("k", features, 1.0, 0)], np.ones(1), labels)


def test_an_interrupted_run_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import fit
    from training.settings import Settings

    settings = replace(Settings().smoke(), n_steps=4)
    monkeypatch.setattr(fit, "CHECKPOINT", 2)

    def stop(done: int, _: int, __: float) -> None:
        if done == 3:
            raise KeyboardInterrupt

    whole = fit.fit(settings, _material(), tmp_path / "a.pt", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        fit.fit(settings, _material(), tmp_path / "b.pt", stop)
    resumed = fit.fit(settings, _material(), tmp_path / "b.pt", lambda *_: None)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_who_goes_on_begins_with_what_was_learnt(tmp_path: Path) -> None:
    from training.fit import fit
    from training.settings import Settings

    settings = replace(Settings().smoke(), n_steps=2)
    first = fit(settings, _material(), tmp_path / "a.pt", lambda *_: None)
    losses: list[float] = []

    def told(_: int, __: int, loss: float) -> None:
        losses.append(loss)

    fit(settings, _material(), tmp_path / "anew.pt", told)
    fit(replace(settings, learning_rate=0.0), _material(), tmp_path / "on.pt", told, start=first)
    assert losses[2] < losses[0], "its first lesson is the same, but it is no beginner"
