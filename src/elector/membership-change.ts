import { RaftbeatError } from "../errors.js";
import {
  addressRule,
  idRule,
  isAddress,
  isConfigurationCommitted,
  isId,
  type Member,
  memberOf,
  type NodeId,
  type RequestRefusal,
  voterOf,
} from "../protocol/index.js";
import type { Driver } from "../runtime/driver.js";
import type { Schedule } from "../runtime/ports.js";
import type { MembershipChange } from "./elector.js";
import type { Links } from "./links.js";

/** What changing the membership needs of its elector. */
export interface MembershipWorld {
  readonly driver: Driver;
  readonly schedule: Schedule;
  /** How often is tried again while something is not ready. */
  readonly retryMs: number;
  readonly links: Links;
}

/** How far a change has come: done, to be tried again for a reason, or impossible. */
type Progress = "done" | { readonly wait: string } | RaftbeatError;

/**
 * Takes a change step by step, one configuration after the other, until a quorum holds the last (rule 18). Returns what ends the tries.
 * `onDone` is told null, or `notLeader`, `reconfigureRefused`, `timeout` or `stopped`.
 */
export function changeMembership(
  change: MembershipChange,
  timeoutMs: number,
  world: MembershipWorld,
  onDone: (error: RaftbeatError | null) => void,
): () => void {
  const problem = problemOf(change) ?? problemOfTimeout(timeoutMs);
  if (problem !== null) return world.schedule(0, () => onDone(problem));
  let waitsFor = "the first try";
  let cancelRetry = (): void => {};
  let uninvite = (): void => {};
  const cancelTimeout = world.schedule(timeoutMs, () =>
    finish(
      new RaftbeatError("timeout", `the membership was not changed within ${timeoutMs} ms: ${waitsFor}`),
    ),
  );

  function finish(error: RaftbeatError | null): void {
    end();
    onDone(error);
  }

  function end(): void {
    cancelRetry();
    cancelTimeout();
    uninvite();
  }

  function attempt(): void {
    const progress = "add" in change ? addStep(change.add, world) : removeStep(change.remove, world);
    if (progress === "done") finish(null);
    else if (progress instanceof RaftbeatError) finish(progress);
    else {
      waitsFor = progress.wait;
      cancelRetry = world.schedule(world.retryMs, attempt);
    }
  }

  cancelRetry = world.schedule(0, () => {
    // A node that is to be added may not know where the leader is, so the leader looks for it.
    if ("add" in change) {
      const { id, address } = change.add;
      uninvite = world.links.invite({ id, address, incarnation: null });
    }
    attempt();
  });
  return end;
}

type Added = Extract<MembershipChange, { readonly add: unknown }>["add"];

function addStep(add: Added, world: MembershipWorld): Progress {
  const { node } = world.driver;
  if (node.role.name !== "leader") return notLeader(node.id);
  const { configuration } = node.record;
  const { voters, observers } = configuration;
  const { id, address } = add;
  const incarnation = add.incarnation ?? world.links.connected.get(id)?.incarnation;
  const member = memberOf(configuration, id);
  if (member === undefined) {
    if (incarnation === undefined)
      return {
        wait: `${id} at ${address} has not been met yet: is it running, with join and the same cluster and token?`,
      };
    return ask(world, voters, [...observers, { id, address, incarnation }]);
  }
  const other = otherMember(member, add, node.amnesiacs.has(id));
  if (other !== null)
    return new RaftbeatError(
      "reconfigureRefused",
      `${id} is a member already, ${other}: remove it first, then add it`,
    );
  if (add.voter === false || voterOf(configuration, id) !== undefined) return committed(world);
  return ask(
    world,
    [...voters, member],
    observers.filter((observer) => observer.id !== id),
  );
}

/** Why a member is not what is to be added, or null if it is. */
function otherMember(member: Member, add: Added, amnesiac: boolean): string | null {
  if (amnesiac) return "and has come back without its votes";
  if (member.address !== add.address) return `at ${member.address} and not at ${add.address}`;
  if (add.incarnation !== undefined && member.incarnation !== null && member.incarnation !== add.incarnation)
    return `as incarnation ${member.incarnation} and not ${add.incarnation}`;
  return null;
}

function problemOf(change: MembershipChange): RaftbeatError | null {
  if (!("add" in change)) return null;
  const { id, address, incarnation } = change.add;
  const invalid = (text: string): RaftbeatError => new RaftbeatError("invalidSettings", text);
  if (!isId(id)) return invalid(`the id to add (${id}) must be ${idRule}`);
  if (!isAddress(address)) return invalid(`the address of ${id} (${address}) must be ${addressRule}`);
  if (incarnation !== undefined && !isId(incarnation))
    return invalid(`the incarnation of ${id} (${incarnation}) must be ${idRule}`);
  return null;
}

function problemOfTimeout(timeoutMs: number): RaftbeatError | null {
  if (Number.isFinite(timeoutMs) && timeoutMs > 0) return null;
  return new RaftbeatError(
    "invalidSettings",
    `timeoutMs (${timeoutMs}) must be a number of milliseconds above 0`,
  );
}

function removeStep(id: NodeId, world: MembershipWorld): Progress {
  const { node } = world.driver;
  if (node.role.name !== "leader") return notLeader(node.id);
  if (id === node.id)
    return new RaftbeatError(
      "reconfigureRefused",
      `${id} leads and cannot remove itself: transfer the leadership first, then ask the new leader`,
    );
  const { configuration } = node.record;
  if (memberOf(configuration, id) === undefined) return committed(world);
  const without = (members: readonly Member[]): Member[] => members.filter((member) => member.id !== id);
  return ask(world, without(configuration.voters), without(configuration.observers));
}

/** Asks for the next configuration; what comes of it is seen at the next try. */
function ask(world: MembershipWorld, voters: readonly Member[], observers: readonly Member[]): Progress {
  const { driver } = world;
  let refusal: RequestRefusal | "stopped" | null = null;
  driver.ask(
    { kind: "reconfigure", expected: driver.node.record.configuration.id, voters, observers },
    (answer) => {
      refusal = answer;
    },
  );
  return progressOf(refusal, driver.node.id);
}

function progressOf(refusal: RequestRefusal | "stopped" | null, id: NodeId): Progress {
  switch (refusal) {
    case null:
      return { wait: "a quorum does not hold the new configuration yet" };
    case "notCommitted":
      return { wait: "a quorum does not hold the present configuration yet" };
    case "changedMeanwhile":
      return { wait: "the configuration changed meanwhile" };
    case "notReady":
      return { wait: "the new voter has not caught up yet, or who handed over still drains" };
    case "notLeader":
      return notLeader(id);
    case "stopped":
      return new RaftbeatError("stopped", "the elector was stopped");
    default:
      return new RaftbeatError("reconfigureRefused", `the membership cannot be changed so: ${refusal}`);
  }
}

function committed({ driver }: MembershipWorld): Progress {
  return isConfigurationCommitted(driver.node)
    ? "done"
    : { wait: "a quorum does not hold the present configuration yet" };
}

function notLeader(id: NodeId): RaftbeatError {
  return new RaftbeatError("notLeader", `${id} does not lead: ask the leader to change the membership`);
}
