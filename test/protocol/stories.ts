import type { NodeId, TimingInput } from "../../src/protocol/index.js";
import { seededRandom } from "../support/prng.js";
import { CoreCluster } from "./support/cluster.js";
import type { Process } from "./support/host.js";
import { known, type Protocol, settingsFor } from "./support/nodes.js";

/** A course of events that leads to disaster where one rule is broken, and that chance alone hardly ever finds. */
export interface Story {
  readonly title: string;
  /** Throws `Caught` if the disaster happens. */
  readonly play: (protocol: Protocol) => void;
}

/** Short holds, for nodes that come back with other settings than they left. */
const quick: Partial<TimingInput> = {
  heartbeatIntervalMs: 20,
  electionTimeout: { minMs: 60, maxMs: 120 },
  quorumTimeoutMs: 200,
};

/** A cluster with exact clocks, a millisecond of latency and a leader; and its ids, the leader's first. */
function ledCluster(
  protocol: Protocol,
  ids: string,
  timings: Readonly<Record<NodeId, Partial<TimingInput>>> = {},
): [CoreCluster, ...NodeId[]] {
  const cluster = new CoreCluster(protocol);
  cluster.random = seededRandom(7);
  for (const id of ids)
    cluster.addHost(id, ids, settingsFor(protocol, { ...timings[id], clockDriftRatio: 0 }));
  for (const id of ids) cluster.start(id);
  // The first one is early; it will win.
  cluster.advance(30);
  const first = processOf(cluster, ids.charAt(0));
  first.node.draw = 0;
  first.node.waitFromMs -= 1000;
  cluster.tell(first, { kind: "timer" });
  if (!cluster.advance(50, () => first.node.announcedTerm !== null)) throw new Error("nobody leads");
  cluster.advance(200);
  return [cluster, ...ids];
}

function processOf(cluster: CoreCluster, id: NodeId): Process {
  const { process } = cluster.host(id);
  if (process === null) throw new Error(`${id} does not run`);
  return process;
}

/** No message between these two, in either direction. */
function cut(cluster: CoreCluster, one: NodeId, others: string): void {
  for (const other of others) cluster.cut.add(`${one}>${other}`).add(`${other}>${one}`);
}

/** The leader asks for these voters and observers, and everybody has time to hear of it. */
function change(
  cluster: CoreCluster,
  leader: NodeId,
  voters: string,
  observers: readonly NodeId[] = [],
): void {
  const { node } = processOf(cluster, leader);
  const now = cluster.protocol.membersOf(node.record.configuration);
  const member = (id: NodeId) =>
    now.find((one) => one.id === id) ?? known(id, cluster.host(id).disk.incarnation);
  cluster.tell(processOf(cluster, leader), {
    kind: "reconfigure",
    request: 1,
    expected: node.record.configuration.id,
    voters: [...voters].map(member),
    observers: observers.map(member),
  });
  cluster.advance(5);
}

/** `c` hears no leader and will soon ask `b`, on whose promise the lease of `a` rests. */
function leaseOnOnePromise(
  protocol: Protocol,
  timings: Readonly<Record<NodeId, Partial<TimingInput>>> = {},
): CoreCluster {
  const [cluster] = ledCluster(protocol, "abc", timings);
  cut(cluster, "a", "c");
  cluster.advance(800);
  const { node, host } = processOf(cluster, "c");
  cluster.advance(1000, () => node.role.name === "follower");
  cluster.advance(host.trueMs(node.timerAtMs) - cluster.nowMs - 5);
  return cluster;
}

