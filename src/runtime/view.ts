import {
  type Configuration,
  isConfigurationCommitted,
  knownLeader,
  type Node,
  type NodeId,
} from "../protocol/index.js";

/** What an owner may want to hear of when it changes. */
export interface View {
  readonly role: Node["role"]["name"];
  readonly leader: NodeId | null;
  readonly metadata: string | null;
  readonly metadataTold: boolean;
  readonly expectsMetadata: boolean;
  readonly term: number;
  readonly announcedTerm: number | null;
  readonly transferee: Node["transferee"];
  readonly configuration: Configuration;
  readonly committed: boolean;
  readonly removed: boolean;
  readonly amnesiacCount: number;
  readonly believedStranger: NodeId | null;
  /** How many other founders have said who they are, while the cluster is not founded. */
  readonly founderCount: number;
}

/** The node as it is now. */
export function view(node: Node): View {
  const { role, record } = node;
  return {
    role: role.name,
    leader: knownLeader(node),
    metadata: node.leaderMetadata,
    metadataTold: node.metadataTold,
    expectsMetadata: node.expectsMetadata,
    term: record.term,
    announcedTerm: node.announcedTerm,
    transferee: node.transferee,
    configuration: record.configuration,
    committed: isConfigurationCommitted(node),
    removed: node.removed,
    amnesiacCount: node.amnesiacs.size,
    believedStranger: node.believedStranger,
    founderCount: founderCount(node),
  };
}

/** True iff the node differs from how it was seen; asked after every step, so it allocates nothing where nothing changed. */
export function changed(node: Node, seen: View): boolean {
  const { role, record } = node;
  return (
    role.name !== seen.role ||
    knownLeader(node) !== seen.leader ||
    node.leaderMetadata !== seen.metadata ||
    node.metadataTold !== seen.metadataTold ||
    node.expectsMetadata !== seen.expectsMetadata ||
    record.term !== seen.term ||
    node.announcedTerm !== seen.announcedTerm ||
    node.transferee !== seen.transferee ||
    record.configuration !== seen.configuration ||
    node.removed !== seen.removed ||
    node.amnesiacs.size !== seen.amnesiacCount ||
    node.believedStranger !== seen.believedStranger ||
    (node.arrival !== null && founderCount(node) !== seen.founderCount) ||
    // A quorum that held a configuration goes on holding it, so this is asked only until it does.
    (role.name === "leader" && !seen.committed && isConfigurationCommitted(node))
  );
}

function founderCount({ arrival }: Node): number {
  return arrival?.kind === "founding" ? arrival.met.size : 0;
}
