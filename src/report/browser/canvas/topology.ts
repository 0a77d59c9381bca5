import type { LinkState } from "../../recording/run-words.js";
import { roleLetters, roleWords } from "../../recording/run-words.js";
import { element, shape } from "../element.js";
import { kindOf } from "../run/describe.js";
import type { Stage } from "./stage.js";

const sizePx = 320;
const middle = sizePx / 2;

/** The signs of links that do not simply work, in words for those who do not see them. */
const stateWords: Readonly<Record<LinkState, string>> = {
  ok: "carries all",
  lossy: "loses some",
  held: "holds back",
  cut: "cut",
};

/** The cluster at the chosen instant: who is what, which links work, what is on its way. */
export function topology(stage: Stage): HTMLElement {
  const { nodes } = stage.scene.recording;
  const links = shape("g");
  const flying = shape("g");
  const circles = shape("g");
  const picture = shape(
    "svg",
    { viewBox: `0 0 ${sizePx} ${sizePx}`, role: "img", "aria-labelledby": "topology-words", id: "topology" },
    links,
    flying,
    circles,
  );
  const words = element("p", { id: "topology-words", class: "note" });
  const radiusPx = nodes.length === 1 ? 0 : middle - 52;
  const spots = nodes.map((_, node) => {
    const angle = (2 * Math.PI * node) / nodes.length - Math.PI / 2;
    return { x: middle + radiusPx * Math.cos(angle), y: middle + radiusPx * Math.sin(angle) };
  });
  let linksDrawn = "";
  let nodesDrawn = "";
  stage.onChange(() => {
    const states = linkStates(stage);
    const linkKey = states.join();
    if (linkKey !== linksDrawn) links.replaceChildren(...drawnLinks(states, spots, nodes.length));
    linksDrawn = linkKey;
    const parts = nodes.map((_, node) => partOf(stage, node));
    const nodeKey = JSON.stringify(parts);
    if (nodeKey !== nodesDrawn) {
      circles.replaceChildren(
        ...parts.map((part, node) => drawnNode(part, nodes[node] ?? "", spots[node] as Spot)),
      );
      words.textContent = inWords(parts, nodes);
    }
    nodesDrawn = nodeKey;
    flying.replaceChildren(...drawnMessages(stage, spots));
  });
  return element("div", {}, picture as unknown as HTMLElement, words, linkLegend());
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Part {
  readonly role: keyof typeof roleLetters;
  readonly term: number;
  readonly hasLease: boolean;
  readonly isPaused: boolean;
}

function partOf({ scene, atMs }: Stage, node: number): Part {
  const span = scene.roleAt(node, atMs);
  return {
    role: span?.role ?? "down",
    term: span?.term ?? 0,
    hasLease: scene.leaseAt(node, atMs) !== undefined,
    isPaused: scene.isPaused(node, atMs),
  };
}

function inWords(parts: readonly Part[], nodes: readonly string[]): string {
  const said = parts.map(({ role, term, hasLease, isPaused }, node) => {
    const lease = role !== "leader" ? "" : hasLease ? " with a lease" : " without a lease";
    return `${nodes[node]} ${roleWords[role]}${lease} t${term}${isPaused ? ", paused" : ""}`;
  });
  return said.join("; ");
}

function linkStates({ scene, atMs }: Stage): LinkState[] {
  const nodes = [...scene.recording.nodes.keys()];
  return nodes.flatMap((from) => nodes.map((to) => scene.linkAt(from, to, atMs)));
}

/** One line a pair where both directions fare alike, else two, each with a sign near its receiver. */
function drawnLinks(states: readonly LinkState[], spots: readonly Spot[], count: number): SVGElement[] {
  const made: SVGElement[] = [];
  for (let a = 0; a < count; a++)
    for (let b = a + 1; b < count; b++) {
      const there = states[a * count + b] as LinkState;
      const back = states[b * count + a] as LinkState;
      const [from, to] = [spots[a] as Spot, spots[b] as Spot];
      if (there === back) made.push(...drawnLink(from, to, there, 0, 0.5));
      else made.push(...drawnLink(from, to, there, 5, 0.62), ...drawnLink(to, from, back, 5, 0.62));
    }
  return made;
}

function drawnLink(from: Spot, to: Spot, state: LinkState, asidePx: number, signAt: number): SVGElement[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [ox, oy] = [-dy * asidePx, dx * asidePx];
  const line = shape("line", {
    x1: from.x + ox,
    y1: from.y + oy,
    x2: to.x + ox,
    y2: to.y + oy,
    class: `link ${state}`,
  });
  const sign = { ok: "", lossy: "~", held: "‖", cut: "×" }[state];
  const direction = asidePx === 0 ? "" : arrowFor(dx, dy);
  if (sign === "" && direction === "") return [line];
  const text = shape(
    "text",
    {
      x: from.x + (to.x - from.x) * signAt + ox,
      y: from.y + (to.y - from.y) * signAt + oy,
      class: `sign ${state}`,
    },
    sign + direction,
  );
  return [line, text];
}

/** Which way a direction points, in one character. */
function arrowFor(dx: number, dy: number): string {
  const eighth = Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) & 7;
  return ["→", "↘", "↓", "↙", "←", "↖", "↑", "↗"][eighth] ?? "";
}

function drawnNode({ role, term, hasLease, isPaused }: Part, id: string, { x, y }: Spot): SVGElement {
  const made = shape("g", { class: `node ${role}`, transform: `translate(${x} ${y})` });
  if (hasLease) made.append(shape("circle", { r: 24, class: "lease" }));
  made.append(
    shape("circle", { r: 18, class: isPaused ? "body paused" : "body" }),
    shape("text", { class: "letter", y: 1 }, roleLetters[role]),
    // Links lead inwards, so that none crosses a name on the outside.
    shape("text", { class: "name", y: y < middle - 1 ? -34 : 36 }, `${id}  t${term}${isPaused ? " z" : ""}`),
  );
  return made;
}

/** Whatever has been sent and not dealt with: discs ask, rings answer. */
function drawnMessages({ scene, atMs, shown }: Stage, spots: readonly Spot[]): SVGElement[] {
  if (shown === "none") return [];
  const { messages } = scene.recording;
  const made: SVGElement[] = [];
  const { first, after } = scene.range(atMs, atMs);
  for (let index = first; index < after && made.length < 500; index++) {
    const endMs = scene.endMs(index);
    if (endMs < atMs || !scene.isShown(index, shown)) continue;
    const sentMs = messages.sentMs[index] as number;
    const from = spots[messages.from[index] as number] as Spot;
    const to = spots[messages.to[index] as number] as Spot;
    const share = endMs === sentMs ? 0.25 : (atMs - sentMs) / (endMs - sentMs);
    const kind = kindOf(scene, index);
    const isRefusal = (messages.answer[index] as number) > 0;
    made.push(
      shape("circle", {
        cx: from.x + (to.x - from.x) * share,
        cy: from.y + (to.y - from.y) * share,
        r: 5,
        class: `message ${kind} ${kind.endsWith("Reply") ? "answer" : "asks"}${isRefusal ? " refusal" : ""}`,
      }),
    );
  }
  return made;
}

function linkLegend(): HTMLElement {
  const signs: readonly (readonly [LinkState, string])[] = [
    ["cut", "×"],
    ["held", "‖"],
    ["lossy", "~"],
  ];
  const list = element("p", { class: "note" }, "Links: ");
  list.append(signs.map(([state, sign]) => `${sign} ${stateWords[state]}`).join(", "));
  list.append("; a disc asks, a ring answers; a second circle is a lease.");
  return list;
}
