import {
  type DurableRecord,
  type Effect,
  type Input,
  leaseUntil,
  type Message,
  markedAsCopy,
  type Node,
  type NodeId,
  refusesStanding,
  type Settings,
  type Standing,
  standingOf,
  step,
  withStart,
} from "../../protocol/index.js";
import {
  type Observation,
  observeEnd,
  observeSend,
  observeStart,
  observeStep,
  type Violation,
} from "../../protocol/invariants/invariants.js";
import { leavesAtOnce, releaseHeld } from "../../runtime/outbox.js";
import { outsider } from "../run/forgery.js";
import {
  forkWorld,
  idOf,
  incarnationOf,
  latestStart,
  type MessageInFlight,
  nodeAtStart,
  nodeIndex,
  type Process,
  type Start,
  startNamed,
  type World,
} from "./state.js";

/** What every move of a search goes by. */
export interface Rules {
  readonly settings: Settings;
  /** Messages in flight on one link. */
  readonly inFlight: number;
  /** `instant`: a write is done within the move that orders it; a crash in its midst is then one before it. */
  readonly disks: "slow" | "instant";
  /** True where records may be put back from copies, so that peers say how far theirs have come. */
  readonly hasCopies: boolean;
}

/** What a move leads to. */
export interface Moved {
  readonly world: World;
  readonly violations: readonly Violation[];
}

/** One move under way: feeds one process as `runtime/driver.ts` does, and shows all of it to the judge. */
export class Transition implements Moved {
  readonly world: World;
  readonly violations: Violation[] = [];
  /** True while nothing was ordered but what is said to an outsider, and nobody was met. */
  quiet = true;
  refused = false;
  private readonly index: number;
  private readonly rules: Rules;

  constructor(world: World, index: number, rules: Rules) {
    this.world = forkWorld(world, index);
    this.index = index;
    this.rules = rules;
  }

  get node(): Node {
    return this.process.node;
  }

  tell(input: Input): void {
    this.run(input);
    if (this.rules.disks === "instant") this.finishWrites();
  }

  finishWrites(): void {
    while (this.process.writes.length > 0) this.finishWrite();
  }

  private run(input: Input): void {
    const { node } = this.process;
    const effects: Effect[] = [];
    step(node, input, this.world.nowMs, effects);
    if (effects.some((effect) => effect.kind !== "send" || effect.to !== outsider)) this.quiet = false;
    this.violations.push(...observeStep(this.world.watch, this.observation(), effects));
    for (const effect of effects) this.carryOut(effect);
  }

  /** A process starts, and makes that durable before it says anything (rule 29). */
  start(): void {
    const { world, index } = this;
    const record = world.disks[index] as DurableRecord;
    const starts = world.starts[index] as readonly Start[];
    world.backups = world.backups.with(index, record);
    world.starts = world.starts.with(index, [...starts, { before: startNamed(record.run), lastWords: null }]);
    world.disks[index] = withStart(record, `${starts.length}`);
    const node = nodeAtStart(world, index, this.rules.settings);
    world.processes[index] = { node, writes: [], waiting: [], met: [] };
    this.violations.push(...observeStart(world.watch, this.observation()));
    this.tell({ kind: "start" });
  }

  /** The process dies. Unfinished writes are lost; one that is done while its process dies is a finished one and a crash. */
  end(): void {
    const { world, index } = this;
    const starts = world.starts[index] as readonly Start[];
    const last = { before: (starts.at(-1) as Start).before, lastWords: standingOf(this.node) };
    world.starts = world.starts.with(index, starts.with(-1, last));
    world.processes[index] = null;
    observeEnd(world.watch, idOf(index));
  }

  /** A member has refused this process, which therefore ends, and no other starts from its record (rule 29). */
  endAsCopy(): void {
    const { world, index } = this;
    this.tell({ kind: "stop", reason: "stopped" });
    this.end();
    world.disks[index] = markedAsCopy(world.disks[index] as DurableRecord);
  }

  /** The process dies, if it runs, and its disk is put back to what it was before that start. */
  putBack(): void {
    const { world, index } = this;
    if (world.processes[index] !== null) this.end();
    world.disks[index] = world.backups[index] as DurableRecord;
  }

