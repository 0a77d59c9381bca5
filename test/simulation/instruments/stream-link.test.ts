import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/protocol/index.js";
import type { LinkDefaults, LinkEnd } from "../../../src/simulation/cluster/link.js";
import type { LinkVerdict } from "../../../src/simulation/cluster/link-rules.js";
import { StreamConnection, StreamLink } from "../../../src/simulation/cluster/stream-link.js";
import type { Stream } from "../../../src/simulation/kernel/prng.js";
import { Timeline } from "../../../src/simulation/kernel/timeline.js";

const open: LinkVerdict = { passes: "all", latency: null, loss: null, duplicate: null };

interface End {
  index: number;
  alive: boolean;
  startIndex: number;
}

/** Two directions of a connection, and what arrived at the second end. */
class ConnectionUnderTest {
  readonly timeline = new Timeline();
  readonly arrived: { readonly atMs: number; readonly seq: number }[] = [];
  readonly dropped: string[] = [];
  readonly connectedMs: number[] = [];
  readonly ends: readonly [End, End] = [
    { index: 0, alive: true, startIndex: 0 },
    { index: 1, alive: true, startIndex: 0 },
  ];
  readonly there: StreamLink;
  readonly back: StreamLink;
  /** What chance gives the link there when it asks whether a segment is lost: below the loss means lost. */
  private readonly losses: number[];
  private seq = 0;

  constructor(defaults: Partial<LinkDefaults> = {}, losses: readonly number[] = []) {
    this.losses = [...losses];
    const all = { latency: 1, loss: 0, duplicate: 0, ...defaults };
    const streamOf = (purpose: string): Stream =>
      purpose.includes("/0/1/loss") ? () => this.losses.shift() ?? 1 : () => 0.5;
    const connection = new StreamConnection(this.timeline);
    const [a, b] = this.ends.map((end) => this.endOf(end)) as [LinkEnd, LinkEnd];
    this.there = new StreamLink(connection, this.timeline, a, b, all, streamOf);
    this.back = new StreamLink(connection, this.timeline, b, a, all, streamOf);
    this.apply({});
  }

  private endOf(end: End): LinkEnd {
    const { arrived, dropped, connectedMs, timeline } = this;
    return Object.assign(end, {
      connect: () => {
        if (end.index === 1) connectedMs.push(timeline.nowMs);
      },
      receive: (_from: number, _start: number, message: Message) => {
        if (end.index === 1) arrived.push({ atMs: timeline.nowMs, seq: seqOf(message) });
      },
      onDropped: (_to: number, message: Message, why: string) => dropped.push(`${seqOf(message)} ${why}`),
    });
  }

  apply(verdict: Partial<LinkVerdict>): void {
    for (const link of [this.there, this.back]) link.apply({ ...open, ...verdict });
  }

  send(count = 1): void {
    for (let sent = 0; sent < count; sent++) this.there.send(heartbeat(++this.seq));
  }

  until(ms: number): this {
    this.timeline.runUntil(ms);
    return this;
  }
}

function heartbeat(seq: number): Message {
  const configurationId = { term: 1, version: 1, digest: "" };
  return { kind: "heartbeat", term: 1, seq, configurationId, configuration: null, hasMetadata: false };
}

function seqOf(message: Message): number {
  return message.kind === "heartbeat" ? message.seq : Number.NaN;
}

