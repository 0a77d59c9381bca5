import { element } from "../element.js";

const entries: readonly (readonly [swatch: string, text: string])[] = [
  ["leader", "L leader"],
  ["lease", "lease"],
  ["candidate", "C candidate"],
  ["pre-candidate", "P pre-candidate"],
  ["follower", "F follower"],
  ["down", "x down"],
  ["paused", "z paused"],
  ["fault", "! fault"],
  ["vote", "votes"],
  ["pre-vote", "pre-votes"],
  ["heartbeat", "heartbeats"],
  ["handover", "handovers, notices of a leader"],
  ["refused", "⊘ refused"],
  ["lost", "× lost"],
];

/** What the colours, patterns and signs of the diagram mean. */
export function legend(): HTMLElement {
  return element(
    "ul",
    { class: "legend", "aria-label": "Legend" },
    ...entries.map(([swatch, text]) =>
      element("li", {}, element("i", { class: `swatch ${swatch}`, "aria-hidden": "true" }), text),
    ),
  );
}
