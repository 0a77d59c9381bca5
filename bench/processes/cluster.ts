import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TimingInput } from "raftbeat";
import { freePorts } from "../../dist/cli/demo/free-ports.js";
import { type Child, startChild } from "./child.js";
import type { ReplicaReport, ReplicaSettings } from "./replica.js";

/** A report with the replica it came from. */
export type Heard = ReplicaReport & { readonly from: string };

/** How replicas tell what happens. */
type Reporting = Pick<ReplicaSettings, "leaseEveryMs" | "reportAfterMs">;

/** Replicas in processes of their own, on loopback, with their votes in a temporary folder. */
export class ProcessCluster {
  readonly heard: Heard[] = [];
  private readonly children = new Map<string, Child>();
  private readonly directory = mkdtempSync(join(tmpdir(), "raftbeat-bench-"));
  private readonly voters: Record<string, string>;
  private readonly timing: TimingInput;
  private readonly reporting: Reporting;
  private wake = (): void => {};

  private constructor(voters: Record<string, string>, timing: TimingInput, reporting: Reporting) {
    this.voters = voters;
    this.timing = timing;
    this.reporting = reporting;
  }

  static async start(
    nodeCount: number,
    timing: TimingInput,
    reporting: Partial<Reporting> = {},
  ): Promise<ProcessCluster> {
    const ports = await freePorts(nodeCount, Math.random);
    const voters = Object.fromEntries(
      ports.map((port, index) => [`n${index + 1}`, `ws://127.0.0.1:${port}`]),
    );
    const cluster = new ProcessCluster(voters, timing, { leaseEveryMs: 0, reportAfterMs: 0, ...reporting });
    await Promise.all(cluster.ids.map((id) => cluster.startReplica(id)));
    return cluster;
  }

  get ids(): string[] {
    return Object.keys(this.voters);
  }

  async startReplica(id: string): Promise<void> {
    const { voters, timing, reporting } = this;
    const settings: ReplicaSettings = {
      id,
      voters,
      directory: join(this.directory, id),
      timing,
      ...reporting,
    };
    const child = startChild("./replica.js", [JSON.stringify(settings)]);
    this.children.set(id, child);
    child.process.on("message", (report) => {
      this.heard.push({ ...(report as ReplicaReport), from: id });
      this.wake();
    });
    await child.next("started");
  }

  pid(id: string): number {
    return this.child(id).process.pid ?? 0;
  }

  send(id: string, message: object): void {
    this.child(id).send(message);
  }

  signal(id: string, signal: NodeJS.Signals): void {
    this.child(id).process.kill(signal);
  }

  /** Waits until the process is gone by itself. */
  async gone(id: string): Promise<void> {
    const { process: child } = this.child(id);
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once("exit", resolve));
  }

  /** The first report from place `from` on that `matches`; rejects after the deadline. */
  async next<T extends Heard>(
    from: number,
    matches: (heard: Heard) => heard is T,
    withinMs: number,
  ): Promise<T> {
    const endAtMs = performance.now() + withinMs;
    for (let place = from; ; ) {
      for (; place < this.heard.length; place++) {
        const heard = this.heard[place] as Heard;
        if (matches(heard)) return heard;
      }
      const leftMs = endAtMs - performance.now();
      if (leftMs <= 0) throw new Error(`nothing of the kind was heard within ${withinMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Waits until every replica but the leader follows the leader of the newest term heard; returns the leader. */
  async settled(withinMs = 10_000): Promise<{ readonly id: string; readonly term: number }> {
    const endAtMs = performance.now() + withinMs;
    for (;;) {
      const gains = this.heard.filter((heard) => heard.kind === "gained");
      const newest = gains.reduce((a, b) => (b.term >= a.term ? b : a), { from: "", term: 0 });
      const followers = this.ids.filter((id) => id !== newest.from);
      const follow = (id: string): boolean => {
        const last = this.heard.findLast(
          (heard) => heard.from === id && (heard.kind === "leader" || heard.kind === "started"),
        );
        return last?.kind === "leader" && last.leader === newest.from && last.term === newest.term;
      };
      if (newest.term > 0 && followers.every(follow)) return { id: newest.from, term: newest.term };
      const leftMs = endAtMs - performance.now();
      if (leftMs <= 0) throw new Error(`no settled leader within ${withinMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(leftMs, 50));
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async end(): Promise<void> {
    await Promise.all([...this.children.values()].map((child) => child.end()));
    rmSync(this.directory, { recursive: true, force: true });
  }

  private child(id: string): Child {
    const child = this.children.get(id);
    if (child === undefined) throw new Error(`no replica ${id}`);
    return child;
  }
}

/** The most leaders that any one term had. */
export function leadersPerTermMax(heard: readonly Heard[]): number {
  const leaders = new Map<number, Set<string>>();
  for (const report of heard)
    if (report.kind === "gained")
      leaders.set(report.term, (leaders.get(report.term) ?? new Set()).add(report.from));
  return Math.max(0, ...[...leaders.values()].map((ids) => ids.size));
}
