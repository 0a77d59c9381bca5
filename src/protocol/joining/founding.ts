import { takeConfiguration } from "../algorithms/identity.js";
import type { Founding } from "../data/arrival.js";
import {
  type Configuration,
  foundingConfiguration,
  hash53,
  type Member,
  memberOf,
  membersOf,
  type NodeId,
} from "../data/configuration.js";
import type { Node } from "../data/node.js";
import type { Standing } from "../data/standing.js";
import { meetStart } from "./copies.js";

/**
 * A cluster is founded once, by founders that are all there and all empty (rule 28). Each founder makes the founding configuration by
 * itself, from what all said of themselves: no founder has to be asked for anything, and founders that heard the same make the same.
 * The cluster id is a hash of the founders' incarnations, so a node that counted on a founder which has lost its record since has another id.
 */

/** Notes what another founder says of itself; the newest word counts. */
export function meetFounder(node: Node, from: NodeId, incarnation: string, standing: Standing): void {
  const { arrival } = node;
  if (arrival?.kind !== "founding" || !arrival.founders.some(({ id }) => id === from)) return;
  arrival.met.set(from, { incarnation, standing });
}

/** Founds the cluster once every founder that is not left out was met, and none belongs to another cluster (rule 28). */
export function foundIfComplete(node: Node): void {
  const { arrival } = node;
  if (arrival?.kind !== "founding" || missingFounders(node).length > 0) return;
  const configuration = foundedBy(node, arrival);
  for (const { standing } of arrival.met.values())
    if (standing.clusterId !== null && standing.clusterId !== configuration.clusterId) return;
  takeConfiguration(node, configuration);
  for (const [id, { incarnation, standing }] of arrival.met) meetStart(node, id, incarnation, standing);
}

/** The founders that have to be met yet before the cluster can be founded; of a node that founds nothing, nobody. */
export function missingFounders({ id, arrival }: Node): readonly NodeId[] {
  if (arrival?.kind !== "founding") return [];
  const { founders, absent, met } = arrival;
  return founders
    .map((founder) => founder.id)
    .filter((one) => one !== id && !absent.has(one) && !met.has(one));
}

/** The founders that belong to a cluster in which this node, as it is, is none of the founders: why it cannot found one. */
export function foundedWithout(node: Node): readonly NodeId[] {
  const { arrival } = node;
  if (arrival?.kind !== "founding") return [];
  const own = missingFounders(node).length > 0 ? null : foundedBy(node, arrival).clusterId;
  return [...arrival.met]
    .filter(([, { standing }]) => standing.clusterId !== null && standing.clusterId !== own)
    .map(([id]) => id);
}

function foundedBy(node: Node, { founders, absent, met }: Founding): Configuration {
  const voters = founders.map((founder): Member => {
    const incarnation =
      founder.id === node.id ? node.record.incarnation : (met.get(founder.id)?.incarnation ?? null);
    return { ...founder, incarnation: absent.has(founder.id) ? null : incarnation };
  });
  const names = voters.map(({ id, incarnation }) => [id, incarnation] as const);
  names.sort(([a], [b]) => (a < b ? -1 : 1));
  return foundingConfiguration(voters, hash53(JSON.stringify([node.record.run.cluster, names])));
}

/**
 * True iff a node that belongs to no cluster yet takes a configuration from this sender: a founder from the others its settings name, or
 * over a link that is authenticated if it names this very record; a joiner from members its settings name, of the cluster they name, or
 * over a link that is authenticated. Never one in which its name stands for another record.
 * @param authenticated whether the sender has proved to know the cluster's token, or to hold a certificate
 * @param leads false for a candidate: it is believed about a founding in which this very record takes part, and about nothing else
 */
export function believesOnArrival(
  { id, arrival, record }: Node,
  from: NodeId,
  configuration: Configuration,
  authenticated: boolean,
  leads: boolean,
): boolean {
  if (arrival === null) return false;
  const own = memberOf(configuration, id)?.incarnation ?? null;
  if (own !== null && own !== record.incarnation) return false;
  if (!leads && (own === null || arrival.kind === "joining" || !agreesWith(configuration, arrival, id)))
    return false;
  if (arrival.kind === "founding") {
    // A leader that joined later takes a member that lost its record back by name.
    const isProven = authenticated && own !== null;
    const isNamed = memberOf(configuration, id) !== undefined;
    return isNamed && (isProven || arrival.founders.some((founder) => founder.id === from));
  }
  const { members, clusterId } = arrival;
  if (clusterId !== null && configuration.clusterId !== clusterId) return false;
  // A cluster id is no secret: where the settings name members too, it takes the word of one of them.
  return authenticated || members.has(from) || (clusterId !== null && members.size === 0);
}

/**
 * True iff a configuration has the founders that this node's settings name, and this node has met each that it counts on, and none in another
 * cluster. The sender's word for them is not enough: it may be old, and one of them have been elected since, in another cluster, by the
 * vote of a record of this node that is lost.
 */
function agreesWith(
  { voters, clusterId }: Configuration,
  { founders, met }: Founding,
  ownId: NodeId,
): boolean {
  if (voters.length !== founders.length) return false;
  return voters.every(({ id, incarnation }) => {
    if (!founders.some((founder) => founder.id === id)) return false;
    if (id === ownId) return true;
    const said = met.get(id)?.standing;
    if (said === undefined) return incarnation === null;
    return said.clusterId === null || said.clusterId === clusterId;
  });
}

/** Whom a node keeps links with: the other members; as long as the cluster is not founded, the other founders but those left out. */
export function peersOf({ id: own, arrival, record }: Node): readonly Member[] {
  if (arrival?.kind !== "founding") return membersOf(record.configuration).filter(({ id }) => id !== own);
  return arrival.founders.filter(({ id }) => id !== own && !arrival.absent.has(id));
}
