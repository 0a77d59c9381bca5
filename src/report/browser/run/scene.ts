import type { LeaseSpan, LinkState, NodeSpan, Recording, RoleSpan } from "../../recording/run-data.js";
import { messageKinds } from "../../recording/run-words.js";
import { firstAbove, firstFrom } from "./search.js";

/** Which messages are drawn. */
export type Shown = "none" | "elections" | "all";

/** One thing on the page that can be pointed at; `index` counts within its list of the recording. */
export type Item =
  | {
      readonly what: "message" | "lease" | "pause" | "fault" | "announcement" | "timer";
      readonly index: number;
    }
  | { readonly what: "role"; readonly node: number; readonly index: number };

/** A recording with what makes looking things up fast. */
export class Scene {
  readonly recording: Recording;
  readonly messageCount: number;
  /** 1 for what elections consist of, and for heartbeats that were refused. */
  readonly isElection: Uint8Array;
  private readonly longestEndMs: Float64Array;
  private readonly roleStarts: Float64Array[];
  private readonly linkStates = new Map<number, { atMs: number[]; states: LinkState[] }>();
  private readonly leasesOf: LeaseSpan[][];
  private readonly pausesOf: NodeSpan[][];

  constructor(recording: Recording) {
    const { messages, nodes } = recording;
    this.recording = recording;
    this.messageCount = messages.sentMs.length;
    this.isElection = new Uint8Array(this.messageCount);
    this.longestEndMs = new Float64Array(this.messageCount);
    let longest = Number.NEGATIVE_INFINITY;
    const replyKind = messageKinds.indexOf("heartbeatReply");
    for (let index = 0; index < this.messageCount; index++) {
      longest = Math.max(longest, this.endMs(index));
      this.longestEndMs[index] = longest;
      const refused = (messages.answer[index] as number) > 0;
      if ((messages.kind[index] as number) > replyKind || refused) this.isElection[index] = 1;
    }
    this.roleStarts = recording.roles.map((spans) => Float64Array.from(spans, ({ fromMs }) => fromMs));
    for (const { atMs, from, to, state } of recording.linkChanges) {
      const key = from * nodes.length + to;
      const known = this.linkStates.get(key) ?? { atMs: [], states: [] };
      known.atMs.push(atMs);
      known.states.push(state);
      this.linkStates.set(key, known);
    }
    this.leasesOf = nodes.map((_, node) => recording.leases.filter((lease) => lease.node === node));
    this.pausesOf = nodes.map((_, node) => recording.pauses.filter((pause) => pause.node === node));
  }

  /** When a message was dealt with or dropped; the end of the recording for one still under way. */
  endMs(index: number): number {
    const { sentMs, tookMs } = this.recording.messages;
    const took = tookMs[index] as number;
    return took < 0 ? this.recording.endMs : (sentMs[index] as number) + took;
  }

  /** Messages on their way at some time from `fromMs` to `untilMs`: those of this range whose `endMs` is not before it. */
  range(fromMs: number, untilMs: number): { first: number; after: number } {
    return {
      first: firstFrom(this.longestEndMs, fromMs),
      after: firstAbove(this.recording.messages.sentMs, untilMs),
    };
  }

  isShown(index: number, shown: Shown): boolean {
    return shown === "all" || (shown === "elections" && this.isElection[index] === 1);
  }

  /** The place of the span of this node's role at a time. */
  roleIndexAt(node: number, atMs: number): number {
    return Math.max(0, firstAbove(this.roleStarts[node] as Float64Array, atMs) - 1);
  }

  roleAt(node: number, atMs: number): RoleSpan | undefined {
    return this.recording.roles[node]?.[this.roleIndexAt(node, atMs)];
  }

  leaseAt(node: number, atMs: number): LeaseSpan | undefined {
    return this.leasesOf[node]?.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs);
  }

  isPaused(node: number, atMs: number): boolean {
    return this.pausesOf[node]?.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs) ?? false;
  }

  linkAt(from: number, to: number, atMs: number): LinkState {
    const { nodes, linksAtStart } = this.recording;
    const known = this.linkStates.get(from * nodes.length + to);
    const place = known === undefined ? -1 : firstAbove(known.atMs, atMs) - 1;
    return known?.states[place] ?? linksAtStart;
  }
}
