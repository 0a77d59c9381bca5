import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runPage, scenarioReport } from "../report/pages/run-page.js";
import { Recorder } from "../report/recording/recording.js";
import { Metrics } from "../simulation/checks/metrics.js";
import { Watcher } from "../simulation/cluster/watcher.js";
import { summarize } from "../simulation/run/simulate.js";
import { parseScenario } from "../simulation/scenario/scenario.js";
import type { ServiceCluster } from "./service-cluster.js";
import { wordsOf } from "./service-scope.js";

/** Older pages of a folder are removed. */
const mostPages = 20;

/** Takes down the run of a cluster, and draws it where the test of the service fails. */
export class FailurePage {
  private readonly cluster: ServiceCluster;
  private readonly recorder: Recorder;
  private readonly metrics: Metrics;

  constructor(cluster: ServiceCluster) {
    this.cluster = cluster;
    this.recorder = new Recorder(cluster.cluster);
    this.metrics = new Metrics(cluster.cluster);
    const { metrics } = this;
    cluster.cluster.watchers.push(this.recorder, metrics, new FirstFault(() => metrics.begin()));
  }

  /**
   * Writes the page.
   * @param name of the test, for the file and the title
   * @param folder is made if it is not there. @defaultValue `raftbeat-failures` among the temporary files of the system
   * @returns a sentence on where the page is, or why there is none
   */
  write(name: string, error: unknown, folder: string = join(tmpdir(), "raftbeat-failures")): string {
    try {
      mkdirSync(folder, { recursive: true });
      // Two failures of one course, such as one in each of two tests, have a page each.
      const failure = createHash("sha256")
        .update(`${this.cluster.traceHash} ${wordsOf(error)}`)
        .digest("hex");
      const file = join(folder, `${fileName(name)}-seed-${this.cluster.seed}-${failure.slice(0, 16)}.html`);
      writeFileSync(file, this.draw(name, error));
      removeOldest(folder);
      return `The run, drawn: ${pathToFileURL(file).href}`;
    } catch (problem) {
      return `The run could not be drawn into ${folder}: ${wordsOf(problem)}`;
    }
  }

  private draw(name: string, error: unknown): string {
    const { cluster, seed } = this.cluster;
    for (const watcher of cluster.watchers) watcher.ended();
    const { nowMs } = cluster;
    const metrics = this.metrics.result();
    const words = error instanceof Error ? error.message : wordsOf(error);
    const outcome = {
      seed,
      // A run without faults is observed from its start.
      metrics: metrics.observedMs === 0 ? { ...metrics, observedMs: nowMs } : metrics,
      newLeaderRole: null,
      violation: null,
      eventCount: cluster.eventCount,
      simulatedMs: nowMs,
      traceHash: this.cluster.traceHash,
    };
    const scenario = parseScenario({ name, seed, cluster: { nodes: 1 } });
    const report = scenarioReport({
      scenario,
      summary: { ...summarize(scenario, [outcome]), wallMs: 0 },
      recording: this.recorder.finish(outcome),
      runs: [],
    });
    // The page counts from there.
    const sinceMs = nowMs - (report.recording.beganMs ?? 0);
    const since = sinceMs < nowMs ? `, ${sinceMs.toFixed(3)} ms after the first fault` : "";
    const failed = [`at ${nowMs.toFixed(3)} ms${since}: ${words.split("\n")[0]}`];
    return runPage([{ ...report, verdict: { ...report.verdict, failed } }]);
  }
}

/** Tells when the first fault strikes. */
class FirstFault extends Watcher {
  private readonly tell: () => void;
  private hasStruck = false;

  constructor(tell: () => void) {
    super();
    this.tell = tell;
  }

  override faultBegan(): void {
    if (!this.hasStruck) this.tell();
    this.hasStruck = true;
  }
}

/** The same error, whose message also says this. */
export function withSentence(error: unknown, sentence: string): unknown {
  if (!(error instanceof Error) || Object.isFrozen(error))
    return new Error(`${wordsOf(error)}\n\n${sentence}`, { cause: error });
  const { message, stack } = error;
  error.message = `${message}\n\n${sentence}`;
  if (stack !== undefined && !stack.includes(sentence))
    error.stack = stack.includes(message)
      ? stack.replace(message, () => error.message)
      : `${error.name}: ${error.message}\n${stack}`;
  return error;
}

function fileName(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 60) || "service"
  );
}

function removeOldest(folder: string): void {
  const pages = readdirSync(folder)
    .filter((name) => /-seed-.*\.html$/.test(name))
    .map((name) => join(folder, name))
    .map((path) => ({ path, ms: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.ms - a.ms);
  for (const { path } of pages.slice(mostPages)) rmSync(path, { force: true });
}
