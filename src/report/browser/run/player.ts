import type { Stage } from "../canvas/stage.js";
import { button, choice, element } from "../element.js";
import { instantWords } from "./describe.js";
import type { Shown } from "./scene.js";

/** How fast a run may be played, against real time. */
const speeds = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 50];

/** The controls over the diagram, and what keys do as well. */
export interface Player {
  readonly bar: HTMLElement;
  readonly toggle: () => void;
  readonly cycleMessages: () => void;
}

/** The button that plays and pauses, and the speed that it plays at. */
interface Playback {
  readonly play: HTMLElement;
  readonly toggle: () => void;
  speed: number;
}

function playbackOf(stage: Stage): Playback {
  const { endMs } = stage.scene.recording;
  let isPlaying = false;
  let lastFrameMs: number | null = null;

  const frame = (frameMs: number) => {
    if (!isPlaying || stage.isClosed) return;
    if (lastFrameMs !== null) stage.moveTo(stage.atMs + (frameMs - lastFrameMs) * playback.speed);
    lastFrameMs = frameMs;
    if (stage.atMs >= endMs) setPlaying(false);
    else requestAnimationFrame(frame);
  };
  const setPlaying = (plays: boolean) => {
    isPlaying = plays;
    lastFrameMs = null;
    const name = plays ? "Pause" : "Play";
    play.textContent = plays ? "❚❚" : "▶";
    play.setAttribute("aria-label", name);
    play.title = `${name} (space)`;
    if (!plays) return;
    if (stage.atMs >= endMs) stage.moveTo(0);
    requestAnimationFrame(frame);
  };
  const toggle = () => setPlaying(!isPlaying);
  const play = button("play", "▶", "Play", toggle);
  // What is in view takes about twelve seconds to play.
  const speed = speeds.findLast((one) => one <= stage.view.lengthMs / 12_000) ?? (speeds[0] as number);
  const playback: Playback = { play, toggle, speed };
  return playback;
}

/** Play, pause, scrub, zoom, and which messages are drawn. */
export function player(stage: Stage): Player {
  const { view, scene } = stage;
  const { endMs } = scene.recording;
  const playback = playbackOf(stage);
  const slider = element("input", {
    type: "range",
    id: "scrub",
    min: "0",
    max: String(endMs),
    step: String(endMs / 2_000),
    "aria-label": "Instant",
  });
  slider.addEventListener("input", () => stage.moveTo(Number(slider.value)));
  const now = element("output", { id: "now", for: "scrub" });
  const zoom = (factor: number) => () => {
    const centre = stage.atMs >= view.fromMs && stage.atMs <= view.untilMs;
    view.zoom(factor, centre ? stage.atMs : view.fromMs + view.lengthMs / 2);
    stage.touch();
  };
  const shownOptions = [
    ["none", "none"],
    ["elections", "elections"],
    ["all", "all"],
  ] as const;
  const messages = choice("Messages ", "messages", shownOptions, stage.shown, (value) => {
    stage.shown = value as Shown;
    stage.touch();
  });
  const speedOptions = speeds.map((one) => [String(one), `${one} ×`] as const);
  const pace = choice("Speed ", "speed", speedOptions, String(playback.speed), (value) => {
    playback.speed = Number(value);
  });
  stage.onChange(() => {
    const text = instantWords(scene, stage.atMs);
    if (now.textContent === text) return;
    now.textContent = text;
    slider.value = String(stage.atMs);
    slider.setAttribute("aria-valuetext", text);
  });
  const all = () => {
    view.show(0, endMs);
    stage.touch();
  };
  const bar = element(
    "div",
    { class: "bar", role: "toolbar", "aria-label": "Playing and zooming" },
    playback.play,
    slider,
    now,
    button("closer", "+", "Zoom in (+)", zoom(1 / 1.6)),
    button("farther", "−", "Zoom out (-)", zoom(1.6)),
    button("matters", "First fault", "Show the first fault and what follows (f)", () =>
      stage.showWhatMatters(),
    ),
    button("whole", "Whole run", "Show the whole run (0)", all),
    messages,
    pace,
  );
  const cycleMessages = () => {
    const order: readonly Shown[] = ["none", "elections", "all"];
    stage.shown = order[(order.indexOf(stage.shown) + 1) % order.length] ?? "none";
    const select = messages.querySelector("select");
    if (select !== null) select.value = stage.shown;
    stage.touch();
  };
  return { bar, toggle: playback.toggle, cycleMessages };
}
