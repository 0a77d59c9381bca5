import type {
  Configuration,
  DurableRecord,
  Message,
  Node,
  PendingHandover,
  Refusal,
} from "../../protocol/index.js";
import { refusals } from "../../protocol/index.js";
import { outsider } from "../run/forgery.js";
import { Ranks } from "./counter-ranks.js";
import { type Facts, named, node, setOf } from "./facts.js";
import { StartFacts } from "./start-facts.js";
import { idOf, nodeIndex, type Process, type Spent, tickMs, type World } from "./state.js";

/** No rule looks further back than this. */
const oldestTicks = 4;
/** The number of a backup among the records of a node, behind all that may be under way. */
const backupRow = 99;
/** The number of what the judge remembers of a node whose disk was put back. */
const watchedRow = 98;

/**
 * Takes a world apart.
 * @param most what may happen how often: what nothing can ask about any more is left out
 */
export function collect(world: World, most: Spent, facts: Facts): void {
  const { spent, watch, processes, inFlight } = world;
  const { crashes, duplicates, transfers, reconfigurations, forgeries, copies } = spent;
  facts.add(0, crashes, duplicates, transfers, reconfigurations, watch.toldTerm, forgeries, copies);
  const ranks = new Ranks(world);
  const starts = most.copies > 0 ? new StartFacts(world, most, facts) : null;
  let lowestTerm = Number.POSITIVE_INFINITY;
  for (const [index, process] of processes.entries()) {
    const disk = world.disks[index] as DurableRecord;
    const backup = world.backups[index] as DurableRecord;
    const isBackupNeeded = copies < most.copies;
    lowestTerm = Math.min(lowestTerm, disk.term, isBackupNeeded ? backup.term : disk.term);
    if (isBackupNeeded) recordFact(facts, starts, index, backupRow, backup);
    if (process === null) recordFact(facts, starts, index, 0, disk);
    else {
      lifeFacts(facts, starts, world, index, process, disk, ranks);
      if (mayInquire(spent, most)) inquiryFact(facts, world, index, process);
    }
    const watched = watch.nodes.get(idOf(index));
    if (watched === undefined) continue;
    if (starts?.isPutBack(index)) {
      // A process that starts from it is another voter to the judge; until then the one before may be counted.
      if (most.reconfigurations > 0) recordFact(facts, null, index, watchedRow, watched.durable);
      continue;
    }
    // Votes of terms that are over for this node cannot be given again.
    for (const [term, candidate] of watched.votes)
      if (term >= disk.term) facts.add(1, node(index), term, named(candidate));
  }
  for (const [term, leader] of watch.leaders) if (term >= lowestTerm) facts.add(2, term, named(leader));
  for (const flight of inFlight) {
    const { from, to, message } = flight;
    messageFact(facts, ranks, from, to, 0, starts?.ageOfFlight(flight) ?? 0, message);
  }
  starts?.addRest();
}

/** True while a stranger may still make a node ask the members for the newest configuration. */
function mayInquire(spent: Spent, most: Spent): boolean {
  return most.forgeries > 0 && (spent.forgeries < most.forgeries || most.reconfigurations > 0);
}

function inquiryFact(facts: Facts, { nowMs }: World, index: number, { node: of }: Process): void {
  const againAtMs = of.inquiredAtMs + of.settings.electionTimeout.minMs;
  if (againAtMs > nowMs) facts.add(19, node(index), ticks(againAtMs, nowMs));
}

function recordFact(
  facts: Facts,
  starts: StartFacts | null,
  index: number,
  which: number,
  record: DurableRecord,
): void {
  const { term, votedFor, configuration, voteHoldMs } = record;
  const { id, voters, observers } = configuration;
  const own = [id.term, id.version, setOf(voters), setOf(observers)] as const;
  facts.add(3, node(index), which, term, named(votedFor), voteHoldMs, ...own);
  starts?.addRecord(index, which, record);
}

function carriedSets(carried: Configuration | null): readonly [voters: number, observers: number] {
  return carried === null ? [0, 0] : [setOf(carried.voters), setOf(carried.observers)];
}

function lifeFacts(
  facts: Facts,
  starts: StartFacts | null,
  { nowMs }: World,
  index: number,
  { node: of, writes, waiting }: Process,
  disk: DurableRecord,
  ranks: Ranks,
): void {
  const at = node(index);
  const since = (ms: number) => ticks(ms, nowMs);
  recordFact(facts, starts, index, 1, of.record);
  if (of.durable !== of.record) recordFact(facts, starts, index, 2, of.durable);
  if (disk !== of.durable) recordFact(facts, starts, index, 3, disk);
  for (const [nth, record] of writes.entries()) recordFact(facts, starts, index, 4 + nth, record);
  // Nothing comes of what an outsider is told.
  for (const { behind, to, message } of waiting)
    if (to !== outsider) messageFact(facts, ranks, index, nodeIndex(to), behind, 0, message);
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
  if (of.transferee !== null) facts.add(17, at, named(of.transferee.id), of.transferee.term);
  roleFacts(facts, index, of, nowMs, ranks);
}

function roleFacts(facts: Facts, index: number, { role, record }: Node, nowMs: number, ranks: Ranks): void {
  const at = node(index);
  const since = (ms: number) => ticks(ms, nowMs);
  switch (role.name) {
    case "follower":
      facts.add(5, at, named(role.leader));
      return;
    case "preCandidate":
    case "candidate": {
      facts.add(6, at, ranks.round(index, role.round), role.name === "candidate" ? 1 : 0);
      if (role.name === "candidate") pendingHandoverFact(facts, index, role.pendingHandover, nowMs);
      for (const [id, { granted, reason, remainingHoldMs, outdated }] of role.answers)
        facts.add(7, at, named(id), granted ? 1 : 0, code(reason), remainingHoldMs, outdated ? 1 : 0);
      return;
    }
    case "leader": {
      const { transfer, pendingHandover, forgottenSeq } = role;
      const beats = [ranks.seq(record.term, role.seq), since(role.nextHeartbeatAtMs), forgottenSeq] as const;
      const leaving = transfer === null ? [-2] : [named(transfer.to), since(transfer.leaseUntilMs)];
      facts.add(8, at, ...beats, ...leaving);
      pendingHandoverFact(facts, index, pendingHandover, nowMs);
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

function pendingHandoverFact(
  facts: Facts,
  index: number,
  pendingHandover: PendingHandover | null,
  nowMs: number,
): void {
  if (pendingHandover === null) return;
  const { from, term, freeAtMs, claimed } = pendingHandover;
  // Once it is over it stays so only where it was said to be.
  const overForGood = freeAtMs === Number.NEGATIVE_INFINITY ? 1 : 0;
  const free = overForGood === 1 ? 0 : ticks(freeAtMs, nowMs);
  facts.add(16, node(index), named(from), term, overForGood, free, claimed ? 1 : 0);
}

function messageFact(
  facts: Facts,
  ranks: Ranks,
  from: number,
  to: number,
  behind: number,
  late: number,
  message: Message,
): void {
  const head = [node(from), node(to), behind, late, message.term] as const;
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
    case "handoverWait":
      facts.add(25, ...head, message.waitMs);
      return;
    case "handoverDone":
      facts.add(26, ...head);
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
