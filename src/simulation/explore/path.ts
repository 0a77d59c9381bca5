import {
  type DurableRecord,
  type Effect,
  type Input,
  leaseUntil,
  type Message,
  markedAsCopy,
  type Node,
  type NodeId,
  neverWaits,
  refusesStanding,
  type Settings,
  type Sight,
  type Standing,
  sawEnd,
  sawSend,
  sawStart,
  sawStep,
  standingOf,
  step,
  type Violation,
  withStart,
} from "../../protocol/index.js";
import { outsider } from "../run/forgery.js";
import {
  forkWorld,
  idOf,
  incarnationOf,
  type Letter,
  type Life,
  latestStart,
  nodeAtStart,
  placeOf,
  type Start,
  startNamed,
  type World,
} from "./state.js";

/** What every move of a search goes by. */
export interface Rules {
  readonly settings: Settings;
  /** Letters under way on one link. */
  readonly letters: number;
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
export class Course implements Moved {
  readonly world: World;
  readonly violations: Violation[] = [];
  /** True while nothing was ordered but what is said to an outsider, and nobody was met. */
  quiet = true;
  refused = false;
  private readonly place: number;
  private readonly rules: Rules;

  constructor(world: World, place: number, rules: Rules) {
    this.world = forkWorld(world, place);
    this.place = place;
    this.rules = rules;
  }

  get node(): Node {
    return this.life.node;
  }

  tell(input: Input): void {
    this.run(input);
    if (this.rules.disks === "instant") this.finishWrites();
  }

  finishWrites(): void {
    while (this.life.writes.length > 0) this.finishWrite();
  }

  private run(input: Input): void {
    const { node } = this.life;
    const effects: Effect[] = [];
    step(node, input, this.world.nowMs, effects);
    if (effects.some((effect) => effect.kind !== "send" || effect.to !== outsider)) this.quiet = false;
    this.violations.push(...sawStep(this.world.watch, this.sight(), effects));
    for (const effect of effects) this.carryOut(effect);
  }

  /** A process starts, and makes that durable before it says anything (rule 29). */
  start(): void {
    const { world, place } = this;
    const record = world.disks[place] as DurableRecord;
    const starts = world.starts[place] as readonly Start[];
    world.backups = world.backups.with(place, record);
    world.starts = world.starts.with(place, [...starts, { before: startNamed(record.run), lastWords: null }]);
    world.disks[place] = withStart(record, `${starts.length}`);
    const node = nodeAtStart(world, place, this.rules.settings);
    world.lives[place] = { node, writes: [], waiting: [], met: [] };
    this.violations.push(...sawStart(world.watch, this.sight()));
    this.tell({ kind: "start" });
  }

  /** The process dies. Unfinished writes are lost; one that is done while its process dies is a finished one and a crash. */
  end(): void {
    const { world, place } = this;
    const starts = world.starts[place] as readonly Start[];
    const last = { before: (starts.at(-1) as Start).before, lastWords: standingOf(this.node) };
    world.starts = world.starts.with(place, starts.with(-1, last));
    world.lives[place] = null;
    sawEnd(world.watch, idOf(place));
  }

  /** A member has refused this process, which therefore ends, and no other starts from its record (rule 29). */
  endAsCopy(): void {
    const { world, place } = this;
    this.tell({ kind: "stop", reason: "stopped" });
    this.end();
    world.disks[place] = markedAsCopy(world.disks[place] as DurableRecord);
  }

  /** The process dies, if it runs, and its disk is put back to what it was before that start. */
  putBack(): void {
    const { world, place } = this;
    if (world.lives[place] !== null) this.end();
    world.disks[place] = world.backups[place] as DurableRecord;
  }

  /** Links with this start of a peer, which says how far its record has come, unless both have met. Returns false where it refuses it. */
  meet(peer: number, start: number, standing = standingIn(this.world, peer, start)): boolean {
    const { world, place, life } = this;
    if (life.met[peer] === start) return true;
    const [from, incarnation] = [idOf(peer), incarnationOf(idOf(peer))];
    if (refusesStanding(life.node, from, incarnation, standing) !== null) return false;
    const met = life.met.slice();
    met[peer] = start;
    world.lives[place] = { ...life, met };
    this.quiet = false;
    this.tell({ kind: "connected", from, incarnation, standing });
    return true;
  }

  /** The oldest write is on disk; what waited for it leaves before the node is told. */
  finishWrite(): void {
    const { world, place, life } = this;
    const record = life.writes.shift() as DurableRecord;
    world.disks[place] = record;
    const held = life.waiting.splice(0);
    for (const { behind, to, message } of held)
      if (behind === 1) this.post(to, message);
      else life.waiting.push({ behind: behind - 1, to, message });
    this.run({ kind: "persisted", record });
  }

  private carryOut(effect: Effect): void {
    const { life } = this;
    switch (effect.kind) {
      case "persist":
        life.writes.push(effect.record);
        return;
      case "draw":
        // A longer wait is a timer that comes late, which any may.
        this.run({ kind: "drawn", draw: 0 });
        return;
      case "send":
        if (life.writes.length === 0 || neverWaits(effect.message)) this.post(effect.to, effect.message);
        else life.waiting.push({ behind: life.writes.length, to: effect.to, message: effect.message });
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
    this.violations.push(...sawSend(this.world.watch, this.sight(), to, message));
    if (to === outsider) return;
    const { world, place } = this;
    const { letters } = world;
    const start = latestStart(world, place);
    letters.push({
      from: place,
      to: placeOf(to),
      start,
      linkedWith: this.life.met[placeOf(to)] ?? -1,
      message,
    });
    loseStalest(letters, this.rules.letters);
  }

  private get life(): Life {
    return this.world.lives[this.place] as Life;
  }

  private sight(): Sight {
    const { world, node } = this;
    const { nowMs } = world;
    const durable = world.disks[this.place] as DurableRecord;
    return { node, durable, leaseUntilMs: leaseUntil(node), clockMs: nowMs, clockRate: 1, trueMs: nowMs };
  }
}

/** What a process says of its record in that start, or said last before it died. */
function standingIn({ starts, lives }: World, place: number, start: number): Standing {
  return starts[place]?.[start]?.lastWords ?? standingOf((lives[place] as Life).node);
}

/** All processes link at once with all others, and remember that durably. */
export function introduceAll(before: World, rules: Rules): World {
  let world = before;
  for (const place of before.lives.keys()) {
    const course = new Course(world, place, rules);
    for (const [peer, { length }] of before.starts.entries())
      if (peer !== place) course.meet(peer, length - 1, standingIn(before, peer, length - 1));
    course.finishWrites();
    world = course.world;
  }
  return world;
}

/** A link holds so many letters: where one more was sent, the one of the lowest term and count is lost, whatever order they came in. */
function loseStalest(letters: Letter[], most: number): void {
  const { from, to } = letters.at(-1) as Letter;
  let count = 0;
  let stalest = -1;
  for (const [index, letter] of letters.entries()) {
    if (letter.from !== from || letter.to !== to) continue;
    count++;
    if (stalest < 0 || age(letter) < age(letters[stalest] as Letter)) stalest = index;
  }
  if (count > most) letters.splice(stalest, 1);
}

/** Orders the letters of a link from stale to fresh. */
function age({ message }: Letter): number {
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
