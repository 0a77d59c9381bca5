import type { Cluster } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import type { Stream } from "../kernel/prng.js";
import type { Scenario } from "../scenario/scenario.js";
import { raiseConfiguration } from "./configuration-ranks.js";
import { RolesAtFault } from "./selectors.js";

/** A cluster that has no stable leader after so long will not get one. */
export const longestSettlingMs = 600_000;

/** So many of a new leader's heartbeats make its start forgotten. */
const heartbeatsBeforeCrash = 4;

/** How often to wait for a leader that does not lose its place before its time has come to die. */
const mostAttempts = 100;

/**
 * The start of the classic measurements: the leader's heartbeat has reached all, and the leader dies at a random phase of the
 * interval until the next. A node that may not win goes by an older configuration, as a short log would have it.
 * @param onCrash is called just before @param runTo passes time, up to then or until that holds
 * @returns who was who at the crash, or null where nobody would lead
 */
export function crashAtPhase(
  cluster: Cluster,
  scenario: Scenario,
  onCrash: () => void,
  runTo: (untilMs: number, done?: () => boolean) => void,
): RolesAtFault | null {
  const stream = cluster.streamOf("crash-phase");
  const leader = leaderAtPhase(cluster, stream, runTo);
  if (leader === null) return null;
  const roles = new RolesAtFault(cluster);
  onCrash();
  cluster.crash(leader, { host: false });
  const { eligible } = scenario;
  if (eligible !== undefined) {
    const first = Math.floor(cluster.streamOf("eligible")() * roles.followers.length);
    for (let index = 0; index < Math.min(eligible, roles.followers.length); index++)
      raiseConfiguration(roles.followers[(first + index) % roles.followers.length] as SimulatedProcess);
  }
  return roles;
}

/** Passes some heartbeats and then so much of the next interval; the node that leads all the while is the one to die. Null: no node ever does. */
function leaderAtPhase(
  cluster: Cluster,
  stream: Stream,
  runTo: (untilMs: number, done?: () => boolean) => void,
): SimulatedProcess | null {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    runTo(cluster.nowMs + longestSettlingMs, () => cluster.isSettled());
    const leader = cluster.leader();
    if (leader === null) return null;
    const { term } = leader.node.record;
    runTo(cluster.nowMs + heartbeatsBeforeCrash * leader.settings.heartbeatIntervalMs);
    const { role } = leader.node;
    if (role.name === "leader") runTo(leader.clock.trueMs(role.nextHeartbeatAtMs));
    runTo(cluster.nowMs + stream() * leader.settings.heartbeatIntervalMs);
    if (leader.node.record.term === term && leader === cluster.leader() && cluster.isSettled()) return leader;
  }
  return null;
}
