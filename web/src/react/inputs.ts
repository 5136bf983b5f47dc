// A file's own controls for an app that knows their names.
import type { Control } from "../stage.ts";
import type { Mascot } from "./mascot.ts";

/** By name. One that the file lacks, or that is not loaded yet, does nothing. */
export function inputsOf(mascot: Mascot, names: readonly string[]): Record<string, Control> {
  return Object.fromEntries([...names, "gesture"].map((name) => [name, controlOf(mascot, name)]));
}

function controlOf(mascot: Mascot, name: string): Control {
  return {
    name,
    get value() {
      return mascot.control(name)?.value ?? false;
    },
    set value(value) {
      const control = mascot.control(name);
      if (control !== null) control.value = value;
    },
    fire: () => mascot.control(name)?.fire(),
  };
}
