"""`<visavis-avatar>` in real Chromium: embedded in somebody else's site, by every door.

The engines are scripted, so that a talk costs no models; sockets, sound and pixels are real. One
server, one site and one browser serve all tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.foreign import INDEX, renamed
from tests.e2e.houses import house, site
from tests.e2e.visitor import ANSWER, Town, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FILES = {
    "hero.riv": renamed(),
    "hero.json": json.dumps(INDEX).encode(),
    "wrong.json": json.dumps(INDEX | {"speaking": "is_speaking"}).encode(),
}
"""Of the site's own character."""


@pytest.fixture(scope="module")
def town(browser_path: Path) -> Iterator[Town]:
    """Two servers, a site, a browser."""
    with (
        site(FILES) as somewhere,
        house(somewhere) as ours,
        house() as strict,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=browser_path,
            args=["--no-sandbox", "--use-fake-device-for-media-stream"],
        )
        yield Town(browser, ours, strict, somewhere)
        browser.close()


@pytest.fixture
def visit(town: Town) -> Iterator[Callable[..., Visitor]]:
    """`Town.embedded`, or `Town.page` of an address; closed afterwards, and without trouble."""
    visitors: list[Visitor] = []

    def go(address: str = "", **options: Any) -> Visitor:
        visitor = town.page(address, **options) if address else town.embedded(**options)
        visitors.append(visitor)
        visitor.until("el.shadowRoot && $('#app') !== null")
        return visitor

    yield go
    for visitor in visitors:
        visitor.context.close()


def complaints(visitor: Visitor) -> list[str]:
    """What axe finds on the page as it is now: rule, and where."""
    found = visitor.page.evaluate("() => axe.run(document)")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("form", ["floating", "inline", "fullscreen"])
def test_axe_finds_nothing(form: str, town: Town, visit: Callable[..., Visitor]) -> None:
    """Closed, open, in mid-talk, and both dialogs, each in light and dark."""
    if form == "fullscreen":  # the served page, which has a policy that axe's own way breaks
        visitor = visit(f"{town.house}/?hud", bypass_csp=True, reduced_motion="reduce")
    else:
        visitor = visit(query=f"&form={form}", reduced_motion="reduce")
    found: dict[str, list[str]] = {}

    def look(where: str) -> None:
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme)
            visitor.until(f"$('.root').dataset.scheme === '{scheme}'")
            if what := complaints(visitor):
                found[f"{where}, {scheme}"] = what

    visitor.until("$('#title').textContent === 'Talk with Testy'")
    look("at first")
    if form == "floating":
        visitor.page.click("#launch")
        look("open")
    visitor.ask("what time is it")
    visitor.ask("what time is it")
    look("in mid-talk")
    for dialog in ("settings", "transcript"):
        visitor.page.click(f"#{dialog}-open")
        visitor.until(f"$('#{dialog}').open")
        look(dialog)
        visitor.page.click(f"#{dialog}-close")
    assert found == {}
    assert visitor.trouble == []


def test_every_control_by_keyboard(visit: Callable[..., Visitor]) -> None:
    """A floating avatar has them all; the mouse is never touched."""
    visitor = visit(query="&form=floating")
    visitor.until("$('#title').textContent === 'Talk with Testy'")
    assert visitor.press("Tab") == "launch"
    assert visitor.press("Enter") == "start"
    visitor.press("Enter")
    visitor.until("el.avatar.talk?.microphoneStatus === 'open'")
    visitor.until("$('#start').checkVisibility() === false")
    assert visitor.focused() == "mute", "the start button is gone: the focus has to go somewhere"
    visitor.press("Space")
    visitor.until("el.avatar.talk.microphoneStatus === 'muted'")
    visitor.until("$('#mute').getAttribute('aria-pressed') === 'true'")

    reached = [visitor.press("Shift+Tab") for _ in range(8)]
    wanted = ["send", "text", "captions", "minimise", "settings-open", "transcript-open"]
    assert [name for name in reached if name in wanted] == wanted

    visitor.avatar("$('#transcript-open').focus()")
    for dialog in ("transcript", "settings"):
        visitor.press("Enter")
        visitor.until(f"$('#{dialog}').open")
        assert visitor.press("Escape") == f"{dialog}-open"
        visitor.until(f"!$('#{dialog}').open")
        visitor.press("Tab")
    visitor.avatar("$('#text').focus()")
    visitor.page.keyboard.type("tell me a story")
    visitor.press("Enter")
    # The greeting is a reply, too, and the last one until that to turn 1 is there.
    last = "[...el.avatar.talk.conversation.replies.values()].at(-1)"
    visitor.until(f"{last}.turnId === 1 && {last}.status === 'committed'")
    visitor.press("Escape")
    visitor.until(f"{last}.status === 'stopped'")
    assert visitor.avatar("el.open"), "Escape stops him first"
    visitor.until("$('#stop').disabled")
    assert visitor.press("Escape") == "launch"
    assert visitor.avatar("[el.open, el.avatar.talk.connection]") == [False, "ready"]
    visitor.press("Enter")
    visitor.avatar("$('#end').focus()")
    visitor.press("Enter")
    visitor.until("el.avatar.talk.connection === 'ended'")
    visitor.until("$('#start').checkVisibility()")
    assert visitor.focused() == "start"
    assert visitor.trouble == []


