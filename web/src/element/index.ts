// `<visavis-avatar>`: importing this defines it.
import { VisavisAvatar } from "./element.ts";

export { VisavisAvatar } from "./element.ts";

// A page may load it twice, from a tag and from a bundle: the first one stays.
if (customElements.get("visavis-avatar") === undefined) {
  customElements.define("visavis-avatar", VisavisAvatar);
}

declare global {
  interface HTMLElementTagNameMap {
    "visavis-avatar": VisavisAvatar;
  }
}