describe("a stream", () => {
  it.each([
    [0, 0],
    [1, 200],
    [2, 600],
    [3, 1400],
    [5, 6200],
  ])("that loses a segment %i times in a row delivers it %i ms later", (losses, laterMs) => {
    const under = new ConnectionUnderTest({ loss: 0.5 }, new Array<number>(losses).fill(0.49));
    under.send();
    under.until(20_000);
    expect(under.arrived).toEqual([{ seq: 1, atMs: 1 + laterMs }]);
    expect(under.dropped).toEqual([]);
  });

  it("holds up all that follow a lost segment, and delivers them in order at once", () => {
    const under = new ConnectionUnderTest({ loss: 0.5 }, [0.1, 0.1]);
    under.send(2);
    under.until(100).send();
    expect(under.there.flowing).toBe(false);
    under.until(650);
    expect(under.arrived).toEqual([1, 2, 3].map((seq) => ({ seq, atMs: 601 })));
    expect(under.there.flowing).toBe(true);
  });

  it("gives a segment up with its connection after ten seconds, and all behind it", () => {
    // Six losses in a row are waits of 200 ms and twice as much each time: 12.6 s.
    const under = new ConnectionUnderTest({ loss: 0.5 }, new Array<number>(6).fill(0.1));
    under.send();
    under.until(5000).send();
    under.until(9999);
    expect(under.arrived).toEqual([]);
    expect(under.connectedMs).toEqual([]);
    under.until(10_050);
    // A way there and a way back.
    expect(under.connectedMs).toEqual([10_002]);
    expect(under.arrived).toEqual([]);
    under.send();
    under.until(10_100);
    expect(under.arrived.map(({ seq }) => seq)).toEqual([3]);
  });

  it("delivers what a cut kept back at the first retransmission after it", () => {
    const under = new ConnectionUnderTest();
    under.apply({ passes: "nothing" });
    under.until(50).send(2);
    under.until(900);
    under.apply({});
    under.until(20_000);
    // Tries at 250, 650 and 1450 ms.
    expect(under.arrived).toEqual([1, 2].map((seq) => ({ seq, atMs: 1451 })));
  });

  it("delivers what was held as soon as it may pass", () => {
    const under = new ConnectionUnderTest();
    under.apply({ passes: "later" });
    under.send(2);
    under.until(30_000);
    under.apply({});
    under.until(31_000);
    expect(under.arrived).toEqual([1, 2].map((seq) => ({ seq, atMs: 30_001 })));
  });

  it("buffers 64 messages while it is stuck, and drops the others", () => {
    const under = new ConnectionUnderTest();
    under.apply({ passes: "nothing" });
    under.send(66);
    expect(under.dropped).toEqual(["65 full", "66 full"]);
    under.apply({});
    under.until(1000);
    expect(under.arrived.length).toBe(64);
  });

  it("is dialled anew after a cut of more than ten seconds, after waits that double up to a second", () => {
    const under = new ConnectionUnderTest();
    under.apply({ passes: "nothing" });
    under.send();
    under.until(12_000);
    // Tries at 0.2, 0.6, 1.4, 3, 6.2 and 12.6 s; the last finds it stuck for more than ten seconds.
    expect(under.dropped).toEqual([]);
    under.until(12_600);
    expect(under.dropped).toEqual(["1 closed"]);
    // From then on it tries after 0.1, 0.2, 0.4 and 0.8 s and then every second: at 14.1, 15.1 and 16.1 s.
    under.until(15_200);
    under.apply({});
    under.until(16_099);
    expect(under.connectedMs).toEqual([]);
    under.until(16_200);
    expect(under.connectedMs).toEqual([16_100]);
  });

  it("is closed to a peer whose process died, once what was under way has arrived", () => {
    const under = new ConnectionUnderTest({ latency: 5 });
    under.send();
    under.until(1);
    under.ends[0].alive = false;
    under.there.onEndDied(false);
    under.until(4);
    expect(under.there.connection.open).toBe(true);
    under.until(10);
    expect(under.arrived).toEqual([{ seq: 1, atMs: 5 }]);
    expect(under.there.connection.open).toBe(false);
    under.send();
    expect(under.dropped).toEqual(["2 closed"]);
  });

  it("stays open to a machine that died without a word", () => {
    const under = new ConnectionUnderTest({ latency: 5 });
    under.ends[1].alive = false;
    under.there.onEndDied(true);
    under.send();
    under.until(9000);
    expect(under.there.connection.open).toBe(true);
    expect(under.arrived).toEqual([]);
    expect(under.there.flowing).toBe(false);
  });
});
