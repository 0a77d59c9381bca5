import { leaseUntil, type Message, quorumSize } from "../../protocol/index.js";
import {
  type Violation as Broken,
  type Checker,
  createChecker,
  type Observation,
  observeEnd,
  observeSend,
  observeStart,
  observeStep,
} from "../../protocol/invariants/invariants.js";
import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import { Watcher } from "../cluster/watcher.js";

/** A invariant that was broken: which, when (true time), and how. */
export interface Violation {
  /** I1 to I7 and L1 to L4 as in docs/protocol.md; `fencing`, `following`, `storm`, `quorum` and `assertion` for what this simulator adds. */
  readonly invariant: string;
  readonly atMs: number;
  readonly text: string;
}

/** Takes a violation; the run ends after the event under way. */
export type Report = (invariant: string, text: string) => void;

/** What is remembered of one node from event to event, beside what the invariants remember. */
interface Memory {
  readonly observation: { -readonly [Key in keyof Observation]: Observation[Key] };
  ledTerm: number;
  toldTerm: number | null;
  followedTerm: number;
  followed: string | null;
  grantTerm: number;
  readonly granters: Set<number>;
  firedAtMs: number;
  firedCount: number;
}

/** More timers of one node in one instant are a storm: each is to be set after the one before it. */
const mostTimersAtOnce = 3;

/** Checks the invariants I1 to I7 and what follows from them, after every event, at a cost that does not grow with time. */
export class Safety extends Watcher {
  private readonly cluster: Cluster;
  private readonly report: Report;
  private readonly watch: Checker = createChecker();
  private readonly memories: Memory[];
  /** The highest token a lease holder has shown the simulated resource, and who did. */
  private token = 0;
  private tokenOf = -1;

  constructor(cluster: Cluster, report: Report) {
    super();
    this.cluster = cluster;
    this.report = report;
    this.memories = cluster.processes.map(({ node, disk }) => ({
      observation: {
        node,
        durable: disk.record,
        leaseUntilMs: Number.NEGATIVE_INFINITY,
        clockMs: 0,
        clockRate: 1,
        trueMs: 0,
      },
      ledTerm: 0,
      toldTerm: null,
      followedTerm: 0,
      followed: null,
      grantTerm: 0,
      granters: new Set(),
      firedAtMs: -1,
      firedCount: 0,
    }));
  }

  override started(process: SimulatedProcess): void {
    this.tell(observeStart(this.watch, this.see(process)));
  }

  override died(process: SimulatedProcess): void {
    this.memory(process).toldTerm = null;
    observeEnd(this.watch, process.id);
  }

  override settled(process: SimulatedProcess): void {
    if (!process.alive) return;
    const { node, failure } = process;
    const broken = observeStep(this.watch, this.see(process), null);
    if (broken.length > 0) this.tell(broken);
    if (node.role.name === "leader") {
      const memory = this.memory(process);
      if (memory.ledTerm !== node.record.term) this.elected(process, memory);
      this.write(process);
    } else if (node.role.name === "follower" && node.role.leader !== null)
      this.follows(process, node.role.leader);
    if (failure !== null && "code" in failure && failure.code !== "storeFailed")
      this.report("assertion", `${process.id} stopped: ${failure.message}`);
  }

  override sent(from: SimulatedProcess, to: SimulatedProcess, message: Message): void {
    const broken = observeSend(this.watch, this.see(from), to.id, message);
    if (broken.length > 0) this.tell(broken);
    const { toldTerm, node } = from;
    if (toldTerm !== null && (node.role.name !== "leader" || node.record.term !== toldTerm))
      this.report("I6", `${from.id} sent ${message.kind} before it told that it lost term ${toldTerm}`);
  }

  override delivered(to: SimulatedProcess, from: SimulatedProcess, message: Message): void {
    if (message.kind !== "requestVoteReply" || message.preVote || !message.granted) return;
    const memory = this.memory(to);
    if (message.term > memory.grantTerm) {
      memory.grantTerm = message.term;
      memory.granters.clear();
    }
    if (message.term === memory.grantTerm) memory.granters.add(from.index);
    // The vote may have made a leader within this very event.
    if (to.node.role.name === "leader" && memory.ledTerm !== to.node.record.term) this.elected(to, memory);
  }

  override fired(process: SimulatedProcess): void {
    const memory = this.memory(process);
    const { nowMs } = this.cluster;
    memory.firedCount = memory.firedAtMs === nowMs ? memory.firedCount + 1 : 1;
    memory.firedAtMs = nowMs;
    if (memory.firedCount > mostTimersAtOnce)
      this.report("storm", `${process.id} had ${memory.firedCount} timers fire in one instant`);
  }

  override gained(process: SimulatedProcess, term: number): void {
    const memory = this.memory(process);
    if (memory.toldTerm !== null)
      this.report("I6", `${process.id} was told that it leads term ${term} while it led ${memory.toldTerm}`);
    memory.toldTerm = term;
    this.write(process);
  }

  override lost(process: SimulatedProcess, term: number): void {
    const memory = this.memory(process);
    if (memory.toldTerm !== term)
      this.report("I6", `${process.id} was told that it lost term ${term} while it led ${memory.toldTerm}`);
    memory.toldTerm = null;
  }

  override changed(): void {
    for (const process of this.cluster.processes) this.settled(process);
  }

  private elected(process: SimulatedProcess, memory: Memory): void {
    const { record } = process.node;
    memory.ledTerm = record.term;
    const { voters } = record.configuration;
    let votes = 0;
    for (const { id } of voters) {
      const index = this.cluster.indexNamed(id);
      if (id === process.id || (memory.grantTerm === record.term && memory.granters.has(index))) votes++;
    }
    if (votes < quorumSize(voters.length))
      this.report(
        "quorum",
        `${process.id} became leader of term ${record.term} with ${votes} votes of ${voters.length}`,
      );
  }

  /** Whom a node takes for the leader of its term has won that term. */
  private follows(process: SimulatedProcess, leader: string): void {
    const memory = this.memory(process);
    const { term } = process.node.record;
    if (memory.followed === leader && memory.followedTerm === term) return;
    memory.followed = leader;
    memory.followedTerm = term;
    if (this.watch.leaders.get(term) !== leader)
      this.report(
        "following",
        `${process.id} follows ${leader} in term ${term}, which ${leader} did not win`,
      );
  }

  /** The leader writes to a resource that refuses lower tokens (Kleppmann 2016): nobody with a lease may be refused. */
  private write(process: SimulatedProcess): void {
    const token = process.toldTerm;
    if (token === null || !process.leads()) return;
    if (token < this.token || (token === this.token && process.index !== this.tokenOf))
      this.report(
        "fencing",
        `${process.id} leads with token ${token} after ${this.cluster.processes[this.tokenOf]?.id} used ${this.token}`,
      );
    this.token = token;
    this.tokenOf = process.index;
  }

  private see(process: SimulatedProcess): Observation {
    const { observation } = this.memory(process);
    const { node, clock } = process;
    observation.node = node;
    observation.durable = process.disk.record;
    observation.leaseUntilMs = node.role.name === "leader" ? leaseUntil(node) : Number.NEGATIVE_INFINITY;
    observation.clockMs = clock.nowMs();
    observation.clockRate = clock.rate;
    observation.trueMs = this.cluster.nowMs;
    return observation;
  }

  private memory(process: SimulatedProcess): Memory {
    return this.memories[process.index] as Memory;
  }

  private tell(broken: readonly Broken[]): void {
    for (const { invariant, sentence, term } of broken) this.report(invariant, `${sentence} (term ${term})`);
  }
}
