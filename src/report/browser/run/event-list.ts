import type { Stage } from "../canvas/stage.js";
import { choice, element } from "../element.js";
import { describe, instantWords, whoseWords } from "./describe.js";
import { eventsOf, type Listed } from "./events.js";
import { fragmentOf } from "./instant-link.js";
import type { Item, Scene } from "./scene.js";
import { firstAbove, firstFrom } from "./search.js";

const rowPx = 26;
const headPx = 28;

const listOptions = [
  ["notable", "without heartbeats"],
  ["all", "all"],
] as const;

/** The same run in words: a grid of which only the rows in view exist. */
export function eventList(stage: Stage, scenario: string | null): HTMLElement {
  const { scene } = stage;
  let events = eventsOf(scene, "notable");
  let active = -1;
  let drawn = "";
  const body = element("div", { class: "rows", role: "rowgroup" });
  const grid = gridOf(body);
  const count = element("span", { class: "muted" });

  const draw = () => {
    const first = Math.max(0, Math.floor(grid.scrollTop / rowPx) - 4);
    const last = Math.min(events.items.length, first + Math.ceil(grid.clientHeight / rowPx) + 8);
    const key = `${first} ${last} ${active} ${events.items.length}`;
    if (key === drawn) return;
    drawn = key;
    const rows: HTMLElement[] = [];
    for (let index = first; index < last; index++) {
      const cells = cellsOf(scene, events.items[index] as Item, events.atMs[index] as number);
      const made = row(cells, index === active ? "active" : "", index + 2, `event-${index}`);
      linkTime(made, (events.atMs[index] as number) - (scene.recording.beganMs ?? 0), scenario);
      made.setAttribute("aria-selected", String(index === active));
      made.style.top = `${index * rowPx}px`;
      made.addEventListener("click", () => choose(index));
      rows.push(made);
    }
    body.replaceChildren(...rows);
    if (active >= 0) grid.setAttribute("aria-activedescendant", `event-${active}`);
    else grid.removeAttribute("aria-activedescendant");
  };

  const choose = (index: number) => {
    const item = events.items[index];
    if (item === undefined) return;
    active = index;
    bringIntoView(grid, index);
    stage.select(item);
    stage.moveTo(events.atMs[index] as number);
    draw();
  };

  const list = (listed: Listed) => {
    events = eventsOf(scene, listed);
    active = -1;
    drawn = "";
    body.style.height = `${events.items.length * rowPx}px`;
    grid.setAttribute("aria-rowcount", String(events.items.length + 1));
    count.textContent = `${events.items.length} events`;
    draw();
  };

  stage.onJump((atMs) => bringIntoView(grid, firstFrom(events.atMs, atMs - 0.001)));
  grid.addEventListener("scroll", draw);
  grid.addEventListener("keydown", (event) => {
    const from = active >= 0 ? active : firstAbove(events.atMs, stage.atMs) - 1;
    const page = Math.max(1, Math.floor(grid.clientHeight / rowPx) - 2);
    const target = targetOf(event.key, from, page, events.items.length);
    if (target === null) return;
    event.preventDefault();
    event.stopPropagation();
    choose(target);
  });
  // Begins where the diagram does, as soon as it has a height to scroll in.
  let isPlaced = false;
  new ResizeObserver(() => {
    if (!isPlaced) grid.scrollTop = firstFrom(events.atMs, stage.atMs) * rowPx;
    isPlaced = true;
    draw();
  }).observe(grid);
  list("notable");
  const pick = choice("Show ", "listed", listOptions, "notable", (value) => list(value as Listed));
  return element(
    "section",
    { class: "panel wide" },
    element("h2", {}, "Events"),
    element("p", { class: "bar" }, pick, count),
    grid,
  );
}

function gridOf(body: HTMLElement): HTMLElement {
  const head = row(["when", "who", "what"], "head", 1);
  return element(
    "div",
    {
      class: "events",
      id: "events",
      role: "grid",
      tabindex: "0",
      "aria-label": "Events in the order of time; arrow keys choose one",
    },
    element("div", { role: "rowgroup", class: "head-group" }, head),
    body,
  );
}

/** Makes the time of a row a link to it. Not in the order of tabs: arrow keys walk the rows, and what is chosen has its link beside it. */
function linkTime(row: HTMLElement, atMs: number, scenario: string | null): void {
  const cell = row.firstElementChild;
  const href = fragmentOf({ atMs, scenario });
  cell?.replaceChildren(element("a", { href, tabindex: "-1" }, cell.textContent ?? ""));
}

/** When, who, what. */
function cellsOf(scene: Scene, item: Item, atMs: number): string[] {
  const { title, lines } = describe(scene, item);
  const reason = item.what === "message" && lines.length > 1 ? `; ${lines[0]}` : "";
  return [instantWords(scene, atMs), whoseWords(scene, item), title + reason];
}

function targetOf(key: string, from: number, page: number, count: number): number | null {
  const within = (index: number) => Math.min(Math.max(index, 0), count - 1);
  switch (key) {
    case "ArrowDown":
      return within(from + 1);
    case "ArrowUp":
      return within(from - 1);
    case "PageDown":
      return within(from + page);
    case "PageUp":
      return within(from - page);
    case "Home":
      return within(0);
    case "End":
      return within(count - 1);
    default:
      return null;
  }
}

function bringIntoView(grid: HTMLElement, index: number): void {
  const top = index * rowPx;
  if (top < grid.scrollTop) grid.scrollTop = top;
  const roomPx = grid.clientHeight - headPx - rowPx;
  if (top > grid.scrollTop + roomPx) grid.scrollTop = top - roomPx;
}

function row(cells: readonly string[], kind: string, place: number, id?: string): HTMLElement {
  const role = kind === "head" ? "columnheader" : "gridcell";
  return element(
    "div",
    {
      role: "row",
      class: `row ${kind}`.trim(),
      "aria-rowindex": String(place),
      ...(id === undefined ? {} : { id }),
    },
    ...cells.map((cell) => element("span", { role, title: cell }, cell)),
  );
}