def test_embedded_text_goes_in_and_sound_and_captions_come_out(
    town: Town, visit: Callable[..., Visitor]
) -> None:
    """On another origin, which the operator has allowed; and the site hears of all of it."""
    visitor = visit(query="&form=inline")
    visitor.until("$('#title').textContent === 'Talk with Testy'")
    visitor.page.evaluate(
        "() => { window.seen = []; const words = () => {"
        "const all = document.querySelector('visavis-avatar').shadowRoot"
        ".querySelectorAll('.line.avatar:not([hidden]) .words');"
        "const text = all[all.length - 1]?.textContent; if (text && text !== seen.at(-1))"
        "seen.push(text); requestAnimationFrame(words); }; words(); }"
    )
    visitor.ask("what time is it")
    loudest = visitor.page.evaluate("Math.max(...__witness.blocks.map(([, rms]) => rms))")
    assert loudest > 0.1
    growing = [text for text in visitor.page.evaluate("seen") if ANSWER.startswith(text)]
    assert len(growing) >= 3, "the words did not come one by one, as they were heard"
    assert growing[-1] == ANSWER
    words = [detail["text"] for detail in visitor.told("words")]
    assert words[-1] == ANSWER
    connections = [detail["connection"] for detail in visitor.told("connection")]
    assert connections == ["connecting", "ready"]
    assert {"text": "what time is it", "status": "final", "turnId": 1} in visitor.told("transcript")
    replies = [d for d in visitor.told("reply") if d["text"] == ANSWER]
    assert [d["status"] for d in replies][-1] == "ended"
    assert visitor.told("character") == [{"state": "shown", "name": "Testy"}]
    assert {"mood": "speaking"} in visitor.told("mood")
    assert visitor.hosts <= {urlsplit(town.site).netloc, urlsplit(town.house).netloc}
    assert visitor.trouble == []


def test_a_page_that_is_not_let_in_shows_which_setting_would(
    town: Town, visit: Callable[..., Visitor]
) -> None:
    visitor = visit(server=town.strict, query="&form=inline&name=Testy")
    visitor.until("!$('#card').hidden")
    assert f"--allow-origin {town.site}" in visitor.avatar("$('#card').innerText")
    assert visitor.avatar("[$('#start').checkVisibility(), $('#text').checkVisibility()]") == [
        False,
        False,
    ]
    assert any(f"--allow-origin {town.site}" in told["text"] for told in visitor.told("notice"))
    assert complaints(visitor) == []
    visitor.page.click("#card-action")  # asks again
    visitor.until("!$('#card').hidden")
    assert visitor.avatar("el.avatar.talk") is None


def test_a_hidden_tab_goes_on_talking_and_catches_up(visit: Callable[..., Visitor]) -> None:
    visitor = visit(query="&form=inline", scripts=["hiding.js", "probe.js"])
    visitor.ask("what time is it")
    visitor.page.evaluate("__become('hidden')")
    drawn = visitor.avatar("el.avatar.nDrawn")
    visitor.avatar("void el.say('and what time is it now')")
    twice = f"$('#log').innerText.split('{ANSWER}').length > 2"
    visitor.until(twice)  # screen readers are told all the same
    assert [d["status"] for d in visitor.told("reply")][-1] == "ended"
    assert visitor.avatar("el.avatar.nDrawn") == drawn, "nobody can see it"
    visitor.page.evaluate("__become('visible')")
    visitor.until(f"el.avatar.nDrawn > {drawn}")
    lines = visitor.avatar("[...$('#captions').children].map((li) => li.innerText)")
    assert sum(ANSWER in line for line in lines) == 2
    visitor.ask("what time is it")
    assert visitor.avatar("el.avatar.talk.ready.session_id") is not None
    assert [d["connection"] for d in visitor.told("connection")] == ["connecting", "ready"]
    assert visitor.trouble == []


