import type { Stage } from "../canvas/stage.js";
import { eventsOf } from "./events.js";
import type { Player } from "./player.js";
import { firstAbove, firstFrom } from "./search.js";

/** What the keys do, for people to read. */
export const keyWords =
  "Keys: space plays, ← → move the instant (with Shift: the view), + − zoom, n p go to the next and previous event, ↑ ↓ choose a node, f shows the first fault, 0 the whole run, m changes which messages are drawn, Esc clears.";

/** Deals with a key; true if it meant something. */
export type KeyHandler = (event: KeyboardEvent) => boolean;

/** What keys do to the stage. */
interface Moves {
  /** Widens what is in view by a factor, around the instant. */
  readonly zoom: (factor: number) => void;
  /** To the next event, or to the one before. */
  readonly goTo: (step: 1 | -1) => void;
  readonly chooseNode: (step: 1 | -1) => void;
  /** Moves the instant, or the view, by a share of the view. */
  readonly move: (share: number, isPan: boolean) => void;
}

function movesOf(stage: Stage): Moves {
  const { view, scene } = stage;
  const events = eventsOf(scene, "notable");
  // Where the last n or p came to, since several events may happen at one instant.
  let place: number | null = null;
  let placeMs = Number.NaN;
  const zoom = (factor: number) => {
    view.zoom(factor, Math.min(Math.max(stage.atMs, view.fromMs), view.untilMs));
    stage.touch();
  };
  const goTo = (step: 1 | -1) => {
    const fresh = step > 0 ? firstAbove(events.atMs, stage.atMs) : firstFrom(events.atMs, stage.atMs) - 1;
    const next = place !== null && placeMs === stage.atMs ? place + step : fresh;
    const item = events.items[next];
    if (item === undefined) return;
    place = next;
    stage.select(item);
    stage.moveTo(events.atMs[next] as number);
    placeMs = stage.atMs;
  };
  const chooseNode = (step: 1 | -1) => {
    const { selected } = stage;
    const count = scene.recording.nodes.length;
    const from = selected?.what === "role" ? selected.node : step > 0 ? -1 : 0;
    const node = (from + step + count) % count;
    stage.select({ what: "role", node, index: scene.roleIndexAt(node, stage.atMs) });
  };
  const move = (share: number, isPan: boolean) => {
    if (!isPan) {
      stage.moveTo(stage.atMs + view.lengthMs * share);
      return;
    }
    view.pan(view.lengthMs * share * 4);
    stage.touch();
  };
  return { zoom, goTo, chooseNode, move };
}

/** The keys of the page. */
export function keyHandler(stage: Stage, player: Player): KeyHandler {
  const { view, scene } = stage;
  const { zoom, goTo, chooseNode, move } = movesOf(stage);
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTakenBy(event.target, event.key)) return false;
    switch (event.key) {
      case " ":
        player.toggle();
        return true;
      case "ArrowLeft":
        move(-0.025, event.shiftKey);
        return true;
      case "ArrowRight":
        move(0.025, event.shiftKey);
        return true;
      case "ArrowUp":
      case "ArrowDown":
        // Elsewhere these scroll the page.
        if (!(event.target instanceof HTMLCanvasElement)) return false;
        chooseNode(event.key === "ArrowDown" ? 1 : -1);
        return true;
      case "+":
      case "=":
        zoom(1 / 1.6);
        return true;
      case "-":
      case "_":
        zoom(1.6);
        return true;
      case "n":
        goTo(1);
        return true;
      case "p":
        goTo(-1);
        return true;
      case "f":
        stage.showWhatMatters();
        return true;
      case "0":
        view.show(0, scene.recording.endMs);
        stage.touch();
        return true;
      case "m":
        player.cycleMessages();
        return true;
      case "Escape":
        stage.select(null);
        return true;
      default:
        return false;
    }
  };
}

/** What is typed into a control is meant for it. */
function isTakenBy(target: EventTarget | null, key: string): boolean {
  if (target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLButtonElement) return key === " ";
  return target instanceof HTMLInputElement && key.startsWith("Arrow");
}
