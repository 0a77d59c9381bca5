import type { Beat } from "../../../liveness/monitor-api.js";
import type { LivenessEvent } from "../../../liveness/roster/liveness-event.js";
import { TraceHash } from "../../checks/trace-hash.js";
import { type EndOfProcess, PairWatcher, type Party } from "../hosts/pair-watcher.js";

/** One thing that happened between senders and observers; `host` had it happen. */
export interface PairTraceEntry {
  /** True time. */
  readonly atMs: number;
  readonly event:
    | "sent"
    | "delivered"
    | "dropped"
    | "fired"
    | "told"
    | "started"
    | "died"
    | "stopped"
    | "wentOn"
    | "changed";
  readonly host?: string | undefined;
  /** To or from whom. */
  readonly peer?: string | undefined;
  readonly beat?: Beat | undefined;
  readonly told?: LivenessEvent | undefined;
  readonly what?: string | undefined;
}

const codes = [
  "delivered",
  "fired",
  "told",
  "started",
  "died",
  "stopped",
  "wentOn",
  "changed",
  "sent",
  "dropped",
] as const satisfies readonly PairTraceEntry["event"][];
const kinds: readonly LivenessEvent["kind"][] = [
  "alive",
  "restarted",
  "left",
  "suspect",
  "dead",
  "flapping",
  "disruption",
  "doubt",
];
/** How many of the last happenings are kept. */
const keptCount = 64;

/** Remembers the last happenings, and sums up all of them in a hash that tells two runs apart. */
export class PairTrace extends PairWatcher {
  private readonly world: { readonly nowMs: number };
  private readonly sink: ((entry: PairTraceEntry) => void) | null;
  private readonly kept: PairTraceEntry[] = [];
  private count = 0;
  private readonly sum = new TraceHash();

  /** @param sink is told of everything as it happens */
  constructor(world: { readonly nowMs: number }, sink: ((entry: PairTraceEntry) => void) | null = null) {
    super();
    this.world = world;
    this.sink = sink;
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

  override sent(from: Party, to: Party, beat: Beat): void {
    this.note("sent", from, to, beat.slot, { beat });
  }

  override delivered(to: Party, from: Party, beat: Beat): void {
    this.note("delivered", to, from, beat.slot, { beat });
  }

  override dropped(from: Party, to: Party, beat: Beat, why: string): void {
    this.note("dropped", from, to, beat.slot, { beat, what: why });
  }

  override fired(host: Party): void {
    this.note("fired", host, null, 0, {});
  }

  override told(observer: Party, told: LivenessEvent): void {
    this.note("told", observer, null, kinds.indexOf(told.kind), { told });
  }

  override started(host: Party): void {
    this.note("started", host, null, 0, {});
  }

  override died(host: Party, how: EndOfProcess): void {
    this.note("died", host, null, 0, { what: how });
  }

  override stopped(host: Party, asleep: boolean): void {
    this.note("stopped", host, null, asleep ? 1 : 0, { what: asleep ? "asleep" : "stopped" });
  }

  override wentOn(host: Party): void {
    this.note("wentOn", host, null, 0, {});
  }

  override changed(what: string): void {
    if (what !== "") this.note("changed", null, null, 0, { what });
  }

  private note(
    event: PairTraceEntry["event"],
    host: Party | null,
    peer: Party | null,
    detail: number,
    more: Pick<PairTraceEntry, "beat" | "told" | "what">,
  ): void {
    const { nowMs } = this.world;
    const who = (codes.indexOf(event) << 16) | ((host?.index ?? 255) << 8) | (peer?.index ?? 255);
    this.sum.mix(nowMs, who, detail);
    const entry: PairTraceEntry = {
      atMs: nowMs,
      event,
      ...(host !== null && { host: host.id }),
      ...(peer !== null && { peer: peer.id }),
      ...more,
    };
    this.kept[this.count++ % keptCount] = entry;
    this.sink?.(entry);
  }
}

/** One happening in one line, such as `[  1500.250] o1 < s1 beat 7 of s1.1`. */
function lineOf({ atMs, event, host, peer, beat, told, what }: PairTraceEntry): string {
  const at = `[${atMs.toFixed(3).padStart(11)}]`;
  const name = beat === undefined ? "" : `${beat.leaving ? "goodbye" : "beat"} ${beat.slot} of ${beat.boot}`;
  switch (event) {
    case "sent":
      return `${at} ${host} > ${peer} ${name}`;
    case "delivered":
      return `${at} ${host} < ${peer} ${name}`;
    case "dropped":
      return `${at} ${host} > ${peer} ${name} lost: ${what}`;
    case "fired":
      return `${at} ${host} timer`;
    case "told":
      return `${at} ${host} says ${told === undefined ? "" : wordsOf(told)}`;
    case "started":
      return `${at} ${host} starts`;
    case "died":
      return `${at} ${host} ${what === "leave" ? "leaves" : "dies"}`;
    case "stopped":
      return `${at} ${host} ${what === "asleep" ? "falls asleep" : "stands still"}`;
    case "wentOn":
      return `${at} ${host} goes on`;
    case "changed":
      return `${at} ${what}`;
  }
}

function wordsOf(event: LivenessEvent): string {
  switch (event.kind) {
    case "alive":
    case "restarted":
    case "left":
      return `${event.id} ${event.kind} (${event.boot})`;
    case "suspect":
    case "dead":
      return `${event.id} ${event.kind} after ${event.silentMs.toFixed(3)} ms (${event.reason})`;
    case "flapping":
      return `${event.id} flapping, patience ${event.patience}`;
    case "disruption":
      return `${event.zone} ${event.mode}`;
    case "doubt":
      return event.doubts ? "that it doubts itself" : "that it trusts itself again";
  }
}
