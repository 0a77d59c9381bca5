import type { NodeId } from "../data/configuration.js";
import type { Effect } from "../data/effect.js";
import type { Message } from "../data/message.js";
import type { Node } from "../data/node.js";
import type { DurableRecord } from "../data/record.js";
import type { Checker, Found, Invariant, Observation, Violation, Watched } from "./checker.js";
import { disjointElectorates, newer } from "./electorates.js";

/**
 * Looks at many nodes from outside and says when something happened that must never happen: I1 to I7. Shares nothing but types with what it
 * judges, because a check that shares code shares its mistakes. Call `observeStart` when a process starts, `observeStep` after each step, `observeSend`
 * when a message leaves a node, `observeEnd` when nobody can ask a node any more.
 */

export * from "./checker.js";

const none: Found = [];
/** So many terms are remembered; nobody is that late. */
const termsKept = 10_000;
/** Rates, offsets and products of them are only so exact. */
const roundingMs = 1e-6;

/** A process starts, from what is on its disk (I3, I7). Another incarnation is another node under the same name. */
export function observeStart(checker: Checker, { node, durable }: Observation): Found {
  const { id, record } = node;
  const known = checker.nodes.get(id);
  const before = known?.record.incarnation === record.incarnation ? known : undefined;
  const { startCount, startNonce } = before?.record.run ?? record.run;
  // Else the process does not go on where the one before ended: its record is an older copy.
  const same =
    record.run.startCount > startCount || record.run.startNonce === startNonce ? before : undefined;
  const found = same ? wentBack(id, same.durable, record) : [];
  if (!checker.first.has(id)) checker.first.set(id, record.incarnation);
  checker.leases.delete(id);
  checker.nodes.set(id, {
    // A copy of a record is nobody that a configuration means.
    incarnation: same?.incarnation ?? (before ? `${record.incarnation}, a copy` : record.incarnation),
    record,
    durable,
    leadsTerm: null,
    announcedTerm: null,
    votes: same?.votes ?? new Map(),
  });
  return [...found, ...electorates(checker)];
}

/** Nobody can ask this node any more: its process died, or its machine sleeps. */
export function observeEnd(checker: Checker, id: NodeId): void {
  checker.leases.delete(id);
}

/**
 * A node has dealt with a fact (all but I5's part on messages).
 * @param effects what it ordered, if known: without them I6 and the order of writes go unwatched
 */
export function observeStep(
  checker: Checker,
  observation: Observation,
  effects: readonly Effect[] | null,
): Found {
  const { node, durable } = observation;
  const watched = checker.nodes.get(node.id);
  if (watched === undefined) throw new Error(`${node.id} was not seen to start`);
  let found: Violation[] | null = null;
  const add = (more: Found): void => {
    if (more.length > 0) found = [...(found ?? []), ...more];
  };
  const before = watched.record;
  const reconfigured =
    before.configuration !== node.record.configuration ||
    watched.durable.configuration !== durable.configuration;
  if (before !== node.record) {
    add(wentBack(node.id, before, node.record));
    add(votedTwice(node.id, before, node.record));
    if (effects !== null && node.settings.modes.durable) add(unwritten(node, effects));
  }
  watched.record = node.record;
  watched.durable = durable;
  if (reconfigured) add(electorates(checker));
  if (node.role.name !== "leader") watched.leadsTerm = null;
  else if (watched.leadsTerm !== node.record.term) add(becameLeader(checker, watched, observation));
  if (observation.leaseUntilMs > observation.clockMs) add(holdsLease(checker, observation));
  else if (checker.leases.size > 0) checker.leases.delete(node.id);
  if (effects !== null) add(announcements(checker, watched, observation, effects));
  return found ?? none;
}

/** A message leaves a node (I2, I5): whatever it reveals is on disk. */
export function observeSend(checker: Checker, observation: Observation, to: NodeId, message: Message): Found {
  const { node, durable } = observation;
  const found: Violation[] = [];
  const early = (what: string): void => {
    const sentence = `${node.id} told ${to} ${what}, which is not on its disk`;
    found.push(violation("I5", [node.id], message.term, sentence));
  };
  // What names the term asked for rather than the own: a pre-vote, asked or granted.
  const asked = message.kind === "requestVote" || (message.kind === "requestVoteReply" && message.granted);
  const preVote = asked && message.preVote;
  if (!preVote && message.term > durable.term) early(`of term ${message.term}`);
  const goesBy = message.kind === "requestVote" ? message.configuration : null;
  const id = goesBy?.id ?? ("configurationId" in message ? message.configurationId : null);
  if (id !== null && newer(id, durable.configuration.id)) early(`of configuration ${id.term}.${id.version}`);
  if (message.kind === "heartbeatReply" && message.voteHoldMs > durable.voteHoldMs)
    early(`that it holds its vote for ${message.voteHoldMs} ms`);
  if (!asked || preVote) return found;
  const candidate = message.kind === "requestVote" ? node.id : to;
  if (durable.term === message.term && durable.votedFor !== candidate) early(`of its vote for ${candidate}`);
  const votes = checker.nodes.get(node.id)?.votes;
  const other = votes?.get(message.term);
  if (other !== undefined && other !== candidate) {
    const sentence = `${node.id} voted for ${other} and for ${candidate}`;
    found.push(violation("I2", [node.id, other, candidate], message.term, sentence));
  } else if (votes !== undefined) remember(votes, message.term, candidate);
  return found;
}