/** Those that were found by search, not by chance. */
export const stories: readonly Story[] = [
  {
    title: "a voter restarts and is asked at once",
    play(protocol) {
      const cluster = leaseOnOnePromise(protocol);
      cluster.crash("b");
      cut(cluster, "a", "b");
      cluster.start("b");
      cluster.advance(1000);
    },
  },
  {
    title: "a voter restarts twice with a shorter hold",
    play(protocol) {
      const cluster = leaseOnOnePromise(protocol);
      cut(cluster, "a", "b");
      for (let time = 0; time < 2; time++) {
        cluster.crash("b");
        cluster.host("b").settings = settingsFor(protocol, { ...quick, clockDriftRatio: 0 });
        cluster.start("b");
        cluster.advance(2);
      }
      cluster.advance(1000);
    },
  },
  {
    title: "a voter restarts with short timeouts and asks for votes itself",
    play(protocol) {
      const cluster = leaseOnOnePromise(protocol);
      cut(cluster, "a", "b");
      cluster.crash("b");
      cluster.host("b").settings = settingsFor(protocol, { ...quick, clockDriftRatio: 0 });
      cluster.start("b").node.draw = 0;
      cluster.advance(1000);
    },
  },
  {
    title: "two voters leave, one after the other, and the last to hear of it joins hands with them",
    play(protocol) {
      const [cluster] = ledCluster(protocol, "abcde");
      for (const gone of "de") cut(cluster, gone, "ab");
      change(cluster, "a", "abcd");
      cut(cluster, "c", "ab");
      change(cluster, "a", "abc");
      cluster.advance(2000);
    },
  },
  {
    title: "a voter leaves, loses its disk and comes back with a shorter hold",
    play(protocol) {
      const long = { electionTimeout: { minMs: 600, maxMs: 900 }, voteHoldMs: 600 };
      const [cluster] = ledCluster(protocol, "abc", { a: { quorumTimeoutMs: 600 }, b: quick, c: long });
      change(cluster, "a", "ab");
      cluster.crash("c");
      const host = cluster.host("c");
      host.settings = settingsFor(protocol, { ...quick, clockDriftRatio: 0 });
      cluster.wipe(host, null);
      cluster.start("c");
      change(cluster, "a", "ab", ["c"]);
      change(cluster, "a", "abc");
      cut(cluster, "a", "bc");
      cluster.advance(1000);
    },
  },
  {
    title: "a transferee that failed asks again, and one that already follows another leader hears it",
    play(protocol) {
      const [cluster] = ledCluster(protocol, "abc");
      const [leader, transferee, voter] = ["a", "b", "c"].map((id) => processOf(cluster, id)) as [
        Process,
        Process,
        Process,
      ];
      cluster.tell(leader, { kind: "transfer", to: "b", reason: "unhealthy", request: 1 });
      cluster.drain(leader);
      cut(cluster, "b", "c");
      cluster.advance(1.5);
      cut(cluster, "b", "a");
      cluster.letters = [];
      // The transferee fails, and its round ends; the others elect somebody of the same term.
      const followed = () => voter.node.role.name === "follower" && voter.node.role.leader === "a";
      // Its disk is slow, so the voter does not hear of the confirmed configuration at once.
      leader.host.writeMs = 10;
      leader.node.draw = 0;
      leader.node.waitFromMs -= 1000;
      leader.node.contactAtMs -= 1000;
      voter.node.contactAtMs -= 1000;
      cluster.tell(leader, { kind: "timer" });
      cluster.advance(50, () => leader.node.role.name === "leader");
      // Before the first heartbeat reaches the voter, it gives the transferee a pre-vote.
      const beats = cluster.letters.filter(({ to, message }) => to === "c" && message?.kind === "heartbeat");
      cluster.letters = [];
      cluster.cut.clear();
      cut(cluster, "a", "b");
      transferee.node.draw = 0;
      transferee.node.waitFromMs -= 1000;
      transferee.node.contactAtMs -= 1000;
      cluster.tell(transferee, { kind: "timer" });
      const asked = cluster.letters.find(({ to, from }) => to === "c" && from === "b");
      if (asked === undefined) throw new Error("the transferee does not ask");
      cluster.deliver(asked);
      const granted = cluster.letters.find(
        ({ to, message }) => to === "b" && message?.kind === "requestVoteReply",
      );
      cluster.letters = [];
      // Then it follows, promises, and the leader has its lease.
      cluster.letters.push(...beats);
      cluster.advance(3, followed);
      cluster.advance(1.5);
      if (granted !== undefined) cluster.letters.push({ ...granted, dueMs: cluster.nowMs });
      cut(cluster, "a", "c");
      cluster.advance(100);
    },
  },
  {
    title: "a leader that handed over beats once more before the voters vote",
    play(protocol) {
      const [cluster] = ledCluster(protocol, "abc");
      const leader = processOf(cluster, "a");
      cluster.tell(leader, { kind: "transfer", to: "b", reason: "resigned", request: 1 });
      cluster.advance(1.5);
      // The transferee has its order, its requests are slow, and it hears of the leader no more.
      cut(cluster, "a", "b");
      const requests = cluster.letters.filter(({ message }) => message?.kind === "requestVote");
      cluster.letters = cluster.letters.filter((letter) => !requests.includes(letter));
      const beatsBefore = leader.node.role.name === "leader" ? leader.node.role.seq : 0;
      cluster.advance(100, () => leader.node.role.name === "leader" && leader.node.role.seq > beatsBefore);
      cluster.advance(2.5);
      cut(cluster, "a", "c");
      cluster.letters.push(...requests);
      cluster.advance(300);
    },
  },
  {
    title: "a transferee hands over in its turn before its own wait is over",
    play(protocol) {
      const [cluster] = ledCluster(protocol, "abc");
      const [leader, transferee] = [processOf(cluster, "a"), processOf(cluster, "b")];
      cluster.tell(leader, { kind: "transfer", to: "b", reason: "resigned", request: 1 });
      cluster.advance(1.5);
      cut(cluster, "a", "bc");
      if (!cluster.advance(50, () => transferee.node.role.name === "leader"))
        throw new Error("the transferee is not elected");
      cluster.advance(5);
      cluster.tell(transferee, { kind: "transfer", to: "c", reason: "unhealthy", request: 2 });
      cluster.drain(transferee);
      cluster.advance(300);
    },
  },
  {
    title: "a transferee changes the membership before its wait is over",
    play(protocol) {
      const long = { electionTimeout: { minMs: 600, maxMs: 900 }, voteHoldMs: 600 };
      const [cluster] = ledCluster(protocol, "abc", { a: { quorumTimeoutMs: 600 }, b: quick, c: long });
      for (const id of "de") {
        cluster.addHost(id, null, settingsFor(protocol, { ...quick, clockDriftRatio: 0 }));
        cluster.start(id);
      }
      change(cluster, "a", "abc", ["d", "e"]);
      cluster.tell(processOf(cluster, "a"), { kind: "transfer", to: "b", reason: "resigned", request: 1 });
      cluster.advance(1.5);
      cut(cluster, "a", "bcde");
      const transferee = processOf(cluster, "b");
      if (!cluster.advance(50, () => transferee.node.role.name === "leader"))
        throw new Error("the transferee is not elected");
      cluster.advance(5);
      change(cluster, "b", "abcd", ["e"]);
      change(cluster, "b", "abcde");
      cluster.crash("b");
      cluster.start("b");
      cluster.advance(1000);
    },
  },
];
