import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/protocol/index.js";
import { Link, type LinkDefaults, type LinkEnd } from "../../../src/simulation/cluster/link.js";
import type { LinkVerdict } from "../../../src/simulation/cluster/link-rules.js";
import { splitSeed } from "../../../src/simulation/kernel/prng.js";
import { Timeline } from "../../../src/simulation/kernel/timeline.js";

const open: LinkVerdict = { passes: "all", latency: null, loss: null, duplicate: null };

/** One direction of a network of datagrams, with what arrived and what did not. */
class LinkUnderTest {
  readonly timeline = new Timeline();
  readonly arrived: { readonly atMs: number; readonly seq: number }[] = [];
  readonly dropped: { readonly why: string; readonly seq: number }[] = [];
  readonly link: Link;
  private seq = 0;

  constructor(defaults: Partial<LinkDefaults> = {}, seed = 1) {
    const ignore = () => {};
    const from: LinkEnd = {
      index: 0,
      alive: true,
      startIndex: 3,
      connect: ignore,
      receive: ignore,
      onDropped: (to, message, why) => {
        if (to !== 1) throw new Error(`dropped on the way to ${to}`);
        this.dropped.push({ why, seq: seqOf(message) });
      },
    };
    const to: LinkEnd = {
      index: 1,
      alive: true,
      startIndex: 0,
      connect: ignore,
      receive: (sender, start, message) => {
        if (sender !== 0 || start !== 3) throw new Error(`from ${sender}, start ${start}`);
        this.arrived.push({ atMs: this.timeline.nowMs, seq: seqOf(message) });
      },
      onDropped: ignore,
    };
    const all = { latency: 1, loss: 0, duplicate: 0, ...defaults };
    this.link = new Link(this.timeline, from, to, all, splitSeed(seed));
    this.apply({});
  }

  apply(verdict: Partial<LinkVerdict>): void {
    this.link.apply({ ...open, ...verdict });
  }

  /** Sends so many messages, one each millisecond. */
  send(count = 1): void {
    for (let sent = 0; sent < count; sent++) {
      this.link.send(heartbeat(++this.seq));
      this.pass(1);
    }
  }

  pass(ms: number): void {
    this.timeline.runUntil(this.timeline.nowMs + ms);
  }

  get arrivedSeqs(): number[] {
    return this.arrived.map(({ seq }) => seq);
  }
}

function heartbeat(seq: number): Message {
  const configurationId = { term: 1, version: 1, digest: "" };
  return { kind: "heartbeat", term: 1, seq, configurationId, configuration: null, hasMetadata: false };
}

function seqOf(message: Message): number {
  return message.kind === "heartbeat" ? message.seq : Number.NaN;
}

/** Four standard errors of a share of so many independent tries. */
function errorOf(share: number, count: number): number {
  return 4 * Math.sqrt((share * (1 - share)) / count);
}

/** The lengths of what was lost in a row, in order. */
function runsOf(lost: ReadonlySet<number>, count: number): number[] {
  const runs: number[] = [];
  let length = 0;
  for (let seq = 1; seq <= count + 1; seq++)
    if (lost.has(seq)) length++;
    else if (length > 0) {
      runs.push(length);
      length = 0;
    }
  return runs;
}

const count = 20_000;

