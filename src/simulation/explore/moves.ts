import { type DurableRecord, type Input, isDraining, type Node, type NodeId } from "../../protocol/index.js";
import { type Forged, saidByOutsider } from "../run/forgery.js";
import { link, unlinked } from "./link.js";
import { isSameData } from "./same-data.js";
import {
  forkWorld,
  idOf,
  incarnationOf,
  type MessageInFlight,
  type Process,
  type Spent,
  tickMs,
  type World,
} from "./state.js";
import { type Moved, type Rules, Transition } from "./transition.js";

/** One thing that may happen next. */
export type Move =
  /** `kept`: a copy stays under way. */
  | { readonly kind: "deliver"; readonly flight: number; readonly kept: boolean }
  | {
      readonly kind: "timer" | "write" | "crash" | "restart" | "drained" | "putBack";
      readonly index: number;
    }
  /** `instead`: whose place the outsider has in the configuration that it brings along. */
  | { readonly kind: "forge"; readonly index: number; readonly says: Forged; readonly instead: NodeId }
  | { readonly kind: "transfer" | "reconfigure"; readonly index: number; readonly other: number }
  | { readonly kind: "tick" };

/** All that may happen next, always in the same order. */
export function movesFrom(world: World, most: Spent): Move[] {
  const { processes, inFlight, spent, nowMs } = world;
  const moves: Move[] = [];
  for (const [flight, { to }] of inFlight.entries()) {
    if (processes[to] === null) continue;
    moves.push({ kind: "deliver", flight, kept: false });
    if (spent.duplicates < most.duplicates) moves.push({ kind: "deliver", flight, kept: true });
  }
  for (const [index, process] of processes.entries()) {
    if (spent.copies < most.copies && mayPutBack(world, index)) moves.push({ kind: "putBack", index });
    if (process === null) {
      if (!isMarked(world, index)) moves.push({ kind: "restart", index });
      continue;
    }
    const { node } = process;
    if (node.timerAtMs <= nowMs) moves.push({ kind: "timer", index });
    if (process.writes.length > 0) moves.push({ kind: "write", index });
    if (spent.crashes < most.crashes) moves.push({ kind: "crash", index });
    if (isDraining(node)) moves.push({ kind: "drained", index });
    if (spent.forgeries < most.forgeries) moves.push(...forgeriesTo(node, index));
    if (node.role.name !== "leader") continue;
    for (let other = 0; other < processes.length; other++) {
      if (other === index) continue;
      if (node.role.transfer === null && spent.transfers < most.transfers)
        moves.push({ kind: "transfer", index, other });
      if (spent.reconfigurations < most.reconfigurations) moves.push({ kind: "reconfigure", index, other });
    }
  }
  moves.push({ kind: "tick" });
  return moves;
}

/** What an outsider may say to a node: that it leads, that it asks for a vote, that the node is to campaign. */
function forgeriesTo({ record }: Node, index: number): Move[] {
  const instead = record.configuration.voters.map(({ id }) => id);
  const [first = idOf(index)] = instead;
  return [
    ...instead.map((id): Move => ({ kind: "forge", index, says: "heartbeat", instead: id })),
    ...instead.map((id): Move => ({ kind: "forge", index, says: "vote", instead: id })),
    { kind: "forge", index, says: "order", instead: first },
  ];
}

/** True where each other node knows of the last start, and would after a crash: what nobody can know of nobody can be asked to refuse. */
function mayPutBack(world: World, index: number): boolean {
  const { startNonce } = (world.disks[index] as DurableRecord).run;
  return (
    !isMarked(world, index) &&
    world.disks.every(
      ({ startsMet }, other) => other === index || startsMet.get(idOf(index))?.startNonce === startNonce,
    )
  );
}

/** True for a record that a member found to be a copy: no process starts from it. */
function isMarked({ disks }: World, index: number): boolean {
  return (disks[index] as DurableRecord).run.isCopy;
}

/** Takes a move; null where it changes nothing, or nothing but that a message is gone, which it might as well have been lost. */
export function take(world: World, move: Move, rules: Rules): Moved | null {
  if (move.kind === "tick") {
    const next = forkWorld(world, null);
    next.nowMs += tickMs;
    return { world: next, violations: [] };
  }
  if (move.kind === "deliver") return deliver(world, move.flight, move.kept, rules);
  const { index } = move;
  const transition = new Transition(world, index, rules);
  switch (move.kind) {
    case "timer":
      transition.tell({ kind: "timer" });
      break;
    case "write":
      transition.finishWrite();
      break;
    case "crash":
      transition.world.spent.crashes++;
      transition.end();
      break;
    case "putBack":
      transition.world.spent.copies++;
      transition.putBack();
      break;
    case "forge":
      return forge(transition, (world.processes[index] as Process).node, move);
    case "restart":
      transition.start();
      break;
    case "drained":
      transition.tell({ kind: "drained" });
      break;
    case "transfer":
      transition.world.spent.transfers++;
      transition.tell({ kind: "transfer", to: idOf(move.other), reason: "resigned", request: 1 });
      return transition.refused ? null : transition;
    case "reconfigure":
      transition.world.spent.reconfigurations++;
      transition.tell(changeOf(transition.node, move.other));
      return transition.refused ? null : transition;
  }
  return transition;
}

function deliver(world: World, index: number, kept: boolean, rules: Rules): Moved | null {
  const flight = world.inFlight[index] as MessageInFlight;
  const { from, to, message } = flight;
  const linked = rules.hasCopies ? link(world, flight, rules) : unlinked(world);
  if (linked === null) return null;
  if (linked.refused) {
    remove(linked.world.inFlight, flight);
    return linked;
  }
  const before = (world.processes[to] as Process).node;
  const transition = new Transition(linked.world, to, rules);
  transition.violations.push(...linked.violations);
  if (kept) transition.world.spent.duplicates++;
  else remove(transition.world.inFlight, flight);
  transition.tell({ kind: "message", from: idOf(from), incarnation: incarnationOf(idOf(from)), message });
  return linked.world === world && transition.quiet && sameNode(before, transition.node) ? null : transition;
}

function remove(inFlight: MessageInFlight[], flight: MessageInFlight): void {
  inFlight.splice(inFlight.indexOf(flight), 1);
}

/** What an outsider says may only be answered: where it changes nothing, it might as well not have been said. */
function forge(
  transition: Transition,
  before: Node,
  { says, instead }: Extract<Move, { kind: "forge" }>,
): Moved | null {
  transition.world.spent.forgeries++;
  transition.tell(saidByOutsider(before.record, says, 1, instead));
  const isIdle = transition.quiet && transition.violations.length === 0;
  const { steppedAtMs } = transition.node;
  return isIdle && isSameData({ ...before, steppedAtMs }, transition.node) ? null : transition;
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
