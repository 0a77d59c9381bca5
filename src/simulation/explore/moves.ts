import { type DurableRecord, type Input, isDraining, type Node, type NodeId } from "../../protocol/index.js";
import { type Forged, saidByOutsider } from "../run/forgery.js";
import { link, unlinked } from "./link.js";
import { Course, type Moved, type Rules } from "./path.js";
import { isSameData } from "./same-data.js";
import {
  forkWorld,
  idOf,
  incarnationOf,
  type Letter,
  type Life,
  type Spent,
  tickMs,
  type World,
} from "./state.js";

/** One thing that may happen next. */
export type Move =
  /** `kept`: a copy stays under way. */
  | { readonly kind: "deliver"; readonly letter: number; readonly kept: boolean }
  | {
      readonly kind: "timer" | "write" | "crash" | "restart" | "drained" | "putBack";
      readonly place: number;
    }
  /** `instead`: whose place the outsider has in the configuration that it brings along. */
  | { readonly kind: "forge"; readonly place: number; readonly says: Forged; readonly instead: NodeId }
  | { readonly kind: "transfer" | "reconfigure"; readonly place: number; readonly other: number }
  | { readonly kind: "tick" };

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
    if (spent.copies < most.copies && mayPutBack(world, place)) moves.push({ kind: "putBack", place });
    if (life === null) {
      if (!isMarked(world, place)) moves.push({ kind: "restart", place });
      continue;
    }
    const { node } = life;
    if (node.timerAtMs <= nowMs) moves.push({ kind: "timer", place });
    if (life.writes.length > 0) moves.push({ kind: "write", place });
    if (spent.crashes < most.crashes) moves.push({ kind: "crash", place });
    if (isDraining(node)) moves.push({ kind: "drained", place });
    if (spent.forgeries < most.forgeries) moves.push(...forgeriesTo(node, place));
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

/** What an outsider may say to a node: that it leads, that it asks for a vote, that the node is to campaign. */
function forgeriesTo({ record }: Node, place: number): Move[] {
  const instead = record.configuration.voters.map(({ id }) => id);
  const [first = idOf(place)] = instead;
  return [
    ...instead.map((id): Move => ({ kind: "forge", place, says: "heartbeat", instead: id })),
    ...instead.map((id): Move => ({ kind: "forge", place, says: "vote", instead: id })),
    { kind: "forge", place, says: "order", instead: first },
  ];
}

/** True where each other node knows of the last start, and would after a crash: what nobody can know of nobody can be asked to refuse. */
function mayPutBack(world: World, place: number): boolean {
  const { startNonce } = (world.disks[place] as DurableRecord).run;
  return (
    !isMarked(world, place) &&
    world.disks.every(
      ({ startsMet }, other) => other === place || startsMet.get(idOf(place))?.startNonce === startNonce,
    )
  );
}

/** True for a record that a member found to be a copy: no process starts from it. */
function isMarked({ disks }: World, place: number): boolean {
  return (disks[place] as DurableRecord).run.isCopy;
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
      course.world.spent.crashes++;
      course.end();
      break;
    case "putBack":
      course.world.spent.copies++;
      course.putBack();
      break;
    case "forge":
      return forge(course, (world.lives[place] as Life).node, move);
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

function deliver(world: World, index: number, kept: boolean, rules: Rules): Moved | null {
  const letter = world.letters[index] as Letter;
  const { from, to, message } = letter;
  const linked = rules.hasCopies ? link(world, letter, rules) : unlinked(world);
  if (linked === null) return null;
  if (linked.refused) {
    remove(linked.world.letters, letter);
    return linked;
  }
  const before = (world.lives[to] as Life).node;
  const course = new Course(linked.world, to, rules);
  course.violations.push(...linked.violations);
  if (kept) course.world.spent.duplicates++;
  else remove(course.world.letters, letter);
  course.tell({ kind: "message", from: idOf(from), incarnation: incarnationOf(idOf(from)), message });
  return linked.world === world && course.quiet && sameNode(before, course.node) ? null : course;
}

function remove(letters: Letter[], letter: Letter): void {
  letters.splice(letters.indexOf(letter), 1);
}

/** What an outsider says may only be answered: where it changes nothing, it might as well not have been said. */
function forge(
  course: Course,
  before: Node,
  { says, instead }: Extract<Move, { kind: "forge" }>,
): Moved | null {
  course.world.spent.forgeries++;
  course.tell(saidByOutsider(before.record, says, 1, instead));
  const isIdle = course.quiet && course.violations.length === 0;
  const { steppedAtMs } = course.node;
  return isIdle && isSameData({ ...before, steppedAtMs }, course.node) ? null : course;
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

/** Looked at apart, or never of consequence. */
const looselyCompared: ReadonlySet<keyof Node> = new Set([
  "role",
  "amnesiacs",
  "metadataTries",
  "steppedAtMs",
]);

/** True where a delivery without effects left the node as it was. Says false where it would have to look closely. */
function sameNode(a: Node, b: Node): boolean {
  for (const key of Object.keys(b) as (keyof Node)[])
    if (!looselyCompared.has(key) && a[key] !== b[key]) return false;
  if (a.role.name !== b.role.name) return false;
  if (a.role.name === "follower") return b.role.name === "follower" && a.role.leader === b.role.leader;
  if (a.role.name === "leader" || b.role.name === "leader" || b.role.name === "follower") return false;
  return a.role.answers.size === b.role.answers.size;
}
