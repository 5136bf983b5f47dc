"""Somebody who looks at a page with `<visavis-avatar>` in real Chromium, and what they do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

HERE = Path(__file__).parent
AXE = HERE.parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
WAIT_MS = 20_000
ANSWER = "It is noon exactly."
"""What the scripted persona says when it is asked for the time."""

# The element that has the focus, through shadow roots: its id, or its tag.
FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.id || at?.tagName;
}"""


@dataclass
class Town:
    """Who lives where."""

    browser: Browser
    house: str
    """Lets the site in."""
    strict: str
    """Lets nobody in but itself."""
    site: str

    def page(self, path: str, **options: Any) -> Visitor:
        """Somebody looks at this address; closes with its context."""
        permissions = options.pop("permissions", ["microphone"])
        scripts = options.pop("scripts", ["probe.js"])
        context = self.browser.new_context(permissions=permissions, **options)
        page = context.new_page()
        visitor = Visitor(page, context)
        page.on("pageerror", lambda error: visitor.trouble.append(str(error)))
        page.on("console", visitor.note)
        page.on("request", lambda request: visitor.hosts.add(urlsplit(request.url).netloc))
        for script in scripts:
            page.add_init_script(path=HERE / script)
        page.add_init_script(path=AXE)
        page.goto(path)
        return visitor

    def embedded(self, server: str = "", *, query: str = "", **options: Any) -> Visitor:
        """The site, with the avatar of that server."""
        asked = urlencode({"server": server or self.house})
        return self.page(f"{self.site}/?{asked}{query}", **options)


@dataclass
class Visitor:
    """A page, and what went wrong in it."""

    page: Page
    context: BrowserContext
    trouble: list[str] = field(default_factory=list[str])
    hosts: set[str] = field(default_factory=set[str])
    warnings: list[str] = field(default_factory=list[str])

    def note(self, message: Any) -> None:
        """Playwright takes no bound built-ins."""
        if message.type == "error":
            self.trouble.append(message.text)
        elif message.type == "warning":
            self.warnings.append(message.text)

    def loaded(self) -> list[str]:
        """What the page has fetched so far."""
        return self.page.evaluate("performance.getEntriesByType('resource').map((r) => r.name)")

    def avatar(self, expression: str) -> Any:
        """`expression` about the element, as `el`, and its shadow root, as `$`."""
        return self.page.evaluate(
            "([body]) => { const el = document.querySelector('visavis-avatar');"
            "const $ = (q) => el.shadowRoot.querySelector(q);"
            "return new Function('el', '$', `return (${body})`)(el, $); }",
            [expression],
        )

    def until(self, expression: str) -> None:
        """Wait for it; fails with what is there instead."""
        for _ in range(WAIT_MS // 50):
            if self.avatar(expression):
                return
            self.page.wait_for_timeout(50)
        state = self.avatar("[$('#app').innerText, el.avatar?.talk?.connection]")
        pytest.fail(f"waited in vain for {expression}: {state}, {self.trouble}")

    def focused(self) -> str:
        return str(self.page.evaluate(FOCUSED))

    def press(self, *keys: str) -> str:
        """Press them; what has the focus then."""
        for key in keys:
            self.page.keyboard.press(key)
        return self.focused()

    def told(self, name: str) -> list[Any]:
        """The details of this event, as the site heard it."""
        return [detail for what, detail in self.page.evaluate("told") if what == name]

    def ask(self, text: str) -> None:
        """Type it, a question for the time, and wait until it has been answered.

        What is typed cuts the greeting short, which is a line of the log, too.
        """
        before = self.avatar("el.avatar?.talk?.conversation.turnId ?? 0")
        self.page.fill("#text", text)
        self.page.keyboard.press("Enter")
        last = "[...(el.avatar?.talk?.conversation.replies.values() ?? [])].at(-1)"
        self.until(f"{last}?.turnId > {before} && {last}.status === 'ended'")
        self.until(f"$('#log').lastElementChild.textContent.endsWith('{ANSWER}')")