/** I3, within a life and from one to the next. */
function wentBack(id: NodeId, from: DurableRecord, to: DurableRecord): Found {
  if (to.term < from.term)
    return [violation("I3", [id], to.term, `the term of ${id} went back from ${from.term}`)];
  const [was, is] = [from.configuration.id, to.configuration.id];
  if (!newer(was, is)) return none;
  const sentence = `the configuration of ${id} went back from ${was.term}.${was.version} to ${is.term}.${is.version}`;
  return [violation("I3", [id], to.term, sentence)];
}

/** I2, within a life. */
function votedTwice(id: NodeId, from: DurableRecord, to: DurableRecord): Found {
  if (to.term !== from.term || from.votedFor === null || to.votedFor === from.votedFor) return none;
  const sentence = `${id} voted for ${from.votedFor}, and then its vote was ${to.votedFor ?? "forgotten"}`;
  return [violation("I2", [id], to.term, sentence)];
}

/** I5: a record that changed is written in the same step. */
function unwritten({ id, record }: Node, effects: readonly Effect[]): Found {
  for (const effect of effects) if (effect.kind === "persist" && effect.record === record) return none;
  return [violation("I5", [id], record.term, `${id} changed its record and did not write it`)];
}

/** I1, and the part of I5 that candidates must keep. */
function becameLeader(checker: Checker, watched: Watched, { node, durable }: Observation): Found {
  const found: Violation[] = [];
  const { term } = node.record;
  const other = checker.leaders.get(term);
  watched.leadsTerm = term;
  if (other !== undefined)
    found.push(
      violation("I1", [other, node.id], term, `${other} and then ${node.id} became leader of the term`),
    );
  remember(checker.leaders, term, node.id);
  if (durable.term < term || (durable.term === term && durable.votedFor !== node.id))
    found.push(
      violation("I5", [node.id], term, `${node.id} leads by its own vote, which is not on its disk`),
    );
  return found;
}

/** I4: a lease can only begin while no other runs; those that have run out are forgotten on the way. */
function holdsLease(checker: Checker, observation: Observation): Found {
  const { node, clockMs, clockRate, trueMs, leaseUntilMs } = observation;
  const { term } = node.record;
  const own = checker.leases.get(node.id);
  if (own?.term !== term)
    checker.leases.set(node.id, { term, untilMs: leaseUntilMs, clockMs, clockRate, trueMs });
  else Object.assign(own, { untilMs: leaseUntilMs, clockMs, clockRate, trueMs });
  if (checker.leases.size === 1) return none;
  const found: Violation[] = [];
  for (const [id, lease] of checker.leases) {
    if (id === node.id) continue;
    const restMs = lease.untilMs - (lease.clockMs + (trueMs - lease.trueMs) * lease.clockRate);
    if (restMs <= roundingMs) checker.leases.delete(id);
    else {
      const sentence = `${node.id} holds a lease while that of ${id} (term ${lease.term}) has ${restMs.toFixed(3)} ms left`;
      found.push(violation("I4", [id, node.id], term, sentence));
    }
  }
  return found;
}

const order = "lost persist draw setTimer send answered gained".split(" ") as readonly Effect["kind"][];

/** I6, and the part of I5 on what is announced. */
function announcements(
  checker: Checker,
  watched: Watched,
  observation: Observation,
  effects: readonly Effect[],
): Found {
  const { node, durable } = observation;
  const found: Violation[] = [];
  const add = (invariant: Invariant, term: number, sentence: string): void => {
    found.push(violation(invariant, [node.id], term, sentence));
  };
  let last = 0;
  for (const effect of effects) {
    const rank = order.indexOf(effect.kind);
    if (rank < last && node.settings.modes.durable)
      add("I6", node.record.term, `${node.id} ordered ${effect.kind} after ${order[last]}`);
    last = rank;
    if (effect.kind === "lost") {
      if (watched.announcedTerm !== effect.term)
        add("I6", effect.term, `${node.id} announced the loss of what it had not announced to have`);
      watched.announcedTerm = null;
    } else if (effect.kind === "gained") {
      const { term } = effect;
      if (watched.announcedTerm !== null) add("I6", term, `${node.id} announced twice to lead`);
      if (term < checker.toldTerm)
        add("I6", term, `${node.id} announced to lead after somebody had in term ${checker.toldTerm}`);
      if (durable !== node.record && node.settings.modes.durable)
        add("I5", term, `${node.id} announced to lead before its record was on its disk`);
      watched.announcedTerm = term;
      checker.toldTerm = Math.max(checker.toldTerm, term);
    }
  }
  if (watched.announcedTerm !== node.announcedTerm)
    add("I6", node.record.term, `${node.id} changed its announced term and announced nothing`);
  return found;
}

/** I7. */
function electorates({ nodes, first }: Checker): Found {
  return disjointElectorates(nodes, first).map(([one, other]) => {
    const names = [one, other].map(
      ({ id, voters }) => `${id.term}.${id.version} (${voters.map((v) => v.id)})`,
    );
    const members = [...new Set([...one.voters, ...other.voters].map(({ id }) => id))];
    const term = Math.max(one.id.term, other.id.term);
    return violation("I7", members, term, `both ${names.join(" and ")} can elect`);
  });
}

function remember(map: Map<number, NodeId>, term: number, id: NodeId): void {
  map.set(term, id);
  if (map.size <= termsKept) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

function violation(invariant: Invariant, nodes: NodeId[], term: number, sentence: string): Violation {
  return { invariant, nodes, term, sentence };
}
