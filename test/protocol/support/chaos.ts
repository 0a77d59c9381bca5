import type { Configuration, NodeId } from "../../../src/protocol/index.js";
import { seededRandom } from "../../support/prng.js";
import { CoreCluster } from "./cluster.js";
import type { Host, Process } from "./host.js";
import { type Protocol, settingsFor } from "./nodes.js";
import { type Stroke, strokes, timings } from "./strokes.js";

/** How rough a world is: what the network does, and how often each stroke comes. */
export interface Profile {
  readonly name: string;
  readonly lossRatio: number;
  readonly duplicateRatio: number;
  /** Of so many messages, one is late by up to two seconds. */
  readonly lateRatio: number;
  readonly latencyMs: number;
  readonly timerLateRatio: number;
  readonly strokes: Partial<Record<Stroke, number>>;
}

/** One world, made by `seed`, to which the strokes of `script` happen one after the other. */
export class Chaos {
  readonly cluster: CoreCluster;
  readonly profile: Profile;
  random: () => number;
  private readonly table: Stroke[];

  constructor(protocol: Protocol, profile: Profile, seed: number) {
    this.profile = profile;
    this.cluster = new CoreCluster(protocol);
    this.random = seededRandom(seed);
    this.table = (Object.entries(profile.strokes) as [Stroke, number][]).flatMap(([stroke, weight]) =>
      new Array<Stroke>(weight).fill(stroke),
    );
    this.follow(this.random);
    this.cluster.network = () => this.delays();
    this.cluster.timerLateMs = () => (this.chance(profile.timerLateRatio) ? this.random() * 400 : 0);
    this.found(protocol);
  }

  /** Plays a whole script, a number a stroke. */
  play(script: Iterable<number>): void {
    for (const number of script) {
      this.follow(seededRandom(number));
      const stroke = this.pick(this.table) as Stroke;
      this.cluster.note(`-- ${stroke}`);
      strokes[stroke](this);
    }
  }

  /** All faults stop; within bounded time one leader must hold a lease and every voter that kept its record follow it (L1). */
  heal(): boolean {
    const { cluster } = this;
    const settledWithinMs = 20_000;
    this.follow(seededRandom(1));
    cluster.cut.clear();
    cluster.network = () => [1];
    cluster.timerLateMs = () => 0;
    for (const host of cluster.hosts.values()) {
      host.writeMs = 0.2;
      cluster.wake(host);
      if (host.process === null) cluster.start(host.id);
      const process = host.process as Process;
      process.paused = false;
      if (process.drainAtMs < Number.POSITIVE_INFINITY) cluster.drain(process);
      cluster.tell(process, { kind: "contend", allowed: true });
    }
    return cluster.advance(settledWithinMs, () => {
      const [leader, ...others] = cluster.leaders().filter(({ node }) => node.announcedTerm !== null);
      if (leader === undefined || others.length > 0) return false;
      return leader.node.record.configuration.voters.every(({ id }) => {
        const role = cluster.host(id).process?.node.role;
        if (id === leader.node.id || this.amnesiacs().includes(id)) return true;
        return role?.name === "follower" && role.leader === leader.node.id;
      });
    });
  }

  /** The newest configuration that is on any disk, but for that of `but`. */
  newest(but: Host | null = null): Configuration {
    return this.hosts()
      .filter((host) => host !== but)
      .map(({ disk }) => disk.configuration)
      .reduce((a, b) => (this.cluster.protocol.isNewer(b.id, a.id) ? b : a));
  }

  /** Members under a name whose record was lost: their votes count nowhere until they are added anew. */
  amnesiacs(): NodeId[] {
    const { hosts, watch } = this.cluster;
    return this.cluster.protocol
      .membersOf(this.newest())
      .filter(
        ({ id, incarnation }) => (incarnation ?? watch.first.get(id)) !== hosts.get(id)?.disk.incarnation,
      )
      .map(({ id }) => id);
  }

  /** False where so many voters of the newest configuration lost their records that the rest is no quorum any more. */
  hasQuorum(): boolean {
    const { voters } = this.newest();
    const lost = this.amnesiacs();
    return voters.filter(({ id }) => !lost.includes(id)).length > voters.length / 2;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }

  chance(ratio: number): boolean {
    return this.random() < ratio;
  }

  /** A live process that gets its processor; a leader more often than not where `leading` says so. */
  process(leading = 0): Process | undefined {
    const awake = this.cluster
      .processes()
      .filter(({ host, paused }) => host.asleepSinceMs === null && !paused);
    const leaders = awake.filter(({ node }) => node.role.name === "leader");
    return this.pick(leaders.length > 0 && this.chance(leading) ? leaders : awake);
  }

  hosts(): Host[] {
    return [...this.cluster.hosts.values()];
  }

  private follow(random: () => number): void {
    this.random = random;
    this.cluster.random = random;
  }

  private delays(): readonly number[] {
    const { lossRatio, duplicateRatio, lateRatio, latencyMs } = this.profile;
    if (this.chance(lossRatio)) return [];
    const delay = (): number => this.random() * (this.chance(lateRatio) ? 2000 : 2 * latencyMs);
    return this.chance(duplicateRatio) ? [delay(), delay()] : [delay()];
  }

  /** One to five founders and two who may join, with timings and clocks of their own, all within one drift bound. */
  private found(protocol: Protocol): void {
    const ids = "abcde".slice(0, this.pick([1, 2, 3, 3, 3, 3, 4, 5, 5]));
    const clockDriftRatio = this.pick([0, 0.01, 0.05, 0.1]) as number;
    const mixed = this.chance(0.5);
    for (const id of `${ids}xy`) {
      const timing = mixed || id === "a" ? this.pick(timings) : undefined;
      const settings = settingsFor(protocol, { ...timing, clockDriftRatio });
      const rate = this.pick([1 - clockDriftRatio, 1, 1 + clockDriftRatio]) as number;
      this.cluster.addHost(id, ids.includes(id) ? ids : null, settings, rate);
    }
    for (const id of `${ids}xy`) this.cluster.start(id);
  }
}
