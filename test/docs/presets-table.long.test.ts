import { expect, it } from "vitest";
import { presets } from "../../bench/cases/presets.js";
import { defaultPreset } from "../../src/protocol/index.js";
import { read, tableOf } from "./support/pages.js";

const page = read("docs/tuning.md");

it("docs/tuning.md says what each preset loses as the simulator plays it, and which is the default", async () => {
  const rows = await presets({ trials: 1000, kills: 0, pauses: 0, quietSeconds: 0 });
  const played = rows.map((row) => [
    row["preset"],
    `${row["failoverP50Ms"]} and ${row["failoverP99Ms"]} ms`,
    `${[50, 100, 200, 350, 500].map((ms) => row[`lostIn${ms}MsPercent`]).join(", ")} %`,
  ]);
  const said = tableOf(page, "presets")
    .filter(([, of]) => of === "simulator")
    .map(([preset, , failover, lost]) => [preset, failover, lost]);
  expect(said).toEqual(played);
  expect(page).toContain(`## Why \`${defaultPreset}\` is the default`);
  expect(page).toContain(`| \`${defaultPreset}\` (default) |`);
});