describe("a link loses", () => {
  it.each([0.01, 0.1, 0.3, 0.5, 0.97])("the share %f of messages, each by itself", (loss) => {
    const under = new LinkUnderTest({ loss });
    under.send(count);
    under.pass(10);
    const lost = new Set(under.dropped.map(({ seq }) => seq));
    expect(under.arrived.length + under.dropped.length).toBe(count);
    expect(under.dropped.every(({ why }) => why === "loss")).toBe(true);
    expect(Math.abs(lost.size / count - loss)).toBeLessThan(errorOf(loss, count));
    // Of independent losses, as many follow a loss as follow none.
    const afterLoss = [...lost].filter((seq) => lost.has(seq + 1)).length;
    expect(Math.abs(afterLoss / lost.size - loss)).toBeLessThan(errorOf(loss, lost.size) + 1 / lost.size);
  });

  it("none at 0, and all at 1", () => {
    for (const [loss, share] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const under = new LinkUnderTest({ loss });
      under.send(500);
      under.pass(10);
      expect(under.arrived.length).toBe(500 * share);
      expect(under.link.lossy).toBe(loss > 0);
    }
  });

  it("in bursts, with the share and the lengths that Gilbert's chain has", () => {
    for (const [goodToBad, badToGood, lossInBad] of [
      [0.02, 0.25, 1],
      [0.1, 0.5, 0.6],
      [0.05, 1, 1],
    ] as const) {
      const under = new LinkUnderTest({ loss: { burst: { goodToBad, badToGood, lossInBad } } });
      under.send(count);
      const lost = new Set(under.dropped.map(({ seq }) => seq));
      const badShare = goodToBad / (goodToBad + badToGood);
      const share = badShare * lossInBad;
      // A burst is one event, so that shares spread more than those of independent losses do.
      const widening = Math.sqrt(2 / badToGood);
      expect(Math.abs(lost.size / count - share)).toBeLessThan(widening * errorOf(share, count));
      if (lossInBad < 1) continue;
      const runs = runsOf(lost, count);
      const mean = lost.size / runs.length;
      const spread = Math.sqrt((1 - badToGood) / runs.length) / badToGood;
      expect(Math.abs(mean - 1 / badToGood)).toBeLessThan(4 * spread + 1e-9);
    }
  });

  it("as its rule says while there is one, and then as before", () => {
    const under = new LinkUnderTest({ loss: 0.2 });
    const lostOf = (sent: number) => {
      const before = under.dropped.length;
      under.send(sent);
      return (under.dropped.length - before) / sent;
    };
    expect(lostOf(5000)).toBeCloseTo(0.2, 1);
    under.apply({ loss: 0.8 });
    expect(lostOf(5000)).toBeCloseTo(0.8, 1);
    under.apply({ loss: 0 });
    expect(lostOf(5000)).toBe(0);
    under.apply({});
    expect(lostOf(5000)).toBeCloseTo(0.2, 1);
  });

  it("the same messages after a fault as without one: a fault draws from streams of its own", () => {
    const outcome = (fault: Partial<LinkVerdict>, sentInFault: number) => {
      const under = new LinkUnderTest({ loss: 0.3, duplicate: 0.3, latency: { uniform: [0, 0.5] } });
      under.send(100);
      under.apply(fault);
      under.send(sentInFault);
      under.apply({});
      const from = { dropped: under.dropped.length, arrived: under.arrived.length };
      under.send(100);
      return {
        lost: under.dropped.slice(from.dropped).map(({ seq }) => seq - sentInFault),
        arrived: under.arrived
          .slice(from.arrived)
          .map(({ seq, atMs }) => `${seq - sentInFault} ${(atMs - sentInFault).toFixed(6)}`),
      };
    };
    const undisturbed = outcome({}, 0);
    expect(undisturbed.lost.length).toBeGreaterThan(10);
    expect(outcome({ loss: 0.8, duplicate: 0.9, latency: { uniform: [0, 0.9] } }, 50)).toEqual(undisturbed);
    // Another latency alone leaves losses to the stream that they come from, and so to the same messages.
    const lost = (fault: Partial<LinkVerdict>) => outcome(fault, 50).lost;
    expect(lost({ latency: { uniform: [0, 0.9] } })).toEqual(lost({}));
  });

  it("other messages than the link back, or one of another seed", () => {
    const lost = (seed: number) => {
      const under = new LinkUnderTest({ loss: 0.5 }, seed);
      under.send(200);
      return under.dropped.map(({ seq }) => seq).join();
    };
    expect(lost(1)).toBe(lost(1));
    expect(lost(1)).not.toBe(lost(2));
  });
});

