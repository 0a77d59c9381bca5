import {
  type DurableRecord,
  type Effect,
  type Input,
  isDraining,
  leaseUntil,
  type Message,
  type Node,
  type NodeId,
  neverWaits,
  type Settings,
  type Sight,
  sawEnd,
  sawSend,
  sawStart,
  sawStep,
  step,
  type Violation,
} from "../protocol/index.js";
import {
  forkWorld,
  idOf,
  incarnationOf,
  type Letter,
  type Life,
  nodeAtStart,
  placeOf,
  type Spent,
  tickMs,
  type World,
} from "./explore-state.js";

/** One thing that may happen next. */
export type Move =
  /** `kept`: a copy stays under way. */
  | { readonly kind: "deliver"; readonly letter: number; readonly kept: boolean }
  | { readonly kind: "timer" | "write" | "crash" | "restart" | "drained"; readonly place: number }
  | { readonly kind: "transfer" | "reconfigure"; readonly place: number; readonly other: number }
  | { readonly kind: "tick" };

/** What every move of a search goes by. */
export interface Rules {
  readonly settings: Settings;
  /** Letters under way on one link. */
  readonly letters: number;
  /** `instant`: a write is done within the move that orders it; a crash in its midst is then one before it. */
  readonly disks: "slow" | "instant";
}

/** What a move leads to. */
export interface Moved {
  readonly world: World;
  readonly violations: readonly Violation[];
}

/** All that may happen next, always in the same order. */
export function movesFrom(world: World, most: Spent): Move[] {
  const { lives, letters, spent, nowMs } = world;
  const moves: Move[] = [];
  for (const [letter, { to }] of letters.entries()) {
    if (lives[to] === null) continue;
    moves.push({ kind: "deliver", letter, kept: false });
    if (spent.duplicates < most.duplicates) moves.push({ kind: "deliver", letter, kept: true });
  }
  for (const [place, life] of lives.entries()) {
    if (life === null) {
      moves.push({ kind: "restart", place });
      continue;
    }
    const { node } = life;
    if (node.timerAtMs <= nowMs) moves.push({ kind: "timer", place });
    if (life.writes.length > 0) moves.push({ kind: "write", place });
    if (spent.crashes < most.crashes) moves.push({ kind: "crash", place });
    if (isDraining(node)) moves.push({ kind: "drained", place });
    if (node.role.name !== "leader") continue;
    for (let other = 0; other < lives.length; other++) {
      if (other === place) continue;
      if (node.role.transfer === null && spent.transfers < most.transfers)
        moves.push({ kind: "transfer", place, other });
      if (spent.reconfigurations < most.reconfigurations) moves.push({ kind: "reconfigure", place, other });
    }
  }
  moves.push({ kind: "tick" });
  return moves;
}

/** Takes a move; null where it changes nothing, or nothing but that a letter is gone, which it might as well have been lost. */
export function take(world: World, move: Move, rules: Rules): Moved | null {
  if (move.kind === "tick") {
    const next = forkWorld(world, null);
    next.nowMs += tickMs;
    return { world: next, violations: [] };
  }
  if (move.kind === "deliver") return deliver(world, move.letter, move.kept, rules);
  const { place } = move;
  const course = new Course(world, place, rules);
  switch (move.kind) {
    case "timer":
      course.tell({ kind: "timer" });
      break;
    case "write":
      course.finishWrite();
      break;
    case "crash":
      course.crash();
      break;
    case "restart":
      course.start();
      break;
    case "drained":
      course.tell({ kind: "drained" });
      break;
    case "transfer":
      course.world.spent.transfers++;
      course.tell({ kind: "transfer", to: idOf(move.other), reason: "resigned", request: 1 });
      return course.refused ? null : course;
    case "reconfigure":
      course.world.spent.reconfigurations++;
      course.tell(changeOf(course.node, move.other));
      return course.refused ? null : course;
  }
  return course;
}

function deliver(world: World, letter: number, kept: boolean, rules: Rules): Moved | null {
  const { from, to, message } = world.letters[letter] as Letter;
  const course = new Course(world, to, rules);
  if (kept) course.world.spent.duplicates++;
  else course.world.letters.splice(letter, 1);
  const before = (world.lives[to] as Life).node;
  course.tell({ kind: "message", from: idOf(from), incarnation: incarnationOf(idOf(from)), message });
  return course.quiet && sameNode(before, course.node) ? null : course;
}

/** Removes a voter, adds who is nothing as an observer, makes an observer a voter. */
function changeOf({ record }: Node, other: number): Input {
  const { id, voters, observers } = record.configuration;
  const named = idOf(other);
  const member = { id: named, address: `sim://${named}`, incarnation: incarnationOf(named) };
  const isVoter = voters.some((voter) => voter.id === named);
  const observer = observers.find((one) => one.id === named);
  return {
    kind: "reconfigure",
    expected: id,
    voters: isVoter
      ? voters.filter((voter) => voter.id !== named)
      : observer === undefined
        ? voters
        : [...voters, observer],
    observers:
      isVoter || observer !== undefined
        ? observers.filter((one) => one.id !== named)
        : [...observers, member],
    request: 1,
  };
}

/** True where a delivery without effects left the node as it was. Says false where it would have to look closely. */
function sameNode(a: Node, b: Node): boolean {
  for (const key of Object.keys(b) as (keyof Node)[])
    if (key !== "role" && key !== "amnesiacs" && key !== "metadataTries" && a[key] !== b[key]) return false;
  if (a.role.name !== b.role.name) return false;
  if (a.role.name === "follower") return b.role.name === "follower" && a.role.leader === b.role.leader;
  if (a.role.name === "leader" || b.role.name === "leader" || b.role.name === "follower") return false;
  return a.role.answers.size === b.role.answers.size;
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
  "leaderNotice",
];

/** One move under way: feeds one process as `runtime/driver.ts` does, and shows all of it to the judge. */
class Course implements Moved {
  readonly world: World;
  readonly violations: Violation[] = [];
  /** True while nothing was ordered. */
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
    if (this.rules.disks === "instant") while (this.life.writes.length > 0) this.finishWrite();
  }

  private run(input: Input): void {
    const { node } = this.life;
    const effects: Effect[] = [];
    step(node, input, this.world.nowMs, effects);
    if (effects.length > 0) this.quiet = false;
    this.violations.push(...sawStep(this.world.watch, this.sight(), effects));
    for (const effect of effects) this.carryOut(effect);
  }

  start(): void {
    const { world, place } = this;
    world.lives[place] = { node: nodeAtStart(world, place, this.rules.settings), writes: [], waiting: [] };
    this.violations.push(...sawStart(world.watch, this.sight()));
    this.tell({ kind: "start" });
  }

  /** Unfinished writes are lost; one that is done while its process dies is a finished one and a crash. */
  crash(): void {
    const { world, place } = this;
    world.spent.crashes++;
    world.lives[place] = null;
    sawEnd(world.watch, idOf(place));
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
    const { letters } = this.world;
    letters.push({ from: this.place, to: placeOf(to), message });
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
