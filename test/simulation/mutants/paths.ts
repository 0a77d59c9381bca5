import { resolveTiming, safeModes, type TimingInput } from "../../../src/protocol/index.js";
import {
  type Cluster,
  type LinkRule,
  type SimulatedProcess,
  Watcher,
} from "../../../src/simulation/index.js";
import type { Simulator } from "../support/mutants.js";

/** A path of events that chance hardly ever takes, and no fault script either; gives the promises broken on the way. */
export type ToldPath = (simulator: Simulator, seed: number) => readonly string[];

type Own = Readonly<Record<string, Partial<TimingInput>>>;

/** Three voters on exact clocks with a millisecond of latency, and what is broken among them. */
class World {
  readonly cluster: Cluster;
  readonly broken: string[] = [];

  constructor(simulator: Simulator, seed: number, own: Own = {}) {
    const voters = ["n1", "n2", "n3"];
    this.cluster = new simulator.Cluster({
      seed,
      voters,
      observers: [],
      settingsOf: (id) => settings(own[id]),
      transport: "datagram",
      link: { latency: 1, loss: 0, duplicate: 0 },
      writeMs: 0.2,
      lateness: 0,
    });
    this.cluster.watchers.push(new simulator.Safety(this.cluster, (promise) => this.broken.push(promise)));
  }

  /** Passes time until somebody leads and all follow; gives the leader, then the others. */
  led(): [SimulatedProcess, SimulatedProcess, SimulatedProcess] {
    this.until(() => this.cluster.isSettled());
    this.cluster.advance(200);
    const leader = this.cluster.leader();
    if (leader === null) throw new Error("nobody leads");
    const [one, other] = this.cluster.processes.filter((process) => process !== leader);
    return [leader, one as SimulatedProcess, other as SimulatedProcess];
  }

  /** Passes time until this holds, for five seconds at most. */
  until(condition: () => boolean): void {
    this.cluster.advanceUntil(condition, 5_000);
  }

  /** Lets nothing pass from any of these to any of those, or lets it pass later; returns what ends it. */
  oneWay(from: SimulatedProcess, to: SimulatedProcess, passes: "nothing" | "later"): () => void {
    const rule: LinkRule = (a, b) => (a === from.index && b === to.index ? { passes } : null);
    return this.cluster.install(rule);
  }

  cut(one: SimulatedProcess, ...others: readonly SimulatedProcess[]): () => void {
    const ends = others.flatMap((other) => [
      this.oneWay(one, other, "nothing"),
      this.oneWay(other, one, "nothing"),
    ]);
    return () => {
      for (const end of ends) end();
    };
  }

  restart(process: SimulatedProcess, options: Parameters<Cluster["restart"]>[1]): void {
    this.cluster.crash(process);
    this.cluster.restart(process, options);
  }

  transfer(leader: SimulatedProcess, to: SimulatedProcess): void {
    leader.driver.ask({ kind: "transfer", to: to.id, reason: "resigned" }, () =>
      leader.driver.tell({ kind: "drained" }),
    );
  }

  /** Has the leader change who belongs, until all have heard of it. */
  reconfigure(leader: SimulatedProcess, voters: readonly string[], observers: readonly string[] = []): void {
    const { configuration } = leader.node.record;
    const member = (id: string) => {
      const { incarnation } = this.cluster.process(id).disk.record;
      const known = [...configuration.voters, ...configuration.observers].find((one) => one.id === id);
      return known ?? { id, address: `sim://${id}`, incarnation };
    };
    leader.driver.ask(
      {
        kind: "reconfigure",
        expected: configuration.id,
        voters: voters.map(member),
        observers: observers.map(member),
      },
      (refusal) => {
        if (refusal !== null) throw new Error(`not reconfigured: ${refusal}`);
      },
    );
    this.cluster.advance(5);
  }
}

/** The longest hold of the presets, and what comes back where somebody was in a hurry. */
const usual: TimingInput = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };
const quick: Partial<TimingInput> = {
  heartbeatIntervalMs: 20,
  electionTimeout: { minMs: 60, maxMs: 120 },
  quorumTimeoutMs: 200,
};

function settings(own: Partial<TimingInput> = {}) {
  const resolution = resolveTiming({ ...usual, ...own });
  if (!resolution.ok) throw new Error(resolution.problems.join("; "));
  return { ...resolution.timing, modes: safeModes };
}

/** The third hears no leader and will soon ask the second, on whose promise the lease of the first rests; and that link is cut now. */
function leaseOnOnePromise(simulator: Simulator, seed: number): [World, SimulatedProcess] {
  const world = new World(simulator, seed);
  world.cluster.boot();
  const [leader, promiser, asker] = world.led();
  world.cut(leader, asker);
  world.cluster.advance(800);
  world.until(() => asker.node.role.name === "follower");
  world.cluster.advance(asker.clock.trueMs(asker.node.timerAtMs) - world.cluster.nowMs - 5);
  world.cut(leader, promiser);
  return [world, promiser];
}

