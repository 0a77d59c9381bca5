import type { AssignmentEvent } from "../../../../src/liveness/assignment/assignment-event.js";
import type { AssignmentOptions } from "../../../../src/liveness/assignment/assignment-settings.js";
import type { AssignerEffect, AssignerInput } from "../../../../src/liveness/assignment/leader/assigner.js";
import type { Assigner } from "../../../../src/liveness/assignment/leader/assigner-state.js";
import type { Grant, Report } from "../../../../src/liveness/assignment/worker-message.js";
import type { Rules } from "./play.js";

/** What a worker says if nothing else is given. */
const plain: Report = {
  held: [],
  wants: [],
  releases: [],
  zone: "",
  capacity: 1,
  maxShards: 100,
  leaving: false,
  longestLeaseMs: 0,
};

/** What a beat may say, besides a report. */
interface Said extends Partial<Report> {
  readonly boot?: string;
  readonly term?: number;
  readonly seq?: number;
  /** Default: the version of the last grant to this life. */
  readonly seen?: number;
  readonly noReport?: true;
}

/** A leader on a time of its own: lease 1000 ms, beats every 300 ms. Its timer is played as time passes. */
export class LeaderRig {
  nowMs = 0;
  leads: number | null = null;
  readonly assigner: Assigner;
  readonly told: AssignmentEvent[] = [];
  /** The last grant to each life. */
  readonly grants = new Map<string, Grant>();
  private readonly rules: Rules;
  private readonly core: ReturnType<Rules["assignerCore"]>;
  private readonly seqs = new Map<string, number>();

  constructor(rules: Rules, options: AssignmentOptions = {}) {
    this.rules = rules;
    this.assigner = rules.createAssigner(
      rules.resolveAssignment({ beatIntervalMs: 300, leaseMs: 1000, ...options }),
    );
    this.core = this.rules.assignerCore(this.assigner, () => this.leads);
  }

  tell(input: AssignerInput): AssignerEffect[] {
    const effects: AssignerEffect[] = [];
    this.core.step(input, this.nowMs, effects);
    for (const effect of effects)
      if (effect.kind === "tell") this.told.push(effect.event);
      else if (effect.kind === "grant") this.grants.set(effect.to.boot, effect.grant);
    return effects;
  }

  /** Leads in this term from now on, and has its table. */
  lead(term: number): this {
    this.leads = term;
    this.tell({ kind: "leadership" });
    this.tell({ kind: "timer" });
    return this;
  }

  /** Leads in this term, and its grace period is over. */
  leadAfterGrace(term = 1): this {
    return this.lead(term).until(this.nowMs + 1000);
  }

  /** A beat of a worker; gives what was sent for it. */
  beat(id: string, said: Said = {}): AssignerEffect[] {
    const { boot = `${id}.1`, term = this.leads ?? 0, seen, seq, noReport, ...report } = said;
    const next = seq ?? (this.seqs.get(boot) ?? 0) + 1;
    this.seqs.set(boot, Math.max(next, this.seqs.get(boot) ?? 0));
    const full = noReport === true ? null : { ...plain, ...report };
    const last = this.grants.get(boot);
    const seenNow = seen ?? (last?.term === term ? last.version : 0);
    return this.tell({
      kind: "beat",
      from: { id, boot },
      beat: { term, seq: next, seen: seenNow, report: full },
    });
  }

  /** Lets time pass, and carries out what falls due. */
  until(atMs: number): this {
    for (let steps = 0; steps < 10_000; steps++) {
      const dueMs = Math.max(this.nowMs, this.core.timerAtMs(this.nowMs));
      if (dueMs > atMs) break;
      this.nowMs = dueMs;
      this.tell({ kind: "timer" });
    }
    this.nowMs = atMs;
    return this;
  }

  /** These workers beat every 100 ms until then, with what they hold being their assignment. */
  beating(ids: readonly string[], atMs: number, said: Said = {}): this {
    while (this.nowMs < atMs) {
      this.until(Math.min(atMs, this.nowMs + 100));
      for (const id of ids) this.beat(id, { held: this.heldBy(id), ...said });
    }
    return this;
  }

  /** The assignment of a life, by shard. */
  heldBy(id: string, boot = `${id}.1`): { shard: string; token: number }[] {
    const { table } = this.assigner;
    return [...(table?.workers.get(boot)?.shards ?? [])].map((shard) => ({
      shard,
      token: table?.shards.get(shard)?.token ?? 0,
    }));
  }

  /** Which life holds a shard; null for nobody. */
  ownerOf(shard: string): string | null {
    return this.assigner.table?.shards.get(shard)?.owner ?? null;
  }

  tokenOf(shard: string): number {
    return this.assigner.table?.shards.get(shard)?.token ?? 0;
  }

  /** What was told of this kind. */
  kinds(kind: AssignmentEvent["kind"]): AssignmentEvent[] {
    return this.told.filter((event) => event.kind === kind);
  }
}

/** What was sent, in short. */
export function sent(effects: readonly AssignerEffect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === "tell"
      ? []
      : [
          effect.kind === "welcome"
            ? `welcome ${effect.term} to ${effect.to.boot}`
            : `grant of ${effect.grant.seq} to ${effect.to.boot}: ${effect.grant.shards?.map(({ shard }) => shard).join() ?? "as seen"}`,
        ],
  );
}