def test_a_blocked_microphone_a_locked_loudspeaker_and_a_button_to_hold(
    town: Town, visit: Callable[..., Visitor]
) -> None:
    """Each says what is the matter and what to do; doing it mends it."""
    visitor = visit(query="&form=inline&talk=push&autostart=1", permissions=[])
    visitor.until("$('#card').dataset.kind === 'silent'")
    assert visitor.avatar("el.avatar.soundState") == "suspended"
    visitor.page.click("#card-action")
    visitor.until("el.avatar.soundState === 'running'")
    visitor.until("$('#card').dataset.kind === 'blocked'")
    visitor.ask("what time is it")  # works without a microphone
    visitor.context.grant_permissions(["microphone"], origin=town.site)
    visitor.page.click("#card-action")
    visitor.until("el.avatar.talk.microphoneStatus === 'muted'")
    visitor.until("$('#status').textContent === 'Hold the button to speak'")
    assert visitor.avatar("$('#card').hidden")
    status = "el.avatar.talk.microphoneStatus"
    visitor.page.hover("#hold")
    visitor.page.mouse.down()
    visitor.until(f"{status} === 'open'")
    visitor.page.mouse.move(5, 5)  # let go elsewhere
    visitor.page.mouse.up()
    visitor.until(f"{status} === 'muted'")
    visitor.avatar("$('#hold').focus()")
    visitor.page.keyboard.down(" ")
    visitor.until(f"{status} === 'open'")
    visitor.page.keyboard.up(" ")
    visitor.until(f"{status} === 'muted'")
    visitor.avatar("$('#hold').click()")  # as a screen reader does, and a second time
    visitor.until(f"{status} === 'open'")
    visitor.avatar("$('#hold').click()")
    visitor.until(f"{status} === 'muted'")


def test_pickers_mute_and_taking_the_element_out(visit: Callable[..., Visitor]) -> None:
    visitor = visit(query="&form=inline", scripts=[])  # the probe's microphone has no name
    visitor.page.click("#start")
    visitor.until("el.avatar.talk?.microphoneStatus === 'open'")
    visitor.until("el.avatar.level > 0.05")  # Chromium's device beeps
    visitor.page.click("#settings-open")
    visitor.until("$('#microphone').options.length >= 2")
    options = visitor.avatar("[...$('#microphone').options].map((o) => [o.textContent, o.value])")
    label, chosen = next(one for one in options if "Fake Audio Input 2" in one[0])
    assert visitor.avatar("el.avatar.microphoneId") != chosen
    visitor.page.select_option("#microphone", label=label)
    visitor.until(f"el.avatar.microphoneId === {chosen!r}")
    visitor.until(f"$('#microphone').value === {chosen!r}")
    visitor.until("el.avatar.level > 0.05")
    visitor.page.click("#settings-close")
    visitor.page.click("#mute")
    assert visitor.avatar("el.avatar.level") == 0
    visitor.page.evaluate(
        "window.gone = document.querySelector('visavis-avatar'); window.core = gone.avatar;"
        "gone.remove()"
    )
    visitor.page.wait_for_timeout(300)
    assert visitor.page.evaluate("gone.avatar") is None
    left = "[core.soundState, core.talk.connection, core.talk.microphoneStatus]"
    assert visitor.page.evaluate(left) == ["none", "ended", "closed"]
    visitor.page.evaluate("document.querySelector('main').append(gone)")
    visitor.until("$('#title').textContent === 'Talk with Testy'")
    visitor.ask("what time is it")
    assert visitor.trouble == []


def test_a_site_shows_a_file_of_its_own_by_its_address(
    town: Town, visit: Callable[..., Visitor]
) -> None:
    """Somebody else's names, told by a mapping; the server's character is never asked for."""
    visitor = visit(query="&form=inline&src=hero.riv&mapping=hero.json")
    visitor.until("el.avatar.nDrawn > 0 && $('#title').textContent === 'Talk with Testy'")
    visitor.page.evaluate("void (__witness.roi = [0.34, 0.6, 0.32, 0.2])")  # Pip's mouth
    visitor.ask("what time is it")
    frames = visitor.page.evaluate("__witness.frames")
    assert max(opening for _, opening in frames) > 0.2, "the mouth did not move"
    assert f"{town.site}/hero.riv" in visitor.loaded()
    assert not any("characters/" in url for url in visitor.loaded())
    assert visitor.trouble == []


def test_what_is_wrong_with_a_mapping_is_said(visit: Callable[..., Visitor]) -> None:
    visitor = visit(query="&form=inline&src=hero.riv&mapping=wrong.json")
    visitor.until("$('#notices').innerText.includes('be drawn')")
    told = " ".join(visitor.warnings)
    assert 'there is no boolean "is_speaking"' in told
    assert "booleans: talks" in told

    visitor = visit(query="&form=inline&src=hero.riv&mapping=nowhere.json")
    visitor.until("$('#notices').innerText.includes('be drawn')")
    assert "nowhere.json is no mapping: the server says 404" in " ".join(visitor.warnings)


def test_reduced_motion_is_a_calmer_character_from_then_on(visit: Callable[..., Visitor]) -> None:
    visitor = visit(query="&form=inline")
    visitor.until("el.avatar.nDrawn > 0")
    assert any(url.endswith("/characters/pip.riv") for url in visitor.loaded())
    visitor.page.emulate_media(reduced_motion="reduce")
    fetched = "performance.getEntriesByType('resource').map((r) => r.name)"
    visitor.until(f"{fetched}.some((url) => url.endsWith('/pip.riv?motion=reduced'))")
    visitor.ask("what time is it")
    assert visitor.trouble == []
