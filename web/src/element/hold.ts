// A button that works for as long as it is held: with a finger, a mouse or the space bar. Whoever
// can't hold it (a switch, a screen reader's click) turns it on and off.

export function holdable(button: HTMLElement, isOn: () => boolean, turn: (state: "on" | "off") => void): void {
  const on = (event: Event): void => {
    event.preventDefault();
    turn("on");
  };
  const off = (event: Event): void => {
    event.preventDefault();
    turn("off");
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId); // let go beside it is let go, too
    turn("on");
  });
  button.addEventListener("pointerup", off);
  button.addEventListener("pointercancel", off);
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch asks for one
  button.addEventListener("keydown", (event) => {
    if (!isHoldKey(event)) return;
    if (event.repeat) event.preventDefault();
    else on(event);
  });
  button.addEventListener("keyup", (event) => {
    if (isHoldKey(event)) off(event);
  });
  button.addEventListener("blur", () => turn("off"));
  button.addEventListener("click", (event) => {
    if (event.detail === 0) turn(isOn() ? "off" : "on"); // no pointer and no key: those were handled
  });
}

function isHoldKey(event: KeyboardEvent): boolean {
  return event.key === " " || event.key === "Enter";
}