describe("a link doubles", () => {
  it.each([0.05, 0.5])("the share %f of messages, both of which arrive", (duplicate) => {
    const under = new LinkUnderTest({ duplicate, latency: { uniform: [0.5, 3] } });
    under.send(count);
    under.pass(10);
    const doubled = under.arrived.length - count;
    expect(new Set(under.arrivedSeqs).size).toBe(count);
    expect(Math.abs(doubled / count - duplicate)).toBeLessThan(errorOf(duplicate, count));
    // Each copy takes a time of its own.
    const times = new Map<number, number[]>();
    for (const { seq, atMs } of under.arrived) times.set(seq, [...(times.get(seq) ?? []), atMs]);
    const twice = [...times.values()].filter(({ length }) => length === 2);
    expect(twice.length).toBe(doubled);
    expect(twice.filter(([a, b]) => a === b).length).toBeLessThan(2);
  });
});

describe("a link carries", () => {
  it("each message as long as its latency is, and one may overtake another", () => {
    const under = new LinkUnderTest({ latency: { uniform: [2, 12] } });
    under.send(2000);
    under.pass(20);
    const took = under.arrived.map(({ atMs, seq }) => atMs - (seq - 1));
    expect(Math.min(...took)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...took)).toBeLessThan(12);
    expect(took.reduce((sum, ms) => sum + ms, 0) / took.length).toBeCloseTo(7, 0);
    expect(under.arrivedSeqs).not.toEqual([...under.arrivedSeqs].sort((a, b) => a - b));
    expect(under.link.longestMs).toBe(12);
  });

  it("what was sent before another latency with the old one", () => {
    const under = new LinkUnderTest({ latency: 10 });
    under.send();
    under.apply({ latency: 2 });
    expect(under.link.longestMs).toBe(2);
    under.send();
    under.pass(20);
    expect(under.arrived).toEqual([
      { seq: 2, atMs: 3 },
      { seq: 1, atMs: 10 },
    ]);
    under.apply({});
    expect(under.link.longestMs).toBe(10);
  });

  it("nothing while it is cut, neither what is sent nor what is under way", () => {
    const under = new LinkUnderTest({ latency: 10 });
    under.send();
    under.apply({ passes: "nothing" });
    under.send();
    under.pass(20);
    under.apply({});
    under.send();
    under.pass(20);
    expect(under.arrivedSeqs).toEqual([3]);
    expect(under.dropped).toEqual([
      { why: "cut", seq: 2 },
      { why: "cut", seq: 1 },
    ]);
  });

  it("what was held in one burst, in order of arrival, once it may pass", () => {
    const under = new LinkUnderTest({ latency: 5 });
    under.apply({ passes: "later" });
    under.send(4);
    under.pass(100);
    expect(under.arrived).toEqual([]);
    under.apply({});
    under.pass(0);
    expect(under.arrived).toEqual([1, 2, 3, 4].map((seq) => ({ seq, atMs: 104 })));
    under.apply({});
    under.pass(100);
    expect(under.arrived.length).toBe(4);
  });

  it("nothing of what was held if the link is cut instead", () => {
    const under = new LinkUnderTest({ latency: 5 });
    under.apply({ passes: "later" });
    under.send(2);
    under.pass(10);
    under.apply({ passes: "nothing" });
    under.apply({});
    under.pass(100);
    expect(under.arrived).toEqual([]);
    expect(under.dropped.map(({ seq, why }) => `${seq} ${why}`)).toEqual(["1 cut", "2 cut"]);
  });

  it("on as before where another verdict says the same: a burst of losses goes on", () => {
    const burst = { goodToBad: 1, badToGood: 0, lossInBad: 1 };
    const under = new LinkUnderTest({ loss: { burst } });
    under.send(3);
    under.apply({});
    under.apply({ latency: 2 });
    under.send(3);
    expect(under.dropped.length).toBe(6);
    const once = new LinkUnderTest({ loss: { burst: { goodToBad: 0.3, badToGood: 0.1, lossInBad: 1 } } });
    const again = new LinkUnderTest({ loss: { burst: { goodToBad: 0.3, badToGood: 0.1, lossInBad: 1 } } });
    once.send(300);
    for (let sent = 0; sent < 300; sent++) {
      again.send();
      again.apply({ latency: sent % 2 === 0 ? 1 : null });
    }
    expect(again.dropped).toEqual(once.dropped);
  });
});
