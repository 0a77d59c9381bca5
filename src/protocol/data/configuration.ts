import { maxMemberCount } from "./bounds.js";

/** The name of a node, stable across restarts. */
export type NodeId = string;

/** A node as a configuration knows it. */
export interface Member {
  readonly id: NodeId;
  readonly address: string;
  /** The durable identity of the member's record, once known: a member whose record was lost comes back with another. */
  readonly incarnation: string | null;
}

/**
 * Who belongs to the cluster (logless reconfiguration: Schultz, Dardik and Tripakis 2021).
 * Members are sorted by id; nobody is both voter and observer.
 */
export interface Configuration {
  readonly id: ConfigurationId;
  /** The id of the cluster, the same in all its configurations: made when it was founded (rule 28); null before. */
  readonly clusterId: string | null;
  readonly voters: readonly Member[];
  readonly observers: readonly Member[];
}

/** Names a configuration without its members. Newer is the higher `term`, then the higher `version`. */
export interface ConfigurationId {
  readonly term: number;
  readonly version: number;
  /** Tells apart lists of members that claim the same term and version. */
  readonly digest: string;
}

/** The configuration founders start from: term 0, version 1, the voters of their settings. */
export function foundingConfiguration(
  voters: readonly Member[],
  clusterId: string | null = null,
): Configuration {
  return configurationOf(0, 1, voters, [], clusterId);
}

/** A configuration of these members, each list sorted by id. */
export function configurationOf(
  term: number,
  version: number,
  voters: readonly Member[],
  observers: readonly Member[],
  clusterId: string | null = null,
): Configuration {
  const lists = { voters: sortedById(voters), observers: sortedById(observers) };
  return { id: { term, version, digest: digestOf(lists, clusterId) }, clusterId, ...lists };
}

/** The same configuration, confirmed by the leader of `term` (rule 12). */
export function withTerm(configuration: Configuration, term: number): Configuration {
  const { id, clusterId, voters, observers } = configuration;
  return { id: { term, version: id.version, digest: id.digest }, clusterId, voters, observers };
}

/** The configuration of a node that joins a running cluster: older than any, with nobody in it. */
export const nobody: Configuration = configurationOf(0, 0, [], []);

/** True for a node that has not been told yet to which cluster it belongs. */
export function isNobody(configuration: Configuration): boolean {
  return configuration.id.term === 0 && configuration.id.version === 0;
}

/** True iff what `told` names may be the cluster of a node that holds `own`: the same one, or a node that has none yet. */
export function isSameCluster(own: Configuration, told: { readonly clusterId: string | null }): boolean {
  return isNobody(own) || own.clusterId === told.clusterId;
}

/** True iff `a` is newer than `b`. */
export function isNewer(a: ConfigurationId, b: ConfigurationId): boolean {
  return a.term > b.term || (a.term === b.term && a.version > b.version);
}

/** The voter with this id, or undefined. */
export function voterOf(configuration: Configuration, id: NodeId): Member | undefined {
  return memberWith(configuration.voters, id);
}

/** The voter or observer with this id, or undefined. */
export function memberOf(configuration: Configuration, id: NodeId): Member | undefined {
  return memberWith(configuration.voters, id) ?? memberWith(configuration.observers, id);
}

function memberWith(members: readonly Member[], id: NodeId): Member | undefined {
  for (const member of members) if (member.id === id) return member;
  return undefined;
}

/** All members, voters first. */
export function membersOf(configuration: Configuration): readonly Member[] {
  return configuration.observers.length === 0
    ? configuration.voters
    : [...configuration.voters, ...configuration.observers];
}

/** True iff both name exactly the same configuration. */
export function sameConfiguration(a: ConfigurationId, b: ConfigurationId): boolean {
  return a === b || (a.term === b.term && a.version === b.version && a.digest === b.digest);
}

/** True iff both claim the same term and version for different members: founders started with different lists. */
export function conflictingConfigurations(a: ConfigurationId, b: ConfigurationId): boolean {
  return a.term === b.term && a.version === b.version && a.digest !== b.digest;
}

/** Why a configuration may not follow another (rule 18), as far as the lists alone tell. */
export type ChangeProblem =
  | "duplicateMember"
  | "tooManyMembers"
  | "empty"
  | "leaderNotIncluded"
  | "moreThanOneVoter"
  | "voterBecomesObserver"
  | "newVoterNotObserver"
  | "incarnationUnknown"
  | "incarnationChanged";

/** Judges the step from one configuration to the next that `leader` wants to take; null if the lists allow it. */
export function changeProblem(from: Configuration, to: Configuration, leader: NodeId): ChangeProblem | null {
  const ids = membersOf(to).map((member) => member.id);
  if (new Set(ids).size !== ids.length) return "duplicateMember";
  // No frame carries more: a leader that took one more could tell nobody of it.
  if (ids.length > maxMemberCount) return "tooManyMembers";
  if (to.voters.length === 0) return "empty";
  if (voterOf(to, leader) === undefined) return "leaderNotIncluded";
  const added = to.voters.filter((member) => voterOf(from, member.id) === undefined);
  const removed = from.voters.filter((member) => voterOf(to, member.id) === undefined);
  if (added.length + removed.length > 1) return "moreThanOneVoter";
  // It would refuse those who still count it as a voter, and not campaign itself: with the leader gone, nobody might be left to elect.
  if (removed.some((member) => memberOf(to, member.id) !== undefined)) return "voterBecomesObserver";
  if (added.some((member) => memberOf(from, member.id) === undefined)) return "newVoterNotObserver";
  // A voter under another incarnation is another node under the same name: the old one must leave first (rule 22).
  if (to.voters.some((member) => memberOf(from, member.id)?.incarnation !== member.incarnation))
    return "incarnationChanged";
  const strangers = to.observers.filter((member) => memberOf(from, member.id) === undefined);
  return strangers.some((member) => member.incarnation === null) ? "incarnationUnknown" : null;
}

function sortedById(members: readonly Member[]): Member[] {
  return [...members].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * A hash of the cluster's id, of who votes, who observes and which incarnation each has. Addresses do not count: two founders may
 * reach the same third by different names.
 */
function digestOf(
  lists: { readonly voters: readonly Member[]; readonly observers: readonly Member[] },
  clusterId: string | null,
): string {
  const names = [lists.voters.map(nameOf), lists.observers.map(nameOf)];
  return hash53(JSON.stringify(clusterId === null ? names : [...names, clusterId]));
}

/** A 53-bit hash in base 36. It finds mistakes, not attackers (the cyrb53 construction). */
export function hash53(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return ((high & 0x1fffff) * 0x100000000 + (low >>> 0)).toString(36);
}

function nameOf(member: Member): readonly [NodeId, string | null] {
  return [member.id, member.incarnation];
}
