import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";

/** Names for nodes in a scenario: an id, a selector, or a list of these. */
export type Who = string | readonly string[];

/** Who is who as of the moment the first fault strikes. */
export class RolesAtFault {
  readonly leader: SimulatedProcess | null;
  /** The voters but the leader, in the order of their ids in the scenario. */
  readonly followers: readonly SimulatedProcess[];
  private readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.leader = cluster.leader();
    this.followers = cluster.processes.filter(
      (process) => process !== this.leader && cluster.options.voters.includes(process.id),
    );
  }

  /** The processes named, each once. A part that nobody plays, such as the leader where there is none, is nobody. */
  resolve(who: Who): SimulatedProcess[] {
    if (typeof who !== "string") return [...new Set(who.flatMap((one) => this.resolve(one)))];
    if (who === "all") return [...this.cluster.processes];
    if (who === "followers") return [...this.followers];
    if (who === "leader") return this.leader === null ? [] : [this.leader];
    const index = /^follower([1-9][0-9]*)$/.exec(who)?.[1];
    const named = this.cluster.processes.find(({ id }) => id === who);
    if (named !== undefined) return [named];
    const follower = index === undefined ? undefined : this.followers[Number(index) - 1];
    return follower === undefined ? [] : [follower];
  }

  /** The part a process plays: `leader`, `follower2`, or its id for an observer or where nobody led. */
  roleOf(process: SimulatedProcess): string {
    if (process === this.leader) return "leader";
    const index = this.followers.indexOf(process);
    return index < 0 || this.leader === null ? process.id : `follower${index + 1}`;
  }
}
