import {
  type Configuration,
  type DurableRecord,
  type Inheritance,
  type Message,
  type Node,
  type NodeId,
  type Refusal,
  refusals,
} from "../protocol/index.js";
import { Ranks } from "./counter-ranks.js";
import { type Life, placeOf, tickMs, type World } from "./explore-state.js";

/**
 * Tells whether two worlds are the same but for the names of nodes, for how late it is, and for how far counters have come. A world is
 * taken apart into facts, short rows of numbers; a key is the sum of the hashes of all facts, in no order; and the key of a world
 * is the smallest of those it has under all renamings. What is older than any rule looks back counts as equally old.
 */
export interface Key {
  readonly high: number;
  readonly low: number;
}

/** Numbers from here on stand for a node, those from `setBase` on for a set of nodes. */
const nodeBase = 2 ** 20;
const setBase = 2 ** 21;
/** No rule looks further back than this. */
const oldestTicks = 4;

/** Rows of numbers, one after the other. */
class Facts {
  numbers: Int32Array = new Int32Array(1024);
  ends: Int32Array = new Int32Array(128);
  length = 0;
  count = 0;

  clear(): void {
    this.length = 0;
    this.count = 0;
  }

  /** Adds one row. */
  add(...row: readonly number[]): void {
    if (this.length + row.length > this.numbers.length) this.numbers = larger(this.numbers);
    if (this.count === this.ends.length) this.ends = larger(this.ends);
    for (const number of row) this.numbers[this.length++] = number;
    this.ends[this.count++] = this.length;
  }
}

function larger(full: Int32Array): Int32Array {
  const more = new Int32Array(2 * full.length);
  more.set(full);
  return more;
}

/** Makes a function that finds the key of a world of so many nodes. @param symmetric false: names count */
export function keyFinder(nodeCount: number, symmetric: boolean): (world: World) => Key {
  const places = Array.from({ length: nodeCount }, (_, place) => place);
  const renamings = (symmetric ? permutations(places) : [places]).map((to) => renamingOf(to));
  const facts = new Facts();
  const key = { high: 0, low: 0 };
  return (world) => {
    facts.clear();
    collect(world, facts);
    let [high, low] = [0xffffffff, 0xffffffff];
    for (const renaming of renamings) {
      sum(facts, renaming, key);
      if (key.high < high || (key.high === high && key.low < low)) [high, low] = [key.high, key.low];
    }
    key.high = high;
    key.low = low;
    return key;
  };
}

/** What each number becomes when nodes change their names. */
interface Renaming {
  readonly nodes: Int32Array;
  readonly sets: Int32Array;
}

function renamingOf(to: readonly number[]): Renaming {
  const sets = new Int32Array(2 ** to.length);
  for (let set = 0; set < sets.length; set++)
    for (const [from, place] of to.entries())
      if ((set & (1 << from)) !== 0) sets[set] = (sets[set] as number) | (1 << place);
  return { nodes: Int32Array.from(to), sets };
}

