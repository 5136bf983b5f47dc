"""The latency bench in real Chromium: what was drawn and played, seen from outside the page."""

from visavis.bench.browser.contender import Browser
from visavis.bench.browser.notes import BrowserNotes, browser_figures

__all__ = ["Browser", "BrowserNotes", "browser_figures"]
