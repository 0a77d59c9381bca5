import { onTestFinished, vi } from "vitest";
import { type Layout, layoutOf } from "../../../../src/report/browser/canvas/layout.js";
import type { Palette } from "../../../../src/report/browser/canvas/palette.js";
import { Stage } from "../../../../src/report/browser/canvas/stage.js";
import { Scene } from "../../../../src/report/browser/run/scene.js";
import { runStyle } from "../../../../src/report/pages/run-style.js";
import type { Recording } from "../../../../src/report/recording/run-data.js";
import { type BrowserPage, openPage } from "./browser-page.js";
import { RecordingContext } from "./recording-context.js";

/** A run on a page, with the whole of it in view. */
export interface Staged {
  readonly page: BrowserPage;
  readonly stage: Stage;
}

/** Puts a recording on a page, all of it in view; frames pass when the test says so. */
export function staged(recording: Recording, style = ""): Staged {
  const page = openPage(style);
  const stage = new Stage(new Scene(recording));
  stage.view.show(0, recording.endMs);
  return { page, stage };
}

/** A stage whose frames never come, with the whole run in view: enough for what needs no page. */
export function frozen(recording: Recording): Stage {
  vi.stubGlobal("requestAnimationFrame", () => 0);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const stage = new Stage(new Scene(recording));
  stage.view.show(0, recording.endMs);
  return stage;
}

/** A frozen stage laid out on a canvas 1,000 px right of its names: with a run of a second, a pixel a millisecond. */
export function laidOut(recording: Recording): { stage: Stage; layout: Layout; context: RecordingContext } {
  const stage = frozen(recording);
  const { gutterPx } = layoutOf(stage.scene, stage.view, 10_000);
  const layout = layoutOf(stage.scene, stage.view, gutterPx + 1_000);
  return { stage, layout, context: new RecordingContext() };
}

/** Colours that say what they are for. */
export const named: Palette = {
  ground: "ground",
  text: "text",
  muted: "muted",
  line: "line",
  onRole: "on a role",
  role: {
    leader: "leader",
    candidate: "candidate",
    preCandidate: "pre-candidate",
    follower: "follower",
    down: "down",
  },
  lease: "lease",
  fault: "fault",
  faultShade: "shade of a fault",
  faultBand: "band of a fault",
  heartbeat: "heartbeat",
  preVote: "pre-vote",
  vote: "vote",
  refused: "refused",
  accent: "accent",
};

/** The style sheet of the page with a colour of its own for each of its variables, so that no two look alike by chance. */
export function distinctStyle(): string {
  const light = runStyle.slice(0, runStyle.indexOf("@media"));
  const names = [...new Set([...light.matchAll(/--([a-z-]+):/g)].map(([, name]) => name as string))];
  const own = names.map((name, place) => `--${name}: ${distinctColour(place)};`).join(" ");
  return `${runStyle}\n:root { ${own} }`;
}

function distinctColour(place: number): string {
  return `#${(0x101010 + place * 0x0b0705).toString(16)}`;
}
