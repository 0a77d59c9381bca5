import {
  createOwnership,
  type OwnershipFound,
  type OwnershipViolation,
  observeEffect,
  observeEnd,
  observeLeader,
  observeReturn,
  observeWorker,
  observeYes,
} from "../../../../src/liveness/assignment/judge/ownership.js";
import type { AssignerEffect, AssignerInput } from "../../../../src/liveness/assignment/leader/assigner.js";
import type { Assigner } from "../../../../src/liveness/assignment/leader/assigner-state.js";
import type { WorkerEffect, WorkerInput } from "../../../../src/liveness/assignment/worker/worker.js";
import type { Worker } from "../../../../src/liveness/assignment/worker/worker-state.js";
import { seededRandom } from "../../../support/prng.js";
import { Host } from "./host.js";
import { drawLeads, type Lead } from "./leadership.js";
import { LocalClock, Play, type Rules } from "./play.js";

/** What kind of world it is. */
export interface Profile {
  readonly nodes: number;
  readonly workers: number;
  readonly fixed: number;
  readonly wanted: number;
  /** How long the faults go on. */
  readonly faultsMs: number;
  readonly loss: number;
  readonly duplication: number;
  /** The share of messages that take up to `longMs`. */
  readonly late: number;
  readonly longMs: number;
  /** The share of phases of a step that are held up. */
  readonly pauses: number;
  /** Between two accidents of a worker; infinite for none. */
  readonly accidentMs: number;
  readonly gapMs: number;
  /** Whether leads may be very short, and terms lapse and come back. */
  readonly storms: boolean;
  /** The share of bodies that give their shard back. */
  readonly releases: number;
  readonly drift: number;
  /** A host that asks for the lead before it reads its clock: a broken engine. */
  readonly clockAfterCheck: boolean;
}

/** Everything goes wrong. */
export const stormy: Profile = {
  nodes: 3,
  workers: 3,
  fixed: 2,
  wanted: 1,
  faultsMs: 14_000,
  loss: 0.1,
  duplication: 0.1,
  late: 0.15,
  longMs: 4000,
  pauses: 0.05,
  accidentMs: 2000,
  gapMs: 700,
  storms: true,
  releases: 0.15,
  drift: 0.05,
  clockAfterCheck: false,
};

/** Leaders change often, and messages are late; workers have few accidents, so that new leaders hear many claims. */
export const handovers: Profile = {
  ...stormy,
  workers: 3,
  fixed: 1,
  wanted: 1,
  loss: 0.2,
  late: 0.4,
  longMs: 2500,
  accidentMs: 4000,
  gapMs: 100,
};

/** Many workers fail at once. */
export const failures: Profile = {
  ...stormy,
  workers: 8,
  fixed: 3,
  wanted: 0,
  accidentMs: 1200,
  storms: false,
};

/** Nothing goes wrong but that leaders change. */
export const calm: Profile = {
  ...stormy,
  workers: 4,
  fixed: 7,
  wanted: 2,
  loss: 0,
  duplication: 0,
  late: 0,
  pauses: 0,
  accidentMs: Number.POSITIVE_INFINITY,
  gapMs: 200,
  storms: false,
  releases: 0,
};

const leaseMs = 1000;
const beatIntervalMs = 300;
/** How long everything is well at the end of a run: grace, lease and beat, the longest drain, and rounds of messages. */
const tailMs = 8000;

/** A life of a worker in the world. */
interface Life {
  readonly id: string;
  readonly worker: Worker;
  readonly host: Host<WorkerInput>;
  readonly effects: WorkerEffect[];
}

/** Stops a run: what was found. */
export class Broken extends Error {
  readonly violations: readonly OwnershipViolation[];

  constructor(violations: readonly OwnershipViolation[], atMs: number) {
    super(violations.map(({ invariant, sentence }) => `${invariant} at ${atMs}: ${sentence}`).join("\n"));
    this.violations = violations;
  }
}

/** Three nodes that lead in turn, and workers with several lives, over the production steps. */
export class World {
  readonly play = new Play();
  readonly judge = createOwnership();
  readonly leads: Lead[];
  readonly lives = new Map<string, Life>();
  readonly log: string[] = [];
  readonly profile: Profile;
  private readonly rules: Rules;
  private readonly random: () => number;
  private readonly nodes: { readonly host: Host<AssignerInput>; readonly assigner: Assigner }[] = [];
  private readonly names: readonly string[];
  private boots = 0;
  private isWell = false;

