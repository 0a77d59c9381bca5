import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import {
  createElector,
  type Diagnostics,
  type DurableRecord,
  type Elector,
  type ElectorOptions,
  type ElectorPorts,
  electorDefaults,
  type Identity,
  LeadershipLostError,
  type ListenOptions,
  type Logger,
  type Member,
  type Message,
  memoryVoteStore,
  type NodeId,
  type PeerCounters,
  presets,
  type RandomSource,
  resolveTiming,
  type Scheduler,
  type Standing,
  type Timing,
  type Transport,
  type TransportHandlers,
  type VoteStore,
} from "raftbeat";
import { describe, expect, it } from "vitest";

/** What a user of the package writes with its own names for types, compiled along with the tests: here is nothing else imported. */

/** A store of a user's own. */
class RecordedStore implements VoteStore {
  record: DurableRecord | null = null;
  open(callback: (error: Error | null, record: DurableRecord | null) => void): void {
    queueMicrotask(() => callback(null, this.record));
  }
  write(record: DurableRecord, callback: (error: Error | null) => void): void {
    this.record = record;
    queueMicrotask(() => callback(null));
  }
  close(callback: () => void): void {
    queueMicrotask(callback);
  }
}

/** A transport of a user's own, which delivers within this process and says what it carried. */
class Hall {
  readonly carried: Message["kind"][] = [];
  private readonly members = new Map<
    NodeId,
    { readonly identity: Identity; readonly hears: TransportHandlers }
  >();

  transport(identity: Identity): Transport & { peers(): readonly PeerCounters[] } {
    const { id, incarnation } = identity;
    const meet = (hears: TransportHandlers, peer: Identity, standing: Standing | null): void =>
      hears.onPeerUp(peer.id, peer.incarnation, standing, true);
    return {
      start: (hears, callback) => {
        for (const other of this.members.values()) {
          const said = hears.standing?.() ?? null;
          const heard = other.hears.standing?.() ?? null;
          queueMicrotask(() => {
            meet(hears, other.identity, heard);
            meet(other.hears, identity, said);
          });
        }
        this.members.set(id, { identity, hears });
        queueMicrotask(() => callback(null));
      },
      setPeers: (_peers: readonly Member[]) => {},
      send: (to, message) => {
        this.carried.push(message.kind);
        queueMicrotask(() => this.members.get(to)?.hears.onMessage(id, incarnation, message));
      },
      stop: (callback) => {
        this.members.delete(id);
        queueMicrotask(callback);
      },
      peers: () => [counted],
    };
  }
}

const counted: PeerCounters = {
  id: "b",
  address: null,
  connected: true,
  sentCount: 3,
  receivedCount: 2,
  droppedCount: 1,
  redialCount: 0,
  refusedFrameCount: 0,
  roundTripMs: null,
  lastProblem: null,
};

describe("what the package exports is enough", () => {
  it("for a store, a transport, a logger and a subscriber of one's own, with all their types", async () => {
    const hall = new Hall();
    const elected: Diagnostics["elected"][] = [];
    const lines: string[] = [];
    const logger: Logger = {
      debug() {},
      info: (_about, line) => void lines.push(line),
      warn() {},
      error() {},
    };
    const note = (message: unknown): void => void elected.push(message as Diagnostics["elected"]);
    const founders = { a: "ws://a:1", b: "ws://b:1" };
    const options = (id: NodeId): ElectorOptions => ({
      cluster: "hall",
      id,
      voters: founders,
      store: new RecordedStore(),
      transport: (identity) => hall.transport(identity),
      logger,
    });
    subscribe("raftbeat:elected", note);
    try {
      const electors: Elector[] = await Promise.all(["a", "b"].map((id) => createElector(options(id))));
      const [leader] = await Promise.all(electors.map((elector) => elector.waitForLeader()));
      expect(elected).toMatchObject([{ term: leader?.term }]);
      expect(lines).toContain("leads");
      expect(hall.carried).toContain("heartbeat");
      expect(electors[0]?.links()).toEqual([counted]);
      await Promise.all(electors.map((elector) => elector.stop()));
    } finally {
      unsubscribe("raftbeat:elected", note);
    }
  });

  it("for ports of one's own, where to listen, and the timing that follows from a preset", () => {
    const random: RandomSource = () => 0.5;
    const schedule: Scheduler = (afterMs, callback) => {
      const timer = setTimeout(callback, afterMs);
      return () => clearTimeout(timer);
    };
    const make: (clock: ElectorPorts["clock"]) => ElectorPorts = (clock) => ({ clock, schedule, random });
    const listen: ListenOptions = { port: 7400 };
    const resolution = resolveTiming("lan");
    const timing: Timing | null = resolution.ok ? resolution.timing : null;
    expect(make).toBeTypeOf("function");
    expect(listen.port).toBe(7400);
    expect(timing).toMatchObject(presets.lan);
  });

  it("for telling why a leadership was lost", () => {
    const error = new LeadershipLostError(7, "leaseExpired");
    expect(error).toMatchObject({ code: "notLeader", term: 7, reason: "leaseExpired" });
  });

  it("refuses where round trips would be told to nobody", async () => {
    const options = {
      cluster: "c",
      id: "a",
      voters: { a: "ws://a:1" },
      store: memoryVoteStore({ unsafeForgetsVotes: true }),
      transport: (identity: Identity) => new Hall().transport(identity),
      onRoundTrip: (_peer: NodeId, _ms: number) => {},
    };
    await expect(createElector(options)).rejects.toMatchObject({
      code: "invalidSettings",
      message: expect.stringMatching(/^onRoundTrip would be ignored, as transport is given/),
    });
  });
});

describe("the defaults", () => {
  it("stand in the docstrings as they are", () => {
    const text = readFileSync(new URL("../../src/elector/api.ts", import.meta.url), "utf8");
    const said = (option: string) =>
      Number(
        new RegExp(`@defaultValue ([\\d,]+)\\s+\\*/\\s+readonly ${option}\\?`)
          .exec(text)?.[1]
          ?.replaceAll(",", ""),
      );
    expect({
      drainTimeoutMs: said("drainTimeoutMs"),
      coolDownMs: said("coolDownMs"),
      healthIntervalMs: said("intervalMs"),
      healthTimeoutMs: said("timeoutMs"),
      reconfigureTimeoutMs: Number(
        /until `timeoutMs` have passed, ([\d,]+) if not given/.exec(text)?.[1]?.replaceAll(",", ""),
      ),
    }).toEqual(electorDefaults);
    const { heartbeatIntervalMs, electionTimeout } = presets.cloud;
    expect(text).toContain(
      `@defaultValue \`"cloud"\`: a heartbeat each ${heartbeatIntervalMs} ms, election timeouts from ${electionTimeout.minMs} to ${electionTimeout.maxMs} ms`,
    );
  });
});
