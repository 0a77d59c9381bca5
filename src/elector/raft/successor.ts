import { type Node, type NodeId, quorumSize } from "../../protocol/index.js";
import type { Schedule } from "../../runtime/ports.js";
import type { Events } from "../observers/events.js";
import { leaderOf } from "./leader-known.js";

/** What a leader that stops needs of its elector. */
export interface SuccessorWorld {
  readonly node: Node;
  readonly events: Events;
  readonly schedule: Schedule;
  isConnected(id: NodeId): boolean;
}

/** Resolves when another leads, when too few voters are left to elect one, or when an election has had its time: to end the links sooner may cut off what tells the transferee. */
export function successorOf(world: SuccessorWorld): Promise<void> {
  const { node, events, schedule } = world;
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
  return whileElectable(world, known).then(done);
}

/** Resolves with the promise, or once too few voters are linked to elect another leader: where all members stop at once, none waits for the others. */
export function whileElectable(world: SuccessorWorld, promise: Promise<void>): Promise<void> {
  const { node, schedule, isConnected } = world;
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
