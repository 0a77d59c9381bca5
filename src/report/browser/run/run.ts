import type { ScenarioReport } from "../../recording/run-data.js";
import { summaryFacts } from "../../text/summary-text.js";
import { legend } from "../canvas/legend.js";
import { spaceTime } from "../canvas/space-time.js";
import { Stage } from "../canvas/stage.js";
import { topology } from "../canvas/topology.js";
import { choice, element } from "../element.js";
import { embeddedData } from "../embedded-data.js";
import { castAndFaults } from "./cast.js";
import { beginsMs, describe } from "./describe.js";
import { distributions } from "./distributions.js";
import { eventList } from "./event-list.js";
import { eventsOf } from "./events.js";
import { fragmentOf, instantOf } from "./instant-link.js";
import { type KeyHandler, keyHandler, keyWords } from "./keys.js";
import { player } from "./player.js";
import { Scene } from "./scene.js";
import { firstFrom } from "./search.js";

const { reports } = embeddedData<{ reports: readonly ScenarioReport[] }>();
const main = element("main", {});
let stage: Stage | null = null;
let onKey: KeyHandler = () => false;
/** The facts of the summary that answer most questions. */
const foremost: readonly string[] = ["recovered", "recovery", "new leaders", "availability"];
/** The place of the scenario that is shown. */
let shown = 0;

document.body.append(main);
window.addEventListener("keydown", (event) => {
  if (onKey(event)) event.preventDefault();
});
window.addEventListener("hashchange", follow);
show(0);
follow();

/** Shows the instant that the address names, with what happened then. */
function follow(): void {
  const asked = instantOf(window.location.hash);
  if (asked === null || typeof asked === "string") {
    say(asked ?? "");
    return;
  }
  const place = asked.scenario === null ? shown : reports.findIndex(({ name }) => name === asked.scenario);
  if (place < 0) {
    say(`The address names the scenario ${asked.scenario}, which is not on this page.`);
    return;
  }
  if (place !== shown) show(place);
  if (stage === null) return;
  const { beganMs, endMs } = stage.scene.recording;
  const atMs = asked.atMs + (beganMs ?? 0);
  const isInside = atMs >= 0 && atMs <= endMs;
  say(isInside ? "" : "The address names an instant outside of this run; the nearest is shown.");
  const { selected } = stage;
  if (selected === null || Math.abs(beginsMs(stage.scene, selected) - atMs) > 0.001) {
    const { atMs: times, items } = eventsOf(stage.scene, "notable");
    const first = firstFrom(times, atMs - 0.001);
    stage.select((times[first] ?? Number.POSITIVE_INFINITY) <= atMs + 0.001 ? (items[first] ?? null) : null);
  }
  stage.jumpTo(atMs);
  document.querySelector("#run")?.scrollIntoView();
}

/** Says what is wrong with the address, or nothing. */
function say(text: string): void {
  const note = document.querySelector("#address");
  if (note !== null) note.textContent = text;
}

/** Puts a scenario on the page in place of the one before. */
function show(place: number): void {
  const report = reports[place];
  stage?.close();
  shown = place;
  if (report === undefined) return;
  const scene = new Scene(report.recording);
  stage = new Stage(scene);
  const controls = player(stage);
  onKey = keyHandler(stage, controls);
  const spread = distributions(report);
  const scenario = reports.length > 1 ? report.name : null;
  const cast = castAndFaults(scene, scenario);
  main.replaceChildren(
    header(report, place),
    element(
      "section",
      { class: "panel wide", id: "run" },
      element("h2", {}, `What happened in the run of seed ${report.recording.seed}`),
      element("p", { class: "note warning", id: "address", role: "status" }),
      ...notes(report),
      controls.bar,
      spaceTime(stage),
      legend(),
      element("p", { class: "note", id: "keys" }, keyWords),
    ),
    element(
      "div",
      { class: "columns" },
      element(
        "section",
        { class: "panel" },
        element("h2", {}, "The cluster at this instant"),
        topology(stage),
      ),
      element(
        "div",
        { class: "stack" },
        element("section", { class: "panel" }, element("h2", {}, "Selected"), details(stage, scenario)),
        ...(cast === null ? [] : [cast]),
      ),
      element("section", { class: "panel" }, element("h2", {}, "Summary"), facts(report)),
    ),
    ...(spread === null ? [] : [spread]),
    eventList(stage, scenario),
  );
  stage.touch();
}

function header(report: ScenarioReport, place: number): HTMLElement {
  const { name, question, answer, verdict, summary } = report;
  const { failed, violations, runs, seed } = verdict;
  const isFine = failed.length === 0;
  const said = isFine ? "✓ as expected" : "✗ not as expected";
  const counted = `${said}, ${runs} ${runs === 1 ? "run" : "runs"} from seed ${seed}`;
  const made = element("header", {}, element("h1", {}, name));
  if (reports.length > 1) {
    const options = reports.map((report, index) => [String(index), report.name] as const);
    made.append(choice("Scenario ", "scenario", options, String(place), (value) => show(Number(value))));
  }
  made.append(element("p", { class: isFine ? "verdict fine" : "verdict wrong" }, counted));
  if (question !== "") made.append(element("p", {}, question));
  if (answer !== "") made.append(element("p", { class: "muted" }, answer));
  const numbers = summaryFacts(summary).filter(([fact]) => foremost.includes(fact));
  made.append(element("p", { class: "numbers" }, numbers.map((fact) => fact.join(" ")).join("; ")));
  const troubles = [...failed, ...violations];
  if (troubles.length > 0)
    made.append(element("ul", {}, ...troubles.slice(0, 10).map((text) => element("li", {}, text))));
  if (troubles.length > 10) made.append(element("p", {}, `and ${troubles.length - 10} more`));
  return made;
}

function notes({ recording }: ScenarioReport): HTMLElement[] {
  if (!recording.isCutOff) return [];
  const seconds = (recording.endMs / 1_000).toFixed(3);
  const text = `The recording is cut off after ${seconds} s of the run: a page holds 100,000 events, and more happened.`;
  return [element("p", { class: "note warning", id: "cut-off", role: "note" }, text)];
}

function details(on: Stage, scenario: string | null): HTMLElement {
  const made = element("div", { id: "details", "aria-live": "polite" });
  let said = "nothing yet";
  on.onChange(() => {
    const { title, lines } =
      on.selected === null
        ? { title: "Nothing", lines: ["Click the diagram, press n, or choose an event in the list."] }
        : describe(on.scene, on.selected);
    const key = [title, ...lines].join("\n");
    if (key === said) return;
    said = key;
    made.replaceChildren(element("strong", {}, title), ...lines.map((line) => element("p", {}, line)));
    if (on.selected === null) return;
    const atMs = beginsMs(on.scene, on.selected) - (on.scene.recording.beganMs ?? 0);
    made.append(
      element("p", {}, element("a", { href: fragmentOf({ atMs, scenario }) }, "Link to this instant")),
    );
  });
  return made;
}

function facts({ summary }: ScenarioReport): HTMLElement {
  const rows = summaryFacts(summary);
  const table = element("table", {});
  for (const [name, value] of rows)
    table.append(element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)));
  return table;
}
