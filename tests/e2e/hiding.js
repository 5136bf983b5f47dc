// Injected first. Playwright keeps every page visible (cdp.py does not), so what a page can observe is
// imitated: its visibility, and no frames for as long as it is hidden.
(() => {
  let state = "visible";
  const held = new Map();
  let nextId = 1e9;
  const request = requestAnimationFrame.bind(window);
  const cancel = cancelAnimationFrame.bind(window);
  Object.defineProperty(Document.prototype, "visibilityState", { get: () => state });
  Object.defineProperty(Document.prototype, "hidden", { get: () => state === "hidden" });
  window.requestAnimationFrame = (callback) => {
    if (state === "visible") {
      // One that was asked for just before the page was hidden waits, too.
      return request((at) => (state === "visible" ? callback(at) : held.set(nextId++, callback)));
    }
    held.set(nextId, callback);
    return nextId++;
  };
  window.cancelAnimationFrame = (id) => held.delete(id) || cancel(id);
  window.__become = (now) => {
    state = now;
    document.dispatchEvent(new Event("visibilitychange"));
    if (now === "hidden") return;
    for (const callback of held.values()) request(callback);
    held.clear();
  };
})();
