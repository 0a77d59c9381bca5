import type { NodeId } from "../../protocol/index.js";
import type { Random } from "../../runtime/ports.js";
import type { Link, LinkOwner } from "../link/link.js";
import type { LinkClose } from "../wire/close-reason.js";
import { Dial, type DialContext } from "./dial.js";

/** What dialling needs besides what a dial needs. */
export interface RedialContext extends DialContext {
  readonly random: Random;
}

/** More attempts make no wait longer. */
const mostAttempts = 16;

/** Dials one peer again and again: later after each attempt, with jitter, and the higher id after the lower. */
export class Redial {
  /** Dials so far that were not the first, or the first after a link that held. */
  redialCount = 0;
  private readonly self: NodeId;
  private readonly peer: NodeId;
  private readonly context: RedialContext;
  private readonly owner: LinkOwner;
  private readonly onFailed: (close: LinkClose, address: string) => void;
  private dial: Dial | null = null;
  private cancelWait: (() => void) | null = null;
  /** Dials since the last link that held. */
  private attemptCount = 0;

  /** Begins without dialling. `onFailed` hears of each dial that led to no link. */
  constructor(
    peer: NodeId,
    context: RedialContext,
    owner: LinkOwner,
    onFailed: (close: LinkClose, address: string) => void,
  ) {
    this.self = context.credentials.identity.id;
    this.peer = peer;
    this.context = context;
    this.owner = owner;
    this.onFailed = onFailed;
  }

  /** Plans the next dial, unless one is planned or under way. */
  plan(address: string): void {
    if (this.dial !== null || this.cancelWait !== null) return;
    const { schedule } = this.context;
    this.cancelWait = schedule(this.waitMs(), () => {
      this.cancelWait = null;
      this.start(address);
    });
  }

  /** There is a link now: no further dial is needed. A dial by the other side makes one that is under way here needless, or not. */
  onUp(link: Link): void {
    this.cancelWait?.();
    this.cancelWait = null;
    if (link.dialled) this.dial = null;
    // Where both dial at once the lower id's dial goes on; were both to give way there might be no link in the end.
    else if (this.self > this.peer && this.dial?.giveWay() === true) this.dial = null;
  }

  /** A link has ended. One that held for the longest wait makes the next dial the first again. */
  onDown(link: Link): void {
    if (this.context.clock.nowMs() - link.upAtMs >= this.context.timing.redialMaxMs) this.attemptCount = 0;
  }

  /** Dials no more until `plan` is called again. */
  stop(): void {
    this.cancelWait?.();
    this.cancelWait = null;
    this.dial?.abandon();
    this.dial = null;
  }

  private waitMs(): number {
    if (this.attemptCount === 0 && this.self < this.peer) return 0;
    const { timing, random } = this.context;
    const longestMs = Math.min(timing.redialMaxMs, (timing.redialMaxMs / 8) * 2 ** this.attemptCount);
    return longestMs * (0.5 + random() / 2);
  }

  private start(address: string): void {
    if (this.attemptCount > 0) this.redialCount++;
    this.attemptCount = Math.min(this.attemptCount + 1, mostAttempts);
    this.dial = new Dial(this.peer, address, this.context, this.owner, (close) => {
      this.dial = null;
      this.onFailed(close, address);
    });
  }
}
