import type { Elector, ElectorEvent, ElectorOptions } from "../../../src/elector/api.js";
import { createElector } from "../../../src/elector/create-elector.js";
import type { DurableRecord, Member, NodeId } from "../../../src/protocol/index.js";
import type { Clock, Transport, TransportHandlers, VoteStore } from "../../../src/runtime/ports.js";
import { seededRandom } from "../../support/prng.js";
import { Timeline } from "./timeline.js";

/** One elector of the world and what it told, with the disk that survives it. */
export interface Seat {
  readonly id: NodeId;
  elector: Elector;
  readonly disk: {
    record: DurableRecord | null;
    error: Error | null;
    /** True while the disk answers nothing; what waits for it is answered never. */
    hangs: boolean;
  };
  /** Everything told, in order: events, and whatever a test adds. */
  readonly told: string[];
  readonly logged: string[];
  /** What the wall clock says more than the timeline. */
  wallOffsetMs: number;
}

/** A transport that has started. */
interface Station {
  readonly handlers: TransportHandlers;
  readonly incarnation: string;
  wanted: ReadonlyMap<NodeId, string>;
}

/** Electors on one simulated timeline: messages take a millisecond, writes a fifth, and links exist where nothing is cut. */
export class ElectorWorld {
  readonly timeline = new Timeline();
  readonly seats = new Map<NodeId, Seat>();
  /** Longer messages are swallowed, with all that follows on the link until it is found dead and made anew. */
  longestMessage = Number.POSITIVE_INFINITY;
  private readonly cut = new Set<NodeId>();
  private readonly blocked = new Set<string>();
  private readonly stations = new Map<NodeId, Station>();
  /** Where nodes have moved to: they are reached at no other address. Who is not named here is reached at any. */
  readonly movedTo = new Map<NodeId, string>();
  private readonly up = new Set<string>();
  private readonly random: () => number;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
  }

  /** Starts founders with these ids, all with these options. */
  static async of(
    ids: readonly NodeId[],
    options: Partial<ElectorOptions> = {},
    seed = 1,
  ): Promise<ElectorWorld> {
    const world = new ElectorWorld(seed);
    const voters = Object.fromEntries(ids.map((id) => [id, `ws://${id}:7400`]));
    await Promise.all(ids.map((id) => world.start(id, { voters, ...options })));
    return world;
  }

  /** Starts one elector, and lets time pass until it runs. Errors: as `createElector`. */
  async start(id: NodeId, options: Partial<ElectorOptions> = {}): Promise<Elector> {
    const before = this.seats.get(id);
    const seat: Seat = {
      id,
      elector: undefined as unknown as Elector,
      disk: before?.disk ?? { record: null, error: null, hangs: false },
      told: before?.told ?? [],
      logged: before?.logged ?? [],
      wallOffsetMs: 0,
    };
    const log = (details: object, message: string): void => {
      seat.logged.push(message);
      const { error } = details as { error?: unknown };
      if (error !== undefined) seat.logged.push(String(error));
    };
    const starting = createElector(
      {
        cluster: "test",
        id,
        voters: {},
        store: this.storeOf(seat),
        transport: ({ incarnation }) => this.transportOf(id, incarnation),
        logger: { debug: log, info() {}, warn: log, error: log },
        ...options,
      },
      {
        clock: this.clockOf(seat),
        random: this.random,
        schedule: (afterMs, callback) => {
          let cancelled = false;
          this.timeline.at(this.timeline.nowMs + afterMs, () => {
            if (!cancelled) callback();
          });
          return () => {
            cancelled = true;
          };
        },
      },
    );
    seat.elector = await this.settled(starting);
    seat.elector.subscribe((event) => seat.told.push(wordsOf(event)));
    this.seats.set(id, seat);
    return seat.elector;
  }

  seat(id: NodeId): Seat {
    const seat = this.seats.get(id);
    if (seat === undefined) throw new Error(`no elector ${id}`);
    return seat;
  }

  /** Lets time pass, event by event, with all promises settled between two events; stops early once `done`. */
  async advance(forMs: number, done: () => boolean = () => false): Promise<boolean> {
    const endMs = this.timeline.nowMs + forMs;
    await flushed();
    while (!done()) {
      if (this.timeline.nowMs >= endMs) return done();
      let looks = 0;
      this.timeline.advance(endMs - this.timeline.nowMs, () => looks++ > 0);
      await flushed();
    }
    return true;
  }

  /** Lets time pass until this holds. */
  async until(claim: () => boolean, withinMs = 20_000): Promise<void> {
    if (!(await this.advance(withinMs, claim))) throw new Error(`not within ${withinMs} ms: ${claim}`);
  }

  /** Lets time pass until the promise settles, and settles like it. */
  async settled<T>(promise: Promise<T>, withinMs = 60_000): Promise<T> {
    let done = false;
    const noted = promise.finally(() => {
      done = true;
    });
    noted.catch(() => {});
    await this.until(() => done, withinMs);
    return noted;
  }

  /** The one elector that leads, once there is one. */
  async leader(): Promise<Seat> {
    await this.until(() => this.leaders().length === 1);
    return this.leaders()[0] as Seat;
  }

  leaders(): Seat[] {
    return [...this.seats.values()].filter(({ elector }) => elector.isLeader);
  }

  others(than: Seat): Seat[] {
    return [...this.seats.values()].filter((seat) => seat !== than);
  }

  /** What the transport of this node tells it with. */
  handlersOf(id: NodeId): TransportHandlers {
    const station = this.stations.get(id);
    if (station === undefined) throw new Error(`no elector ${id}`);
    return station.handlers;
  }

  isolate(id: NodeId): void {
    this.cut.add(id);
    this.link();
  }

  heal(): void {
    this.cut.clear();
    this.link();
  }

  linked(a: NodeId, b: NodeId): boolean {
    return this.up.has([a, b].sort().join(" "));
  }

  private link(): void {
    const ids = [...this.stations.keys()].sort();
    for (const a of ids)
      for (const b of ids) {
        if (a >= b) continue;
        const [one, other] = [this.stations.get(a), this.stations.get(b)];
        if (one === undefined || other === undefined) continue;
        const key = `${a} ${b}`;
        const linked =
          !this.cut.has(a) &&
          !this.cut.has(b) &&
          (this.reaches(one.wanted, b) || this.reaches(other.wanted, a));
        if (linked === this.up.has(key)) continue;
        if (linked) this.up.add(key);
        else this.up.delete(key);
        this.timeline.at(this.timeline.nowMs, () => {
          if (linked) this.introduce([a, one], [b, other]);
          else {
            one.handlers.onPeerDown(b, "closed");
            other.handlers.onPeerDown(a, "closed");
          }
        });
      }
  }

  /** Both say who they are; a node that the other refuses hears so, and the link is of no use. */
  private introduce([a, one]: readonly [NodeId, Station], [b, other]: readonly [NodeId, Station]): void {
    const [said, heard] = [one.handlers.standing?.(), other.handlers.standing?.()];
    if (said === undefined || heard === undefined) throw new Error("an elector says who it is");
    const refusedByOne = one.handlers.refusesPeer?.(b, other.incarnation, heard) ?? null;
    const refusedByOther = other.handlers.refusesPeer?.(a, one.incarnation, said) ?? null;
    if (refusedByOne === null && refusedByOther === null) {
      one.handlers.onPeerUp(b, other.incarnation, heard, true);
      other.handlers.onPeerUp(a, one.incarnation, said, true);
      return;
    }
    this.up.delete(`${a} ${b}`);
    if (refusedByOne !== null) other.handlers.onRefusedBy?.(a, one.incarnation, refusedByOne, "proven");
    if (refusedByOther !== null) one.handlers.onRefusedBy?.(b, other.incarnation, refusedByOther, "proven");
  }

  private reaches(wanted: ReadonlyMap<NodeId, string>, id: NodeId): boolean {
    const address = wanted.get(id);
    return address !== undefined && (this.movedTo.get(id) ?? address) === address;
  }

  /** As TCP does behind a path that drops large packets: one direction stands still, and the link is broken for its silence. */
  private block(from: NodeId, to: NodeId): void {
    const key = [from, to].sort().join(" ");
    if (this.blocked.has(`${from} ${to}`) || !this.up.has(key)) return;
    this.blocked.add(`${from} ${to}`);
    this.timeline.at(this.timeline.nowMs + 600, () => {
      this.blocked.delete(`${from} ${to}`);
      if (!this.up.delete(key)) return;
      this.stations.get(from)?.handlers.onPeerDown(to, "closed");
      this.stations.get(to)?.handlers.onPeerDown(from, "closed");
      this.link();
    });
  }

  private transportOf(id: NodeId, incarnation: string): Transport {
    const { timeline } = this;
    let station: Station | null = null;
    const drop = (): void => {
      if (this.stations.get(id) !== station) return;
      this.stations.delete(id);
      for (const key of this.up) {
        const ends = key.split(" ");
        if (!ends.includes(id)) continue;
        this.up.delete(key);
        const peer = ends.find((end) => end !== id) as NodeId;
        timeline.at(timeline.nowMs, () => this.stations.get(peer)?.handlers.onPeerDown(id, "closed"));
      }
    };
    return {
      start: (handlers, callback) => {
        station = { handlers, incarnation, wanted: new Map() };
        this.stations.set(id, station);
        timeline.at(timeline.nowMs, () => callback(null));
      },
      setPeers: (peers: readonly Member[]) => {
        if (station === null) return;
        station.wanted = new Map(peers.map(({ id: peer, address }) => [peer, address]));
        this.link();
      },
      send: (to, message) => {
        if (JSON.stringify(message).length > this.longestMessage) this.block(id, to);
        if (this.blocked.has(`${id} ${to}`)) return;
        const receiver = this.linked(id, to) ? this.stations.get(to) : undefined;
        timeline.at(timeline.nowMs + 1, () => {
          // What was sent before its sender stopped still arrives.
          const passes = !this.cut.has(id) && !this.cut.has(to) && this.stations.get(to) === receiver;
          if (passes) receiver?.handlers.onMessage(id, incarnation, message);
        });
      },
      stop: (callback) => {
        drop();
        timeline.at(timeline.nowMs, callback);
      },
    };
  }

  private clockOf(seat: Seat): Clock {
    const { timeline } = this;
    let armed = 0;
    return {
      nowMs: () => timeline.nowMs,
      wallMs: () => timeline.nowMs + seat.wallOffsetMs,
      setTimer(atMs, _rounding, onTimer) {
        const mine = ++armed;
        timeline.at(atMs, () => {
          if (mine === armed) onTimer();
        });
      },
      clearTimer() {
        armed++;
      },
      afterPoll: (callback) => timeline.at(timeline.nowMs, callback),
    };
  }

  private storeOf({ disk }: Seat): VoteStore {
    const { timeline } = this;
    let doneAtMs = 0;
    return {
      open: (callback) => {
        if (!disk.hangs) timeline.at(timeline.nowMs, () => callback(null, disk.record));
      },
      write: (record, callback) => {
        if (disk.hangs) doneAtMs = Number.POSITIVE_INFINITY;
        doneAtMs = Math.max(doneAtMs, timeline.nowMs) + 0.2;
        if (doneAtMs === Number.POSITIVE_INFINITY) return;
        timeline.at(doneAtMs, () => {
          if (disk.error === null) disk.record = record;
          callback(disk.error);
        });
      },
      close: (callback) => {
        if (doneAtMs < Number.POSITIVE_INFINITY) timeline.at(Math.max(doneAtMs, timeline.nowMs), callback);
      },
    };
  }
}

/** Resolves once every promise that could settle has. */
export function flushed(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Something to await that a test ends by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function wordsOf(event: ElectorEvent): string {
  switch (event.kind) {
    case "elected":
      return `elected ${event.term}`;
    case "lost":
      return `lost ${event.term} ${event.reason}`;
    case "leader":
      return `leader ${event.leader?.id ?? "nobody"}`;
  }
}
