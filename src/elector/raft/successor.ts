import { type Node, type NodeId, quorumSize } from "../../protocol/index.js";
import type { Schedule } from "../../runtime/ports.js";
import type { Events } from "../observers/events.js";
import { atMost } from "../ports/ports-in-time.js";
import { leaderOf } from "./leader-known.js";

/** What a leader that stops needs of its elector. */
export interface SuccessorDeps {
  readonly node: Node;
  readonly events: Events;
  readonly schedule: Schedule;
  isConnected(id: NodeId): boolean;
}

/**
 * Resolves once the leadership was passed on: this node has stepped down and another leads, or none can be elected, or the limit is over.
 * @param steppedDown resolves when this node, which hands over, has stepped down
 */
export function passOn(steppedDown: Promise<void>, limitMs: number, deps: SuccessorDeps): Promise<void> {
  const succeeded = whileElectable(deps, steppedDown).then(() => successorOf(deps));
  return atMost(deps.schedule, limitMs, succeeded);
}

/** Resolves when another leads, when too few voters are left to elect one, or when an election has had its time: to end the links sooner may cut off what tells the transferee. */
function successorOf(deps: SuccessorDeps): Promise<void> {
  const { node, events, schedule } = deps;
  let done = (): void => {};
  const known = new Promise<void>((resolve) => {
    done = () => {
      cancel();
      forget();
      resolve();
    };
    const cancel = schedule(node.settings.electionTimeout.maxMs, () => done());
    const forget = events.subscribe((event) => {
      if (event.kind === "leader" && event.leader !== null) done();
    });
    if (leaderOf(node) !== null) done();
  });
  return whileElectable(deps, known).then(done);
}

/** Resolves with the promise, or once too few voters are linked to elect another leader: where all members stop at once, none waits for the others. */
function whileElectable(deps: SuccessorDeps, promise: Promise<void>): Promise<void> {
  const { node, schedule, isConnected } = deps;
  return new Promise((resolve) => {
    let cancel = (): void => {};
    const done = (): void => {
      cancel();
      resolve();
    };
    const look = (): void => {
      const { voters } = node.record.configuration;
      // This node may still give its vote.
      const linked = voters.filter(({ id }) => id === node.id || isConnected(id));
      if (linked.length < Math.max(2, quorumSize(voters.length))) done();
      else cancel = schedule(node.settings.heartbeatIntervalMs, look);
    };
    look();
    void promise.then(done);
  });
}