  /** Links with this start of a peer, which says how far its record has come, unless both have met. Returns false where it refuses it. */
  meet(peer: number, start: number, standing = standingIn(this.world, peer, start)): boolean {
    const { world, index, process } = this;
    if (process.met[peer] === start) return true;
    const [from, incarnation] = [idOf(peer), incarnationOf(idOf(peer))];
    if (refusesStanding(process.node, from, incarnation, standing) !== null) return false;
    const met = process.met.slice();
    met[peer] = start;
    world.processes[index] = { ...process, met };
    this.quiet = false;
    this.tell({ kind: "connected", from, incarnation, standing });
    return true;
  }

  /** The oldest write is on disk; what waited for it leaves before the node is told. */
  finishWrite(): void {
    const { world, index, process } = this;
    const record = process.writes.shift() as DurableRecord;
    world.disks[index] = record;
    for (const { to, message } of releaseHeld(process.waiting)) this.post(to, message);
    this.run({ kind: "persisted", record });
  }

  private carryOut(effect: Effect): void {
    const { process } = this;
    switch (effect.kind) {
      case "persist":
        process.writes.push(effect.record);
        return;
      case "draw":
        // A longer wait is a timer that comes late, which any may.
        this.run({ kind: "drawn", draw: 0 });
        return;
      case "send":
        if (leavesAtOnce(effect.message, process.writes.length)) this.post(effect.to, effect.message);
        else process.waiting.push({ behind: process.writes.length, to: effect.to, message: effect.message });
        return;
      case "answered":
        this.refused = effect.refusal !== null;
        return;
      case "lost":
      case "gained":
      case "setTimer":
        return;
    }
  }

  private post(to: NodeId, message: Message): void {
    this.violations.push(...observeSend(this.world.watch, this.observation(), to, message));
    if (to === outsider) return;
    const { world, index } = this;
    const { inFlight } = world;
    const start = latestStart(world, index);
    inFlight.push({
      from: index,
      to: nodeIndex(to),
      start,
      linkedWith: this.process.met[nodeIndex(to)] ?? -1,
      message,
    });
    loseStalest(inFlight, this.rules.inFlight);
  }

  private get process(): Process {
    return this.world.processes[this.index] as Process;
  }

  private observation(): Observation {
    const { world, node } = this;
    const { nowMs } = world;
    const durable = world.disks[this.index] as DurableRecord;
    return { node, durable, leaseUntilMs: leaseUntil(node), clockMs: nowMs, clockRate: 1, trueMs: nowMs };
  }
}

/** What a process says of its record in that start, or said last before it died. */
function standingIn({ starts, processes }: World, index: number, start: number): Standing {
  return starts[index]?.[start]?.lastWords ?? standingOf((processes[index] as Process).node);
}

/** All processes link at once with all others, and remember that durably. */
export function introduceAll(before: World, rules: Rules): World {
  let world = before;
  for (const index of before.processes.keys()) {
    const transition = new Transition(world, index, rules);
    for (const [peer, { length }] of before.starts.entries())
      if (peer !== index) transition.meet(peer, length - 1, standingIn(before, peer, length - 1));
    transition.finishWrites();
    world = transition.world;
  }
  return world;
}

/** A link holds so many messages: where one more was sent, the one of the lowest term and count is lost, whatever order they came in. */
function loseStalest(inFlight: MessageInFlight[], most: number): void {
  const { from, to } = inFlight.at(-1) as MessageInFlight;
  let count = 0;
  let stalest = -1;
  for (const [index, flight] of inFlight.entries()) {
    if (flight.from !== from || flight.to !== to) continue;
    count++;
    if (stalest < 0 || age(flight) < age(inFlight[stalest] as MessageInFlight)) stalest = index;
  }
  if (count > most) inFlight.splice(stalest, 1);
}

/** Orders the messages of a link from stale to fresh. */
function age({ message }: MessageInFlight): number {
  const { kind, term } = message;
  const count = "seq" in message ? message.seq : "round" in message ? message.round : 0;
  return 1e6 * term + 1e3 * kinds.indexOf(kind) + Math.min(count, 999);
}

const kinds: readonly Message["kind"][] = [
  "requestVote",
  "requestVoteReply",
  "heartbeatReply",
  "heartbeat",
  "timeoutNow",
  "handoverWait",
  "handoverDone",
  "leaderNotice",
];
