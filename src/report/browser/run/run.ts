import type { ScenarioReport } from "../../recording/run-data.js";
import { summaryFacts } from "../../text/summary-text.js";
import { legend } from "../canvas/legend.js";
import { spaceTime } from "../canvas/space-time.js";
import { Stage } from "../canvas/stage.js";
import { topology } from "../canvas/topology.js";
import { choice, element } from "../element.js";
import { embeddedData } from "../embedded-data.js";
import { describe } from "./describe.js";
import { distributions } from "./distributions.js";
import { eventList } from "./event-list.js";
import { type KeyHandler, keyHandler, keyWords } from "./keys.js";
import { player } from "./player.js";
import { Scene } from "./scene.js";

const { reports } = embeddedData<{ reports: readonly ScenarioReport[] }>();
const main = element("main", {});
let stage: Stage | null = null;
let onKey: KeyHandler = () => false;

document.body.append(main);
window.addEventListener("keydown", (event) => {
  if (onKey(event)) event.preventDefault();
});
show(0);

/** Puts a scenario on the page in place of the one before. */
function show(place: number): void {
  const report = reports[place];
  stage?.close();
  if (report === undefined) return;
  const scene = new Scene(report.recording);
  stage = new Stage(scene);
  const controls = player(stage);
  onKey = keyHandler(stage, controls);
  const spread = distributions(report);
  main.replaceChildren(
    header(report, place),
    element(
      "section",
      { class: "panel wide" },
      element("h2", {}, `What happened in the run of seed ${report.recording.seed}`),
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
      element("section", { class: "panel" }, element("h2", {}, "Selected"), details(stage)),
      element("section", { class: "panel" }, element("h2", {}, "Summary"), facts(report)),
    ),
    ...(spread === null ? [] : [spread]),
    eventList(stage),
  );
  stage.touch();
}

function header({ name, question, answer, verdict }: ScenarioReport, place: number): HTMLElement {
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

function details(on: Stage): HTMLElement {
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
