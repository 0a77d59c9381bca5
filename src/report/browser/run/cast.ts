import { element } from "../element.js";
import { instantWords } from "./describe.js";
import { faultWords } from "./fault-words.js";
import { fragmentOf } from "./instant-link.js";
import type { Scene } from "./scene.js";

/** So many faults are listed beside the cluster; the list of events has them all. */
const mostFaults = 12;

/** Who is who in the words of the scenario, and its faults, each with a link to its instant; null where there is neither. */
export function castAndFaults(scene: Scene, scenario: string | null): HTMLElement | null {
  const { parts, nodes, faults, beganMs } = scene.recording;
  const cast = nodes.flatMap((id, node) => (parts[node] == null ? [] : [`${parts[node]} = ${id}`]));
  if (cast.length === 0 && faults.length === 0) return null;
  const list = element("ul", { class: "plain" });
  for (const [index, { fromMs }] of faults.slice(0, mostFaults).entries()) {
    const href = fragmentOf({ atMs: fromMs - (beganMs ?? 0), scenario });
    list.append(
      element("li", {}, element("a", { href }, instantWords(scene, fromMs)), ` ${faultWords(scene, index)}`),
    );
  }
  const more = faults.length - mostFaults;
  return element(
    "section",
    { class: "panel" },
    element("h2", {}, cast.length === 0 ? "Faults" : "Who is who, and the faults"),
    ...(cast.length === 0 ? [] : [element("p", { id: "cast" }, cast.toSorted().join(", "))]),
    ...(faults.length === 0 ? [] : [list]),
    ...(more > 0 ? [element("p", { class: "note" }, `and ${more} more, in the list of events`)] : []),
  );
}
