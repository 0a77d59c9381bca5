import type { Message } from "../../protocol/index.js";
import { type Latency, longestMs, type Sampler, samplerOf } from "../kernel/latency.js";
import type { Stream } from "../kernel/prng.js";
import type { Actor, Timeline } from "../kernel/timeline.js";
import type { LinkVerdict, Loss } from "./link-rules.js";

/**
 * Why a message never arrives: a rule cuts the link, chance, a connection that broke under it, a full buffer before a stuck
 * connection, nobody runs at the other end, or the other end wants no link with a copy.
 */
export type DropReason = "cut" | "loss" | "closed" | "full" | "down" | "refused";

/** Where a link ends that carries messages of one kind. */
export interface LinkEnd<Carried = Message> {
  readonly index: number;
  readonly alive: boolean;
  /** Counts the starts of the node. */
  readonly startIndex: number;
  /** A connection with this start of a peer is up, and has told who it is. */
  connect(from: number, start: number): void;
  /** A message has arrived at the machine. */
  receive(from: number, start: number, message: Carried): void;
  /** A message that this end sent to the node in that place will not arrive. */
  onDropped(to: number, message: Carried, why: DropReason): void;
  /** A connection with that peer was closed. An end that does not want to know has no such method. */
  disconnect?(from: number): void;
}

/** How a network carries messages where no rule says otherwise. */
export interface LinkDefaults {
  readonly latency: Latency;
  readonly loss: Loss;
  /** The chance that a message arrives twice. */
  readonly duplicate: number;
}

/** One direction between two nodes that carries datagrams: each by itself, in any order, or not at all. */
export class Link<Carried = Message> implements Actor {
  readonly from: LinkEnd<Carried>;
  readonly to: LinkEnd<Carried>;
  /** What is in force for this direction. */
  passes: LinkVerdict["passes"] = "all";
  /** True while messages may get lost. */
  lossy = false;
  /** About the longest a message takes at present. */
  longestMs = 0;
  protected readonly timeline: Timeline;
  protected latency: Sampler = () => 0;
  /** Draws whether the next message is lost; null where none is. */
  protected loses: (() => boolean) | null = null;
  private duplicates: (() => boolean) | null = null;
  private readonly defaults: LinkDefaults;
  private readonly streamOf: (purpose: string) => Stream;
  private readonly streams = new Map<string, Stream>();
  private inForce: LinkVerdict | null = null;
  private readonly held: { readonly code: number; readonly message: Carried }[] = [];

  constructor(
    timeline: Timeline,
    from: LinkEnd<Carried>,
    to: LinkEnd<Carried>,
    defaults: LinkDefaults,
    streamOf: (purpose: string) => Stream,
  ) {
    this.timeline = timeline;
    this.from = from;
    this.to = to;
    this.defaults = defaults;
    this.streamOf = streamOf;
  }

  /** False while something that was sent before still has to be sent again, or a connection has to be made first. */
  get flowing(): boolean {
    return true;
  }

  /** Sends a message: it arrives, is held, or is dropped, as the rules of the link say. */
  send(message: Carried): void {
    if (this.passes === "nothing") {
      this.drop(message, "cut");
      return;
    }
    if (this.loses?.() === true) {
      this.drop(message, "loss");
      return;
    }
    this.schedule(message);
    if (this.duplicates?.() === true) this.schedule(message);
  }

  happen(code: number, payload: unknown): void {
    if (this.passes === "all") this.to.receive(this.from.index, code, payload as Carried);
    else if (this.passes === "later") this.held.push({ code, message: payload as Carried });
    else this.drop(payload as Carried, "cut");
  }

  /** Puts another verdict in force; what was held and may pass now arrives in one burst. */
  apply(verdict: LinkVerdict): void {
    const before = this.inForce;
    this.inForce = verdict;
    this.passes = verdict.passes;
    const latency = verdict.latency ?? this.defaults.latency;
    const loss = verdict.loss ?? this.defaults.loss;
    if (before === null || before.latency !== verdict.latency) {
      this.latency = samplerOf(latency, this.stream("latency", verdict.latency !== null));
      this.longestMs = longestMs(latency);
    }
    if (before === null || before.loss !== verdict.loss)
      this.loses = loss === 0 ? null : losing(loss, this.stream("loss", verdict.loss !== null));
    this.lossy = this.loses !== null;
    const duplicate = verdict.duplicate ?? this.defaults.duplicate;
    if (before === null || before.duplicate !== verdict.duplicate) {
      this.duplicates =
        duplicate === 0 ? null : chance(duplicate, this.stream("duplicate", verdict.duplicate !== null));
    }
    if (verdict.passes !== "later")
      for (const { code, message } of this.held.splice(0))
        if (verdict.passes === "all") this.timeline.schedule(this.timeline.nowMs, this, code, message);
        else this.drop(message, "cut");
    this.onApplied();
  }

  /** One end's process has died; datagrams do not tell. @param _silently its machine died with it */
  onEndDied(_silently: boolean): void {}

  /** The link is up: the dialling node tells who it is. Datagrams do not. */
  onConnected(): void {}

  /** One end's process has started again. */
  onEndStarted(): void {}

  /** What else follows from a new verdict. */
  protected onApplied(): void {}

  /** Drops a message, and says why to those who watch. */
  protected drop(message: Carried, why: DropReason): void {
    this.from.onDropped(this.to.index, message, why);
  }

  private schedule(message: Carried): void {
    this.timeline.schedule(this.timeline.nowMs + this.latency(), this, this.from.startIndex, message);
  }

  /** A fault draws from a stream of its own, so that what follows it is as it would have been. */
  private stream(purpose: string, ofFault: boolean): Stream {
    const name = `link/${this.from.index}/${this.to.index}/${purpose}${ofFault ? "/fault" : ""}`;
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = this.streamOf(name);
      this.streams.set(name, stream);
    }
    return stream;
  }
}

function chance(of: number, stream: Stream): () => boolean {
  return () => stream() < of;
}

function losing(loss: Loss, stream: Stream): () => boolean {
  if (typeof loss === "number") return chance(loss, stream);
  const { goodToBad, badToGood, lossInBad } = loss.burst;
  let bad = false;
  return () => {
    bad = bad ? !(stream() < badToGood) : stream() < goodToBad;
    return bad && stream() < lossInBad;
  };
}
