import { RaftbeatError } from "../../errors.js";
import {
  type ChangeProblem,
  isConfigurationCommitted,
  type Member,
  maxMemberCount,
  memberOf,
  membersOf,
  type NodeId,
  type RequestRefusal,
  voterOf,
} from "../../protocol/index.js";
import type { Driver } from "../../runtime/driver.js";
import type { Schedule } from "../../runtime/ports.js";
import type { MembershipChange } from "../api.js";
import type { Links } from "../ports/links.js";

/** What changing the membership needs of its elector. */
export interface MembershipDeps {
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
  deps: MembershipDeps,
  onDone: (error: RaftbeatError | null) => void,
): () => void {
  let waitsFor = "the first try";
  let cancelRetry = (): void => {};
  let uninvite = (): void => {};
  const cancelTimeout = deps.schedule(timeoutMs, () =>
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
    const progress = nextStep(change, deps);
    if (progress === "done") finish(null);
    else if (progress instanceof RaftbeatError) finish(progress);
    else {
      waitsFor = progress.wait;
      cancelRetry = deps.schedule(deps.retryMs, attempt);
    }
  }

  cancelRetry = deps.schedule(0, () => {
    // A node that is to be added may not know where the leader is, so the leader looks for it.
    if ("add" in change) {
      const { id, address } = change.add;
      uninvite = deps.links.invite({ id, address, incarnation: null });
    }
    attempt();
  });
  return end;
}

function nextStep(change: MembershipChange, deps: MembershipDeps): Progress {
  const { node } = deps.driver;
  if (node.role.name !== "leader") return notLeader(node.id);
  if ("add" in change) return addStep(change.add, deps);
  return "remove" in change ? removeStep(change.remove, deps) : addressStep(change.address, deps);
}

type Added = Extract<MembershipChange, { readonly add: unknown }>["add"];

function addStep(add: Added, deps: MembershipDeps): Progress {
  const { node } = deps.driver;
  const { configuration } = node.record;
  const { voters, observers } = configuration;
  const { id, address } = add;
  const incarnation = add.incarnation ?? deps.links.connected.get(id)?.incarnation;
  const member = memberOf(configuration, id);
  if (member === undefined) {
    if (membersOf(configuration).length >= maxMemberCount)
      return new RaftbeatError("reconfigureRefused", reasons.tooManyMembers);
    if (incarnation === undefined)
      return {
        wait: `${id} at ${address} has not been met yet: is it running, with join and the same cluster and token?`,
      };
    return ask(deps, voters, [...observers, { id, address, incarnation }]);
  }
  const other = otherMember(member, add, node.amnesiacs.has(id));
  if (other !== null) return new RaftbeatError("reconfigureRefused", `${id} is a member already, ${other}`);
  if (add.voter === false || voterOf(configuration, id) !== undefined) return committed(deps);
  return ask(
    deps,
    [...voters, member],
    observers.filter((observer) => observer.id !== id),
  );
}

/** Why a member is not what is to be added, or null if it is. */
function otherMember(member: Member, add: Added, amnesiac: boolean): string | null {
  if (amnesiac) return "and has come back without its votes: remove it first, then add it";
  if (member.address !== add.address)
    return `at ${member.address} and not at ${add.address}: if it has moved, change its address instead`;
  if (add.incarnation !== undefined && member.incarnation !== null && member.incarnation !== add.incarnation)
    return `as incarnation ${member.incarnation} and not ${add.incarnation}: remove it first, then add it`;
  return null;
}

function removeStep(id: NodeId, deps: MembershipDeps): Progress {
  const { node } = deps.driver;
  if (id === node.id)
    return new RaftbeatError(
      "reconfigureRefused",
      `${id} leads and cannot remove itself: transfer the leadership first, then ask the new leader`,
    );
  const { configuration } = node.record;
  if (memberOf(configuration, id) === undefined) return committed(deps);
  const without = (members: readonly Member[]): Member[] => members.filter((member) => member.id !== id);
  return ask(deps, without(configuration.voters), without(configuration.observers));
}

type Moved = Extract<MembershipChange, { readonly address: unknown }>["address"];

/** The digest of a configuration leaves addresses out, so this gives a new version with the digest of the one before. */
function addressStep({ id, address }: Moved, deps: MembershipDeps): Progress {
  const { configuration } = deps.driver.node.record;
  const member = memberOf(configuration, id);
  if (member === undefined)
    return new RaftbeatError("reconfigureRefused", `${id} is no member: add it, with its address`);
  if (member.address === address) return committed(deps);
  const moved = (members: readonly Member[]): Member[] =>
    members.map((one) => (one.id === id ? { ...one, address } : one));
  return ask(deps, moved(configuration.voters), moved(configuration.observers));
}

/** Asks for the next configuration; what comes of it is seen at the next try. */
function ask(deps: MembershipDeps, voters: readonly Member[], observers: readonly Member[]): Progress {
  const { driver } = deps;
  let refusal: RequestRefusal | "stopped" | null = null;
  driver.ask(
    { kind: "reconfigure", expected: driver.node.record.configuration.id, voters, observers },
    (answer) => {
      refusal = answer;
    },
  );
  return progressOf(refusal, driver.node.id);
}

/** Why a change is impossible, in words. */
const reasons: Readonly<
  Record<ChangeProblem | "handingOver" | "notVoter" | "arbiter" | "notContending", string>
> = {
  handingOver: "the leader hands over; ask the next one",
  notVoter: "the node is no voter",
  arbiter: "an arbiter never leads",
  notContending: "that voter may not campaign at present",
  duplicateMember: "a member would be there twice",
  tooManyMembers: `there would be more than ${maxMemberCount} members, the most that a cluster may have: remove one first`,
  empty: "no voter would be left",
  leaderNotIncluded: "the leader would not be a voter: transfer the leadership first",
  moreThanOneVoter: "more than one voter would change: change one after the other",
  voterBecomesObserver: "a voter would become an observer: remove it, then add it with voter: false",
  newVoterNotObserver: "the new voter is no observer yet",
  incarnationUnknown: "the new member has not been met yet",
  incarnationChanged: "a voter would come back with another record: remove it, then add it",
};

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
      return new RaftbeatError(
        "reconfigureRefused",
        `the membership cannot be changed so: ${reasons[refusal]}`,
      );
  }
}

function committed({ driver }: MembershipDeps): Progress {
  return isConfigurationCommitted(driver.node)
    ? "done"
    : { wait: "a quorum does not hold the present configuration yet" };
}

function notLeader(id: NodeId): RaftbeatError {
  return new RaftbeatError("notLeader", `${id} does not lead: ask the leader to change the membership`);
}
