// The served page: the element itself, and a look inside for tests and benchmarks (`?debug`) or for
// people (`?hud`). Everything else is the element's.
import type { VisavisAvatar } from "./element/index.ts";
import { publish } from "./surface.ts";

const element = document.querySelector("visavis-avatar") as VisavisAvatar;
const asked = new URLSearchParams(location.search);

// Not in the page yet when this runs: what an element is made with has to be said before.
for (const name of ["debug", "hud"]) element.toggleAttribute(name, asked.has(name));
if (asked.get("talk") === "push") element.setAttribute("talk", "push");

void customElements.whenDefined("visavis-avatar").then(() => {
  if (element.avatar !== null) publish(element.avatar);
});
element.addEventListener("visavis-mood", (event) => {
  document.body.dataset["mood"] = (event as CustomEvent<{ mood: string }>).detail.mood;
});
