// The settings: which microphone and loudspeaker, how a turn is told, captions or none.
import type { Avatar } from "../avatar.ts";
import { canChooseSpeaker } from "../speaker.ts";
import { h } from "./dom.ts";
import type { Way } from "./labels.ts";
import type { Markup } from "./markup.ts";
import { loadPreferences, savePreferences, type Preferences } from "./preferences.ts";

export class Settings {
  readonly #markup: Markup["settings"];
  readonly #avatar: Avatar;
  readonly #changed: () => void;
  #preferences: Preferences = loadPreferences();
  /** What the page's author has set; the user's choice wins. */
  defaultWay: Way = "speak";

  constructor(markup: Markup["settings"], avatar: Avatar, changed: () => void) {
    this.#markup = markup;
    this.#avatar = avatar;
    this.#changed = changed;
    const { microphone, speaker, push, captionsShown, dialog, close } = markup;
    microphone.addEventListener("change", () => void this.#chooseMicrophone(microphone.value));
    speaker.addEventListener("change", () => void this.#chooseSpeaker(speaker.value));
    push.addEventListener("change", () => this.#keep({ way: push.checked ? "push" : "speak" }));
    captionsShown.addEventListener("change", () =>
      this.#keep({ captions: captionsShown.checked ? "shown" : "hidden" }),
    );
    close.addEventListener("click", () => dialog.close());
    markup.speakerRow.hidden = !canChooseSpeaker();
    void avatar.chooseMicrophone(this.#preferences.microphone);
    void avatar.chooseSpeaker(this.#preferences.speaker);
    navigator.mediaDevices?.addEventListener("devicechange", this.#listDevices);
  }

  dispose(): void {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#listDevices);
  }

  get way(): Way {
    return this.#preferences.way ?? this.defaultWay;
  }

  get captions(): Preferences["captions"] {
    return this.#preferences.captions;
  }

  open(): void {
    this.#markup.push.checked = this.way === "push";
    this.#markup.captionsShown.checked = this.captions === "shown";
    this.#listDevices();
    this.#markup.dialog.showModal();
  }

  readonly #listDevices = (): void => void this.#draw();

  async #draw(): Promise<void> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const { microphone, speaker } = this.#markup;
    fill(microphone, devices.filter((d) => d.kind === "audioinput"), this.#avatar.microphoneId);
    fill(speaker, devices.filter((d) => d.kind === "audiooutput"), this.#preferences.speaker);
  }

  async #chooseMicrophone(deviceId: string): Promise<void> {
    this.#keep({ microphone: deviceId === "" ? null : deviceId });
    await this.#avatar.chooseMicrophone(this.#preferences.microphone);
    await this.#draw(); // what the browser gave need not be what was asked for
    this.#changed();
  }

  async #chooseSpeaker(deviceId: string): Promise<void> {
    try {
      await this.#avatar.chooseSpeaker(deviceId);
      this.#keep({ speaker: deviceId === "" ? null : deviceId });
    } catch (error) {
      console.warn("visavis:", error); // unplugged meanwhile: the list is drawn anew
      await this.#draw();
    }
  }

  #keep(choice: Partial<Preferences>): void {
    this.#preferences = { ...this.#preferences, ...choice };
    savePreferences(this.#preferences);
    this.#changed();
  }
}

/** Before the microphone is allowed browsers tell no names: then there is only "the usual one". */
function fill(select: HTMLSelectElement, devices: readonly MediaDeviceInfo[], chosenId: string | null): void {
  const named = devices.filter(({ deviceId, label }) => deviceId !== "" && label !== "");
  const options = named.map(({ deviceId, label }) => h("option", { value: deviceId }, label));
  const isListed = named.some(({ deviceId }) => deviceId === (chosenId ?? ""));
  if (!named.some(({ deviceId }) => deviceId === "default")) {
    options.unshift(h("option", { value: "" }, "The system’s usual one"));
  }
  select.replaceChildren(...options);
  select.value = isListed && chosenId !== null ? chosenId : (options[0]?.value ?? "");
}
