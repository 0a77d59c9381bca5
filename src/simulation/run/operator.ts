import { type Member, membersOf } from "../../protocol/index.js";
import { type Cluster, memberNamed } from "../cluster/cluster.js";
import type { SimulatedProcess } from "../cluster/simulated-process.js";
import type { Stream } from "../kernel/prng.js";

/** Asks the leader, if there is one, to hand over; the service drains at once. */
export function askTransfer(cluster: Cluster, to: SimulatedProcess | null): void {
  const leader = cluster.leader();
  if (leader === null || leader.paused) return;
  leader.driver.ask({ kind: "transfer", to: to?.id ?? null, reason: "resigned" }, (refusal) => {
    if (refusal === null) leader.driver.tell({ kind: "drained" });
  });
  leader.onSettled();
}

/** How long an operator waits before asking again, give or take a half. */
const retryMs = 100;

/**
 * Asks the leader to change the membership, again and again until it has come about: a newcomer becomes an observer and then a
 * voter, a leader that is to be removed hands over first.
 */
export function askReconfigure(
  cluster: Cluster,
  change: {
    readonly add: SimulatedProcess | null;
    readonly remove: SimulatedProcess | null;
    readonly untilMs: number;
    /** Two operators whose wishes collide must not ask in step for ever. */
    readonly chance: Stream;
  },
): void {
  if (changeOnce(cluster, change.add, change.remove)) return;
  const atMs = cluster.nowMs + retryMs * (0.5 + change.chance());
  if (atMs > change.untilMs) return;
  cluster.timeline.schedule(atMs, { happen: () => askReconfigure(cluster, change) }, 0, null);
}

/** Takes the next step; true once none is left. */
function changeOnce(
  cluster: Cluster,
  add: SimulatedProcess | null,
  remove: SimulatedProcess | null,
): boolean {
  const leader = cluster.leader();
  if (leader === null || leader.paused) return false;
  const { configuration } = leader.node.record;
  let voters: readonly Member[] = configuration.voters;
  let observers: readonly Member[] = configuration.observers;
  const has = (members: readonly Member[], process: SimulatedProcess) =>
    members.some(({ id }) => id === process.id);
  if (remove !== null && has(membersOf(configuration), remove)) {
    if (remove === leader) {
      // Somebody has to stay: the last voter would only resign, again and again.
      if (voters.length === 1) return true;
      askTransfer(cluster, null);
      return false;
    }
    voters = voters.filter(({ id }) => id !== remove.id);
    observers = observers.filter(({ id }) => id !== remove.id);
  } else if (add !== null && !has(voters, add)) {
    const known = observers.find(({ id }) => id === add.id);
    if (known === undefined) {
      const { incarnation } = add.disk.record;
      observers = [...observers, { ...memberNamed(add.id), incarnation }];
    } else {
      voters = [...voters, known];
      observers = observers.filter(({ id }) => id !== add.id);
    }
  } else return true;
  const { term, version } = configuration.id;
  leader.driver.ask({ kind: "reconfigure", expected: { term, version }, voters, observers }, () => {});
  leader.onSettled();
  return false;
}
