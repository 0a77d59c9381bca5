import type { LossReason, Message } from "../../protocol/index.js";
import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import { Watcher } from "../cluster/watcher.js";
import { TraceHash } from "./trace-hash.js";

/** One thing that happened; `node` had it happen. */
export interface TraceEntry {
  /** True time. */
  readonly atMs: number;
  readonly event: "delivered" | "fired" | "sent" | "gained" | "lost" | "started" | "died" | "changed";
  readonly node?: string | undefined;
  readonly role?: string | undefined;
  readonly term?: number | undefined;
  /** From or to whom. */
  readonly peer?: string | undefined;
  readonly message?: Message | undefined;
  readonly reason?: LossReason | undefined;
  readonly what?: string | undefined;
}

const events = ["delivered", "fired", "sent", "gained", "lost", "started", "died", "changed"] as const;
const deliveredCode = 0;
const firedCode = 1;
const sentCode = 2;
/** How many of the last happenings are kept. */
const keptCount = 64;

/** Remembers the last happenings, and sums up all of them in a hash that tells two runs apart. */
export class Trace extends Watcher {
  private readonly cluster: Cluster;
  private readonly sink: ((entry: TraceEntry) => void) | null;
  private readonly atMs = new Float64Array(keptCount);
  private readonly codes = new Uint8Array(keptCount);
  private readonly nodes: (SimulatedProcess | null)[] = new Array<SimulatedProcess | null>(keptCount).fill(
    null,
  );
  private readonly peers: (SimulatedProcess | null)[] = new Array<SimulatedProcess | null>(keptCount).fill(
    null,
  );
  private readonly details: unknown[] = new Array(keptCount).fill(null);
  private count = 0;
  private readonly sum = new TraceHash();

  /** @param sink is told of everything as it happens */
  constructor(cluster: Cluster, sink: ((entry: TraceEntry) => void) | null = null) {
    super();
    this.cluster = cluster;
    this.sink = sink;
  }

  /** 16 hexadecimal digits: the same for two runs iff the same things happened at the same times. */
  get hash(): string {
    return this.sum.text;
  }

  /** The last happenings, the newest last, as lines to read. */
  lines(): string[] {
    const from = Math.max(0, this.count - keptCount);
    return Array.from({ length: this.count - from }, (_, index) =>
      lineOf(this.entry((from + index) % keptCount)),
    );
  }

  override delivered(to: SimulatedProcess, from: SimulatedProcess, message: Message): void {
    this.note(deliveredCode, to, from, message, message.term);
  }

  override fired(process: SimulatedProcess): void {
    this.note(firedCode, process, null, null, process.node.record.term);
  }

  override sent(from: SimulatedProcess, to: SimulatedProcess, message: Message): void {
    if (this.sink !== null) this.note(sentCode, from, to, message, message.term);
  }

  override gained(process: SimulatedProcess, term: number): void {
    this.note(3, process, null, term, term);
  }

  override lost(process: SimulatedProcess, term: number, reason: LossReason): void {
    this.note(4, process, null, reason, term);
  }

  override started(process: SimulatedProcess): void {
    this.note(5, process, null, null, process.node.record.term);
  }

  override died(process: SimulatedProcess): void {
    this.note(6, process, null, null, process.node.record.term);
  }

  override changed(what: string): void {
    if (what !== "") this.note(7, null, null, what, 0);
  }

  private note(
    code: number,
    node: SimulatedProcess | null,
    peer: SimulatedProcess | null,
    detail: unknown,
    term: number,
  ): void {
    const index = this.count++ % keptCount;
    const { nowMs } = this.cluster;
    this.atMs[index] = nowMs;
    this.codes[index] = code;
    this.nodes[index] = node;
    this.peers[index] = peer;
    this.details[index] = detail;
    // What is sent is only noted for a sink, and the hash must not depend on there being one.
    if (code !== sentCode)
      this.sum.mix(nowMs, (code << 16) | ((node?.index ?? 31) << 8) | (peer?.index ?? 31), term);
    this.sink?.(this.entry(index));
  }

  private entry(index: number): TraceEntry {
    const event = events[this.codes[index] as number] as TraceEntry["event"];
    const node = this.nodes[index];
    const peer = this.peers[index];
    const detail = this.details[index];
    return {
      atMs: this.atMs[index] as number,
      event,
      ...(node == null ? {} : { node: node.id, role: node.node.role.name, term: node.node.record.term }),
      ...(peer == null ? {} : { peer: peer.id, message: detail as Message }),
      ...(event === "lost" ? { reason: detail as LossReason } : {}),
      ...(event === "changed" ? { what: detail as string } : {}),
      ...(event === "gained" ? { term: detail as number } : {}),
    };
  }
}

/** One happening in one line, such as `[  1500.250] n1 < n3 heartbeat term 2 seq 7`. */
function lineOf({ atMs, event, node, peer, message, reason, what, term }: TraceEntry): string {
  const at = `[${atMs.toFixed(3).padStart(11)}]`;
  switch (event) {
    case "delivered":
    case "sent":
      return `${at} ${node} ${event === "sent" ? ">" : "<"} ${peer} ${message === undefined ? "" : wordsOf(message)}`;
    case "fired":
      return `${at} ${node} timer`;
    case "gained":
      return `${at} ${node} leads term ${term}`;
    case "lost":
      return `${at} ${node} no longer leads: ${reason}`;
    case "started":
      return `${at} ${node} starts`;
    case "died":
      return `${at} ${node} dies`;
    case "changed":
      return `${at} ${what}`;
  }
}

function wordsOf(message: Message): string {
  switch (message.kind) {
    case "heartbeat":
      return `heartbeat term ${message.term} seq ${message.seq}`;
    case "heartbeatReply":
      return `heartbeatReply term ${message.term} seq ${message.seq} ${message.accepted ? "accepted" : (message.reason ?? "refused")}`;
    case "requestVote":
      return `${message.preVote ? "preVote" : "vote"} request term ${message.term}`;
    case "requestVoteReply":
      return `${message.preVote ? "preVote" : "vote"} ${message.granted ? "granted" : `refused (${message.reason})`} term ${message.term}`;
    case "timeoutNow":
      return `timeoutNow term ${message.term}, ${message.waitMs === 0 ? "free" : `wait ${message.waitMs.toFixed(3)} ms`}`;
    case "handoverWait":
      return `handoverWait term ${message.term}, wait ${message.waitMs.toFixed(3)} ms`;
    case "handoverDone":
      return `handoverDone term ${message.term}`;
    case "leaderNotice":
      return message.leads ? `metadata term ${message.term}` : `stepped down from term ${message.term}`;
  }
}
