import type { Scene } from "./scene.js";

/** The label of a fault, and which nodes it means by the parts that it names. */
export function faultWords({ recording: { faults, parts, nodes } }: Scene, index: number): string {
  const label = faults[index]?.label ?? "";
  const named = new Set(label.match(/\b(?:leader|follower\d+)\b/g) ?? []);
  const meant = [...named].flatMap((part) => {
    const node = parts.indexOf(part);
    return node < 0 || nodes.includes(part) ? [] : [`${part} = ${nodes[node]}`];
  });
  return meant.length === 0 ? label : `${label} (${meant.join(", ")})`;
}
