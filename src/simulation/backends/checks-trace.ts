import type { ChecksEvent } from "../../liveness/checks/checks-event.js";
import { TraceHash } from "../checks/trace-hash.js";
import { ChecksWatcher, type Machine, type RequestEnd } from "./checks-watcher.js";

/** One thing that happened between a gateway and its backends. */
export interface ChecksTraceEntry {
  /** True time. */
  readonly atMs: number;
  readonly event: "probed" | "told" | "requested" | "started" | "died" | "stopped" | "wentOn" | "changed";
  /** The machine that it happened to, or the backend that was asked. */
  readonly machine?: string | undefined;
  readonly told?: ChecksEvent | undefined;
  readonly what?: string | undefined;
}

const events: readonly ChecksTraceEntry["event"][] = [
  "probed",
  "told",
  "requested",
  "started",
  "died",
  "stopped",
  "wentOn",
  "changed",
];
const ends: readonly RequestEnd[] = ["ok", "bad", "refused", "late"];
/** How many of the last happenings are kept. */
const keptCount = 64;

/** Remembers the last happenings, and sums up all of them in a hash that tells two runs apart. */
export class ChecksTrace extends ChecksWatcher {
  private readonly world: { readonly nowMs: number };
  private readonly sink: ((entry: ChecksTraceEntry) => void) | null;
  private readonly kept: ChecksTraceEntry[] = [];
  private count = 0;
  private readonly sum = new TraceHash();
  private readonly indexes: ReadonlyMap<string, number>;

  /** @param sink is told of everything as it happens */
  constructor(
    world: { readonly nowMs: number; readonly hosts: readonly Machine[] },
    sink: ((entry: ChecksTraceEntry) => void) | null = null,
  ) {
    super();
    this.world = world;
    this.sink = sink;
    this.indexes = new Map(world.hosts.map(({ id, index }) => [id, index]));
  }

  /** 16 hexadecimal digits: the same for two runs iff the same things happened at the same times. */
  get hash(): string {
    return this.sum.text;
  }

  /** The last happenings, the newest last, as lines to read. */
  lines(): string[] {
    const from = this.count % keptCount;
    return [...this.kept.slice(from), ...this.kept.slice(0, from)].map(lineOf);
  }

  override probed(backend: string, probe: number): void {
    this.note("probed", backend, probe, {});
  }

  override told(told: ChecksEvent): void {
    const detail =
      told.kind === "probed" ? told.credit + 1 : told.kind.charCodeAt(0) * 256 + told.kind.length;
    this.note("told", "id" in told ? told.id : "", detail, { told });
  }

  override requested(backend: string, end: RequestEnd): void {
    this.note("requested", backend, ends.indexOf(end), { what: end });
  }

  override started({ id }: Machine): void {
    this.note("started", id, 0, {});
  }

  override died({ id }: Machine): void {
    this.note("died", id, 0, {});
  }

  override stopped({ id }: Machine, asleep: boolean): void {
    this.note("stopped", id, asleep ? 1 : 0, { what: asleep ? "asleep" : "stopped" });
  }

  override wentOn({ id }: Machine): void {
    this.note("wentOn", id, 0, {});
  }

  override changed(what: string): void {
    if (what !== "") this.note("changed", "", 0, { what });
  }

  private note(
    event: ChecksTraceEntry["event"],
    machine: string,
    detail: number,
    more: Pick<ChecksTraceEntry, "told" | "what">,
  ): void {
    const { nowMs } = this.world;
    this.sum.mix(nowMs, (events.indexOf(event) << 16) | (this.indexes.get(machine) ?? 0xffff), detail);
    const entry = { atMs: nowMs, event, ...(machine !== "" && { machine }), ...more };
    this.kept[this.count++ % keptCount] = entry;
    this.sink?.(entry);
  }
}

/** One happening in one line, such as `[  1500.250] b1 down: status 503`. */
function lineOf({ atMs, event, machine = "", told, what }: ChecksTraceEntry): string {
  const at = `[${atMs.toFixed(3).padStart(11)}]`;
  if (event === "changed") return `${at} ${what}`;
  if (told === undefined) return `${at} ${machine} ${event}${what === undefined ? "" : ` ${what}`}`;
  const { kind, ...details } = told;
  return `${at} gateway says ${kind} ${JSON.stringify(details)}`;
}
