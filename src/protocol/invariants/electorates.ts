import type { Configuration, ConfigurationId, Member, NodeId } from "../data/configuration.js";
import type { DurableRecord } from "../data/record.js";

/** What configurations a node goes by: the one in its memory, and the one that a crash would leave. */
export interface Holder {
  readonly incarnation: string;
  readonly record: DurableRecord;
  readonly durable: DurableRecord;
}

/**
 * The pairs of configurations that could both elect somebody now, and have quorums that share no voter (I7 of docs/protocol.md). Written
 * apart from what it judges.
 * @param first the first incarnation of each node: the one that configurations mean when they name none
 */
export function disjointElectorates(
  holders: ReadonlyMap<NodeId, Holder>,
  first: ReadonlyMap<NodeId, string>,
): readonly (readonly [Configuration, Configuration])[] {
  const able: Configuration[] = [];
  for (const [id, { incarnation, record, durable }] of holders)
    for (const configuration of [record.configuration, durable.configuration]) {
      const known = able.some(
        (other) => !newer(other.id, configuration.id) && !newer(configuration.id, other.id),
      );
      const votes = configuration.voters.some((voter) => voter.id === id && means(first, voter, incarnation));
      if (votes && !known && canElect(configuration, holders, first)) able.push(configuration);
    }
  return able.flatMap((one, index) =>
    able
      .slice(index + 1)
      .filter((other) => one.id.digest !== other.id.digest && !quorumsMeet(one, other))
      .map((other) => [one, other] as const),
  );
}

/** True iff `a` is newer than `b`. */
export function newer(a: ConfigurationId, b: ConfigurationId): boolean {
  return a.term === b.term ? a.version > b.version : a.term > b.term;
}

/** True iff a quorum of its voters would not refuse it for having a newer one, even after a crash. */
function canElect(
  configuration: Configuration,
  holders: ReadonlyMap<NodeId, Holder>,
  first: ReadonlyMap<NodeId, string>,
): boolean {
  const free = configuration.voters.filter((voter) => {
    const holder = holders.get(voter.id);
    if (holder === undefined || !means(first, voter, holder.incarnation)) return false;
    const { id } = holder.durable.configuration;
    return id.version > 0 && !newer(id, configuration.id);
  });
  return free.length >= majority(configuration);
}

/** True iff a member that a configuration names is this incarnation. */
function means(first: ReadonlyMap<NodeId, string>, { id, incarnation }: Member, actual: string): boolean {
  return (incarnation ?? first.get(id)) === actual;
}

/** True iff no quorum of one can be formed beside a quorum of the other: both need more of those they share than there are. */
function quorumsMeet(one: Configuration, other: Configuration): boolean {
  const shared = one.voters.filter(({ id }) => other.voters.some((voter) => voter.id === id)).length;
  const needs = (of: Configuration): number => Math.max(0, majority(of) - (of.voters.length - shared));
  return needs(one) + needs(other) > shared;
}

function majority({ voters }: Configuration): number {
  return (voters.length >> 1) + 1;
}