function sum(
  { numbers, ends, count }: Facts,
  { nodes, sets }: Renaming,
  key: { high: number; low: number },
): void {
  let [high, low] = [0, 0];
  let at = 0;
  for (let fact = 0; fact < count; fact++) {
    const end = ends[fact] as number;
    let a = 0x9e3779b9;
    let b = 0x85ebca6b;
    for (; at < end; at++) {
      let number = numbers[at] as number;
      if (number >= setBase) number = setBase + (sets[number - setBase] as number);
      else if (number >= nodeBase) number = nodeBase + (nodes[number - nodeBase] as number);
      a = Math.imul(a ^ number, 0xcc9e2d51);
      a ^= a >>> 15;
      b = Math.imul(b ^ number ^ a, 0x1b873593);
      b ^= b >>> 13;
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
    b = Math.imul(b ^ (b >>> 16), 0xc2b2ae35);
    high = (high + (a ^ (a >>> 13))) >>> 0;
    low = (low + (b ^ (b >>> 16) ^ Math.imul(a, 3))) >>> 0;
  }
  key.high = high;
  key.low = low;
}

function permutations(places: readonly number[]): number[][] {
  if (places.length <= 1) return [[...places]];
  return places.flatMap((first) =>
    permutations(places.filter((place) => place !== first)).map((rest) => [first, ...rest]),
  );
}

const node = (place: number) => nodeBase + place;
const named = (id: NodeId | null) => (id === null ? -1 : nodeBase + placeOf(id));

function collect(world: World, facts: Facts): void {
  const { spent, watch, lives, letters } = world;
  facts.add(0, spent.crashes, spent.duplicates, spent.transfers, spent.reconfigurations, watch.toldTerm);
  const ranks = new Ranks(world);
  let lowestTerm = Number.POSITIVE_INFINITY;
  for (const [place, life] of lives.entries()) {
    const disk = world.disks[place] as DurableRecord;
    lowestTerm = Math.min(lowestTerm, disk.term);
    if (life === null) recordFact(facts, place, 0, disk);
    else lifeFacts(facts, world, place, life, disk, ranks);
    // Votes of terms that are over for this node cannot be given again.
    const votes = watch.nodes.get(`n${place + 1}`)?.votes;
    if (votes !== undefined)
      for (const [term, candidate] of votes)
        if (term >= disk.term) facts.add(1, node(place), term, named(candidate));
  }
  for (const [term, leader] of watch.leaders) if (term >= lowestTerm) facts.add(2, term, named(leader));
  for (const { from, to, message } of letters) messageFact(facts, ranks, from, to, 0, message);
}

function recordFact(facts: Facts, place: number, which: number, record: DurableRecord): void {
  const { term, votedFor, configuration, voteHoldMs } = record;
  const { id, voters, observers } = configuration;
  const own = [id.term, id.version, setOf(voters), setOf(observers)] as const;
  facts.add(3, node(place), which, term, named(votedFor), voteHoldMs, ...own);
}

function carriedSets(carried: Configuration | null): readonly [voters: number, observers: number] {
  return carried === null ? [0, 0] : [setOf(carried.voters), setOf(carried.observers)];
}

function setOf(members: Configuration["voters"]): number {
  let set = 0;
  for (const { id } of members) set |= 1 << placeOf(id);
  return setBase + set;
}

function lifeFacts(
  facts: Facts,
  { nowMs }: World,
  place: number,
  { node: of, writes, waiting }: Life,
  disk: DurableRecord,
  ranks: Ranks,
): void {
  const at = node(place);
  const since = (ms: number) => ticks(ms, nowMs);
  recordFact(facts, place, 1, of.record);
  if (of.durable !== of.record) recordFact(facts, place, 2, of.durable);
  if (disk !== of.durable) recordFact(facts, place, 3, disk);
  for (const [index, record] of writes.entries()) recordFact(facts, place, 4 + index, record);
  for (const { behind, to, message } of waiting)
    messageFact(facts, ranks, place, placeOf(to), behind, message);
  const held = of.contactAtMs + of.settings.voteHoldMs > nowMs;
  facts.add(
    ...[4, at, since(of.contactAtMs), held ? of.contactTerm : -1, since(of.waitFromMs), since(of.timerAtMs)],
    ...[
      ranks.seq(of.record.term, of.heardSeq),
      of.restartHoldUntilMs > nowMs ? since(of.restartHoldUntilMs) : 0,
    ],
    ...[of.writingSinceMs === null ? -1 : since(of.writingSinceMs), of.announcedTerm ?? -1],
    ...[of.draw === null ? 0 : 1, of.shortWaitMs ?? -1, of.contending ? 1 : 0, of.removed ? 1 : 0],
  );
  if (of.heir !== null) facts.add(17, at, named(of.heir.id), of.heir.term);
  roleFacts(facts, place, of, nowMs, ranks);
}

function roleFacts(facts: Facts, place: number, { role, record }: Node, nowMs: number, ranks: Ranks): void {
  const at = node(place);
  const since = (ms: number) => ticks(ms, nowMs);
  switch (role.name) {
    case "follower":
      facts.add(5, at, named(role.leader));
      return;
    case "preCandidate":
    case "candidate": {
      facts.add(6, at, ranks.round(place, role.round), role.name === "candidate" ? 1 : 0);
      if (role.name === "candidate") inheritanceFact(facts, place, role.inheritance, nowMs);
      for (const [id, { granted, reason, remainingHoldMs, outdated }] of role.answers)
        facts.add(7, at, named(id), granted ? 1 : 0, code(reason), remainingHoldMs, outdated ? 1 : 0);
      return;
    }
    case "leader": {
      const { transfer, inheritance, forgottenSeq } = role;
      const beats = [ranks.seq(record.term, role.seq), since(role.nextHeartbeatAtMs), forgottenSeq] as const;
      const leaving = transfer === null ? [-2] : [named(transfer.to), since(transfer.leaseUntilMs)];
      facts.add(8, at, ...beats, ...leaving);
      inheritanceFact(facts, place, inheritance, nowMs);
      for (const [id, peer] of role.peers) {
        const promisedFor = peer.promisedUntilMs > nowMs ? since(peer.promisedUntilMs) : 0;
        const holdMs = Math.min(peer.promisedHoldMs, 2 ** 16);
        const holds = peer.holdsConfiguration ? 1 : 0;
        facts.add(9, at, named(id), since(peer.ackedAtMs), promisedFor, holdMs, holds);
      }
      // When those heartbeats were sent that may still be answered.
      for (const seq of ranks.seqsOf(record.term)) {
        const sentAtMs = role.sentAtMs[seq % role.sentAtMs.length] ?? Number.NEGATIVE_INFINITY;
        facts.add(10, at, ranks.seq(record.term, seq), since(sentAtMs));
      }
    }
  }
}

function inheritanceFact(facts: Facts, place: number, inheritance: Inheritance | null, nowMs: number): void {
  if (inheritance === null) return;
  const { from, term, freeAtMs, claimed } = inheritance;
  // Once it is over it stays so only where it was said to be.
  const overForGood = freeAtMs === Number.NEGATIVE_INFINITY ? 1 : 0;
  const free = overForGood === 1 ? 0 : ticks(freeAtMs, nowMs);
  facts.add(16, node(place), named(from), term, overForGood, free, claimed ? 1 : 0);
}

function messageFact(
  facts: Facts,
  ranks: Ranks,
  from: number,
  to: number,
  behind: number,
  message: Message,
): void {
  const head = [node(from), node(to), behind, message.term] as const;
  switch (message.kind) {
    case "heartbeat": {
      const { term, version } = message.configurationId;
      const seq = ranks.seq(message.term, message.seq);
      facts.add(11, ...head, seq, term, version, ...carriedSets(message.configuration));
      return;
    }
    case "heartbeatReply": {
      const { heartbeatTerm, seq, accepted, voteHoldMs, configurationId } = message;
      const { term, version } = configurationId;
      const rank = ranks.seq(heartbeatTerm, seq);
      facts.add(12, ...head, heartbeatTerm, rank, accepted ? 1 : 0, voteHoldMs, term, version);
      return;
    }
    case "requestVote": {
      const { preVote, round, configuration, transferFromTerm } = message;
      const { term, version } = configuration.id;
      const own = [term, version, setOf(configuration.voters), setOf(configuration.observers)] as const;
      facts.add(13, ...head, preVote ? 1 : 0, ranks.round(from, round), transferFromTerm ?? -1, ...own);
      return;
    }
    case "requestVoteReply": {
      const { preVote, round, granted, reason, remainingHoldMs, configurationId, configuration } = message;
      const { term, version } = configurationId;
      const own = [preVote ? 1 : 0, ranks.round(to, round), granted ? 1 : 0, code(reason)] as const;
      // How long a hold lasts matters only where the hold is what refused.
      const holdMs = reason === "voteHold" ? remainingHoldMs : 0;
      facts.add(14, ...head, ...own, holdMs, term, version, ...carriedSets(configuration));
      return;
    }
    case "timeoutNow":
      facts.add(15, ...head, message.waitMs);
      return;
    case "leaderNotice":
      facts.add(18, ...head, ranks.seq(message.term, message.seq), message.leads ? 1 : 0);
  }
}

/** How many ticks from now, within what matters. */
function ticks(ms: number, nowMs: number): number {
  return Math.max(-oldestTicks, Math.min(oldestTicks * 4, (ms - nowMs) / tickMs));
}

/** A small number for a word. */
function code(word: Refusal | null): number {
  return word === null ? -1 : refusals.indexOf(word);
}