  constructor(seed: number, profile: Profile, rules: Rules) {
    this.profile = profile;
    this.rules = rules;
    this.random = seededRandom(seed);
    this.names = Array.from({ length: profile.wanted }, (_, at) => `name-${at}`);
    this.leads = drawLeads(this.random, profile.nodes, profile.faultsMs, profile.gapMs, profile.storms);
    for (let node = 0; node < profile.nodes; node++) this.addNode(node);
    for (let at = 0; at < profile.workers; at++) {
      this.play.at(this.random() * 500, () => this.addLife(`w${at}`));
      if (profile.accidentMs < Number.POSITIVE_INFINITY) this.nextAccident(`w${at}`);
    }
    for (const { node, fromMs } of this.leads)
      this.play.at(fromMs + this.random() * 20, () => this.nodes[node]?.host.tell({ kind: "leadership" }));
  }

  /** Plays it all. @throws Broken */
  run(): this {
    const { faultsMs } = this.profile;
    this.play.until(faultsMs);
    this.isWell = true;
    for (const id of Array.from({ length: this.profile.workers }, (_, at) => `w${at}`))
      if (![...this.lives.values()].some((life) => life.id === id && !life.worker.leaving)) this.addLife(id);
    this.play.until(faultsMs + tailMs);
    this.mustAllBeHeld();
    return this;
  }

  private found(violations: OwnershipFound): void {
    if (violations.length > 0) throw new Broken(violations, this.play.nowMs);
  }

  private chance(share: number): boolean {
    return !this.isWell && this.random() < share;
  }

  private clock(): LocalClock {
    const { drift } = this.profile;
    const draw = this.random();
    // The worst rates are the most likely ones.
    const rate = draw < 0.3 ? 1 - drift : draw < 0.6 ? 1 + drift : 1 + (this.random() * 2 - 1) * drift;
    return new LocalClock(this.play, rate, this.random() * 1e6);
  }

  private readonly pause = (): number => {
    if (!this.chance(this.profile.pauses)) return 0;
    return this.random() < 0.5 ? this.random() * 100 : this.random() * 2.5 * leaseMs;
  };

  // Nodes.

  private addNode(node: number): void {
    const { rules, profile } = this;
    const assigner = rules.createAssigner(
      rules.resolveAssignment({
        shards: Array.from({ length: profile.fixed }, (_, at) => `${at}`),
        beatIntervalMs,
        leaseMs,
        retryMs: 300,
        forgetAfterMs: 500,
        maxIdleShards: 0,
      }),
    );
    const effects: AssignerEffect[] = [];
    let asked: number | null = null;
    const core = rules.assignerCore(assigner, () => {
      if (!profile.clockAfterCheck) return this.leadsNow(node);
      return asked;
    });
    const clock = this.clock();
    const host: Host<AssignerInput> = new Host<AssignerInput>(
      this.play,
      clock,
      {
        step: (input, nowMs) => {
          const from = effects.length;
          core.step(input, profile.clockAfterCheck ? clock.nowMs() : nowMs, effects);
          for (const effect of effects.slice(from))
            if (effect.kind === "tell" && assigner.table !== null)
              this.found(observeLeader(this.judge, assigner.table, effect.event, 1, this.play.nowMs));
        },
        carryOut: () => this.carryOutNode(effects.splice(0)),
        timerAtMs: (nowMs) => core.timerAtMs(nowMs),
      },
      () => {
        asked = this.leadsNow(node);
        return this.pause();
      },
    );
    this.nodes.push({ host, assigner });
  }

  private leadsNow(node: number): number | null {
    const { nowMs } = this.play;
    const lead = this.leads.find((each) => each.fromMs <= nowMs && nowMs < each.untilMs);
    return lead?.node === node ? lead.term : null;
  }