/** The paths by name. */
export const paths = {
  "a voter restarts twice with a shorter hold": (simulator, seed) => {
    const [world, promiser] = leaseOnOnePromise(simulator, seed);
    for (let time = 0; time < 2; time++) {
      world.restart(promiser, { settings: settings(quick) });
      world.cluster.advance(2);
    }
    world.cluster.advance(1000);
    return world.broken;
  },

  "a voter restarts with short timeouts and asks for votes itself": (simulator, seed) => {
    const [world, promiser] = leaseOnOnePromise(simulator, seed);
    world.restart(promiser, { settings: settings(quick) });
    world.cluster.advance(1000);
    return world.broken;
  },

  "a voter leaves, loses its disk and comes back with a shorter hold": (simulator, seed) => {
    const long = { electionTimeout: { minMs: 600, maxMs: 900 } };
    const world = new World(simulator, seed, { n1: { quorumTimeoutMs: 600 }, n2: quick, n3: long });
    const { cluster } = world;
    cluster.boot();
    const [n1, n2, n3] = ["n1", "n2", "n3"].map((id) => cluster.process(id)) as [
      SimulatedProcess,
      SimulatedProcess,
      SimulatedProcess,
    ];
    const [first] = world.led();
    if (first !== n1) world.transfer(first, n1);
    world.led();
    world.reconfigure(n1, ["n1", "n2"]);
    world.restart(n3, { wipe: true, settings: settings(quick) });
    world.reconfigure(n1, ["n1", "n2"], ["n3"]);
    world.reconfigure(n1, ["n1", "n2", "n3"]);
    world.cut(n1, n2, n3);
    cluster.advance(1000);
    return world.broken;
  },

  "a transferee that failed asks again, and one that already follows another leader hears it": (
    simulator,
    seed,
  ) => {
    const world = new World(simulator, seed);
    const { cluster } = world;
    cluster.boot();
    const [old, transferee, voter] = world.led();
    const endSilence = world.cut(transferee, voter);
    world.transfer(old, transferee);
    world.until(() => transferee.node.role.name === "candidate");
    const endAlone = world.cut(transferee, old);
    world.until(() => old.node.role.name !== "leader");
    // The transferee fails, and the others elect somebody of the same term. Its disk is slow, so nobody hears of the confirmed configuration,
    // and its first heartbeats are late.
    world.until(() => [old, voter].some(({ node }) => node.role.name === "leader"));
    const [leader, follower] = voter.node.role.name === "leader" ? [voter, old] : [old, voter];
    leader.disk.setStalled(true);
    const endLate = world.oneWay(leader, follower, "later");
    // Before it hears them, the follower gives the transferee a pre-vote, which is late as well.
    world.cut(transferee, leader);
    endSilence();
    endAlone();
    const endSlow = world.oneWay(follower, transferee, "later");
    const gave = new Granted(follower, transferee);
    cluster.watchers.push(gave);
    world.until(() => gave.seen);
    endLate();
    world.until(() => leader.leaseUntilMs > cluster.nowMs);
    endSlow();
    world.until(() => transferee.node.role.name === "candidate");
    world.cut(leader, follower);
    cluster.advance(300);
    return world.broken;
  },

  "a voter refuses one that lost its disk, and the other never knew": (simulator, seed) => {
    const world = new World(simulator, seed);
    const { cluster } = world;
    const [forgetful, other, witness] = cluster.processes as [
      SimulatedProcess,
      SimulatedProcess,
      SimulatedProcess,
    ];
    const endStrange = world.cut(forgetful, other);
    cluster.boot();
    world.until(() => witness.node.record.incarnationsMet.has(forgetful.id));
    world.restart(forgetful, { wipe: true });
    endStrange();
    const endAlone = world.cut(witness, forgetful, other);
    world.until(() => cluster.isSettled());
    world.until(() => [forgetful, other].some((process) => process.leads()));
    if (!forgetful.leads()) world.transfer(other, forgetful);
    world.until(() => forgetful.leads());
    // The witness hears of the term, and of a leader that it does not believe.
    endAlone();
    world.until(() => witness.node.record.term === forgetful.node.record.term);
    world.cut(forgetful, other);
    const { term } = forgetful.node.record;
    world.until(() => witness.node.record.term > term || forgetful.node.role.name !== "leader");
    world.cut(forgetful, witness);
    cluster.advance(300);
    return world.broken;
  },
} satisfies Record<string, ToldPath>;

/** Sees whether one has given the other a pre-vote. */
class Granted extends Watcher {
  seen = false;
  private readonly from: SimulatedProcess;
  private readonly to: SimulatedProcess;

  constructor(from: SimulatedProcess, to: SimulatedProcess) {
    super();
    this.from = from;
    this.to = to;
  }

  override sent(...[from, to, message]: Parameters<Watcher["sent"]>): void {
    if (from === this.from && to === this.to && message.kind === "requestVoteReply")
      this.seen ||= message.preVote && message.granted;
  }
}
