// Injected before the page's own code: what a component that is gone may not leave behind.
(() => {
  const counts = { frames: new Set(), listeners: new Map(), contexts: new Set() };
  const request = window.requestAnimationFrame.bind(window);
  const cancel = window.cancelAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => {
    const id = request((time) => {
      counts.frames.delete(id);
      callback(time);
    });
    counts.frames.add(id);
    return id;
  };
  window.cancelAnimationFrame = (id) => {
    counts.frames.delete(id);
    cancel(id);
  };

  // Listeners of things that outlive every component; those of a removed element go with it.
  const lasting = (target) => target === window || target === document || target instanceof MediaQueryList;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (lasting(this)) {
      counts.listeners.set(listener, type);
      const forget = () => counts.listeners.delete(listener);
      if (options?.signal) addEventListener.call(options.signal, "abort", forget);
    }
    return addEventListener.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    if (lasting(this)) counts.listeners.delete(listener);
    return removeEventListener.call(this, type, listener, options);
  };

  const Native = window.AudioContext;
  window.AudioContext = class extends Native {
    constructor(...args) {
      super(...args);
      counts.contexts.add(this);
    }
    close() {
      counts.contexts.delete(this);
      return super.close();
    }
  };

  const natives = { WebSocket: window.WebSocket, AudioWorkletNode: window.AudioWorkletNode };
  window.leftBehind = () => ({
    frames: counts.frames.size,
    listeners: counts.listeners.size,
    contexts: counts.contexts.size,
    canvases: document.querySelectorAll("canvas").length,
    stoodIn: Object.keys(natives).filter((name) => window[name] !== natives[name]),
  });
})();