  private carryOutNode(effects: readonly AssignerEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "tell") continue;
      const { boot } = effect.to;
      const input: WorkerInput =
        effect.kind === "grant"
          ? { kind: "grant", grant: effect.grant }
          : { kind: "welcome", term: effect.term };
      this.send(() => this.lives.get(boot)?.host.tell(input));
    }
  }

  /** Messages may be lost, come twice, and come late. */
  private send(arrive: () => void): void {
    const { loss, duplication, late, longMs } = this.profile;
    const copies = this.chance(loss) ? 0 : this.chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delayMs = this.chance(late) ? this.random() * longMs : 1 + this.random() * 20;
      this.play.after(delayMs, arrive);
    }
  }

  // Workers.

  addLife(id: string): Life {
    const { rules } = this;
    const boot = `${id}.${++this.boots}`;
    const clock = this.clock();
    const worker = rules.createWorker(
      {
        id,
        boot,
        beatIntervalMs,
        clockDriftRatio: this.profile.drift,
        zone: "",
        capacity: 1,
        maxShards: 100,
      },
      this.random(),
      clock.nowMs(),
    );
    const effects: WorkerEffect[] = [];
    const core = rules.workerCore(worker);
    const host: Host<WorkerInput> = new Host<WorkerInput>(
      this.play,
      clock,
      {
        step: (input, nowMs) => {
          const from = effects.length;
          core.step(input, nowMs, effects);
          for (const effect of effects.slice(from))
            this.found(observeEffect(this.judge, worker, effect, this.play.nowMs));
          // A step that was under way when the machine went to sleep: what a service asks now looks for a jump first.
          if (!host.hasJumped) this.look(life);
        },
        carryOut: () => {
          for (const effect of effects.splice(0)) this.carryOutWorker(life, effect);
        },
        timerAtMs: () => core.timerAtMs(),
      },
      this.pause,
    );
    const life: Life = { id, worker, host, effects };
    this.lives.set(boot, life);
    if (this.names.length > 0)
      host.tell({ kind: "want", shards: this.names.filter(() => this.isCalm() || this.random() < 0.7) });
    host.start();
    return life;
  }

  private isCalm(): boolean {
    return this.profile.accidentMs === Number.POSITIVE_INFINITY || this.isWell;
  }

  private look({ worker, host }: Life): void {
    const { clock } = host;
    this.found(observeWorker(this.judge, worker, clock.nowMs(), clock.rate, this.play.nowMs));
    for (const shard of worker.holdings.keys())
      if (this.rules.isValid(worker, shard, clock.nowMs()))
        this.found(observeYes(this.judge, worker.settings.boot, shard, this.play.nowMs));
  }

  private carryOutWorker(life: Life, effect: WorkerEffect): void {
    const { id, worker, host } = life;
    const { boot } = worker.settings;
    switch (effect.kind) {
      case "beat":
        for (const node of this.nodes)
          this.send(() => node.host.tell({ kind: "beat", from: { id, boot }, beat: effect.beat }));
        break;
      case "begin":
        // A body may give its shard back, or return by itself.
        if (this.chance(this.profile.releases))
          this.play.after(this.random() * 3000, () => host.tell({ kind: "release", shard: effect.shard }));
        break;
      case "stop": {
        const drainMs = this.random() < 0.5 ? 0 : this.random() * 1.3 * leaseMs;
        this.play.after(drainMs, () => {
          if (host.isDead) return;
          observeReturn(this.judge, boot, effect.shard);
          host.tell({ kind: "ended", shard: effect.shard });
        });
        break;
      }
      case "left":
        this.end(life);
        break;
    }
  }

  private end({ worker, host }: Life): void {
    const { boot } = worker.settings;
    host.isDead = true;
    this.lives.delete(boot);
    observeEnd(this.judge, boot, true);
  }

  private nextAccident(id: string): void {
    const { play, random } = this;
    play.after(random() * 2 * this.profile.accidentMs, () => {
      if (this.isWell) return;
      this.accident(id);
      this.nextAccident(id);
    });
  }

  private accident(id: string): void {
    const { random, play } = this;
    const mine = [...this.lives.values()].filter((life) => life.id === id);
    const life = mine[Math.floor(random() * mine.length)];
    const draw = random();
    if (life === undefined) this.addLife(id);
    else if (draw < 0.3) {
      this.end(life);
      if (random() < 0.7) play.after(random() * 1000, () => this.addLife(id));
    } else if (draw < 0.55) {
      observeEnd(this.judge, life.worker.settings.boot, false);
      life.host.sleep(random() * 3 * leaseMs, () => {});
    } else if (draw < 0.65 && mine.length < 2) this.addLife(id);
    else if (draw < 0.75) life.host.tell({ kind: "leave" });
    else if (draw < 0.9) life.host.tell({ kind: "want", shards: this.names.filter(() => random() < 0.7) });
    else {
      const node = this.nodes[Math.floor(random() * this.nodes.length)];
      this.sleepNode(node);
    }
  }

  /** A node that sleeps has lost its lead when it wakes, and may win it back in the same term. The last lead is left. */
  private sleepNode(node: (typeof this.nodes)[number] | undefined): void {
    if (node === undefined) return;
    const at = this.nodes.indexOf(node);
    const { nowMs } = this.play;
    const last = this.leads.at(-1);
    if (last !== undefined && last.node === at && nowMs >= last.fromMs) return;
    for (const lead of this.leads)
      if (lead.node === at && lead.fromMs <= nowMs && nowMs < lead.untilMs) lead.untilMs = nowMs;
    node.host.sleep(this.random() * 2 * leaseMs, () => {});
  }

  /** After the faults, every shard that should be held is held by one worker (WL1). */
  private mustAllBeHeld(): void {
    const lives = [...this.lives.values()];
    const shards = [
      ...Array.from({ length: this.profile.fixed }, (_, at) => `${at}`),
      ...this.names.filter((name) =>
        lives.some(({ worker }) => !worker.superseded && worker.wants.includes(name)),
      ),
    ];
    for (const shard of shards) {
      const holders = lives.filter(({ worker, host }) =>
        this.rules.isValid(worker, shard, host.clock.nowMs()),
      );
      if (holders.length !== 1)
        throw new Broken(
          [
            {
              invariant: "WL1",
              sentence: `${holders.length} workers hold ${shard} after the faults`,
            },
          ],
          this.play.nowMs,
        );
    }
  }
}
