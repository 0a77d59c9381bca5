import type { LossReason, Member, NodeId } from "../../../src/protocol/index.js";
import type { Chaos } from "./chaos.js";
import type { Host, Process } from "./host.js";
import { known, settingsFor } from "./nodes.js";

/** The name of a stroke. */
export type Stroke = keyof typeof strokes;

/** Timings that one cluster may mix. */
export const timings = [
  {},
  { voteHoldMs: 110 },
  { heartbeatIntervalMs: 20, electionTimeout: { minMs: 60, maxMs: 120 } },
  { heartbeatIntervalMs: 100, electionTimeout: { minMs: 300, maxMs: 500 }, voteHoldMs: 250 },
  {
    heartbeatIntervalMs: 30,
    electionTimeout: { minMs: 150, maxMs: 200 },
    voteHoldMs: 60,
    quorumTimeoutMs: 400,
  },
];

/** What may happen to a cluster in one stroke. */
export const strokes = {
  /** Everything goes its way for a while. */
  run: ({ cluster, random }: Chaos) => cluster.advance(random() * 40),
  runLong: ({ cluster, random }: Chaos) => cluster.advance(100 + random() * 500),
  next: ({ cluster }: Chaos) => cluster.next(Number.MAX_VALUE),
  /** Time passes and nobody gets anything done: what falls due is overdue, and may then come in any order. */
  stall: (chaos: Chaos) => {
    chaos.cluster.nowMs += chaos.random() * chaos.random() * 400;
  },
  /** To the very end of a lease or a hold, give or take a moment. */
  edge: (chaos: Chaos) => {
    const { cluster } = chaos;
    const process = chaos.process(0.5);
    if (process === undefined) return;
    const { holdUntil, leaseUntil } = cluster.protocol;
    const clockMs = chaos.chance(0.5) ? holdUntil(process.node) : leaseUntil(process.node);
    const atMs = process.host.trueMs(clockMs) + (chaos.random() - 0.5) * 0.02;
    if (!(atMs > cluster.nowMs && atMs < cluster.nowMs + 1000)) return;
    if (chaos.chance(0.5)) cluster.advance(atMs - cluster.nowMs);
    else cluster.nowMs = atMs;
  },
  /** A timer fires: when it is due though all else waits, or early. */
  timer: (chaos: Chaos) => {
    const { cluster } = chaos;
    const process = chaos.process();
    if (process === undefined) return;
    const dueMs = cluster.timerDueMs(process);
    if (chaos.chance(0.8) && dueMs > cluster.nowMs && dueMs < cluster.nowMs + 1000) cluster.nowMs = dueMs;
    cluster.tell(process, { kind: "timer" });
  },
  /** Any letter arrives now. */
  deliver: (chaos: Chaos) => {
    const { letters } = chaos.cluster;
    const letter = chaos.chance(0.3) ? letters.at(-1) : chaos.pick(letters);
    if (
      letter !== undefined &&
      chaos
        .hosts()
        .some(
          ({ id, asleepSinceMs, process }) =>
            id === letter.to && asleepSinceMs === null && process?.paused === false,
        )
    )
      chaos.cluster.deliver(letter);
  },
  drop: (chaos: Chaos) => {
    const letter = chaos.pick(chaos.cluster.letters);
    if (letter !== undefined) chaos.cluster.letters.splice(chaos.cluster.letters.indexOf(letter), 1);
  },
  duplicate: (chaos: Chaos) => {
    const letter = chaos.pick(chaos.cluster.letters);
    if (letter !== undefined)
      chaos.cluster.letters.push({ ...letter, dueMs: chaos.cluster.nowMs + chaos.random() * 2000 });
  },
  delay: (chaos: Chaos) => {
    const to = chaos.pick(chaos.cluster.letters)?.to;
    const all = chaos.chance(0.5);
    for (const letter of chaos.cluster.letters)
      if (letter.to === to && (all || chaos.chance(0.3))) letter.dueMs += chaos.random() * 1000;
  },
  crash: (chaos: Chaos) => {
    const process = chaos.process(0.5);
    if (process !== undefined) chaos.cluster.crash(process.node.id, Math.floor(chaos.random() * 4));
  },
  /** Dies while a write is under way, if any is. */
  crashInWrite: (chaos: Chaos) => {
    const { cluster } = chaos;
    cluster.advance(50, () => cluster.processes().some(({ writes }) => writes.length > 0));
    const process = chaos.pick(cluster.processes().filter(({ writes }) => writes.length > 0));
    if (process === undefined) return;
    cluster.crash(process.node.id, Math.floor(chaos.random() * 3));
    if (chaos.chance(0.7)) restart(chaos, process.host);
  },
  restart: (chaos: Chaos) => {
    const host = chaos.pick(chaos.hosts().filter(({ process }) => process === null));
    if (host !== undefined) restart(chaos, host);
  },
  slowDisk: (chaos: Chaos) => {
    const host = chaos.pick(chaos.hosts());
    if (host !== undefined) host.writeMs = chaos.chance(0.4) ? 0.2 : chaos.random() * chaos.random() * 300;
  },
  pause: (chaos: Chaos) => {
    const process = chaos.process(0.5);
    if (process === undefined) return;
    process.paused = true;
    chaos.cluster.note(`${process.node.id} is paused`);
  },
  resume: (chaos: Chaos) => {
    for (const process of chaos.cluster.processes()) if (chaos.chance(0.7)) process.paused = false;
  },
  sleep: (chaos: Chaos) => {
    const process = chaos.process(0.7);
    if (process === undefined) return;
    chaos.cluster.sleep(process.host);
    chaos.cluster.count("machines asleep");
  },
  /** Whatever slept too short for the driver to notice sleeps on until it does notice. */
  wake: (chaos: Chaos) => {
    const { cluster } = chaos;
    for (const host of chaos.hosts()) {
      if (host.asleepSinceMs === null) continue;
      const { clockDriftRatio, voteHoldMs } = host.settings;
      const noticedMs = 2 + clockDriftRatio * voteHoldMs;
      if (cluster.nowMs - host.asleepSinceMs > noticedMs) cluster.wake(host);
    }
  },
  cut: (chaos: Chaos) => {
    const [from, to] = [chaos.pick(chaos.hosts()), chaos.pick(chaos.hosts())];
    if (from === undefined || to === undefined) return;
    chaos.cluster.cut.add(`${from.id}>${to.id}`);
    if (chaos.chance(0.5)) chaos.cluster.cut.add(`${to.id}>${from.id}`);
  },
  isolate: (chaos: Chaos) => {
    const process = chaos.process(0.7);
    if (process === undefined) return;
    const mute = chaos.chance(0.7);
    const deaf = !mute || chaos.chance(0.7);
    cutOff(chaos, process.node.id, mute, deaf);
  },
  mend: ({ cluster }: Chaos) => cluster.cut.clear(),
  transfer: (chaos: Chaos) => {
    const process = chaos.process(1);
    if (process === undefined) return;
    const to = chaos.chance(0.7) ? chaos.pick(process.node.record.configuration.voters)?.id : null;
    handOver(chaos, process, to ?? null, chaos.chance(0.8) ? "resigned" : "unhealthy");
  },
  /** A leader hands over, and is cut off before it hears how its transferee fares. */
  orphan: (chaos: Chaos) => {
    const { cluster } = chaos;
    const process = chaos.process(1);
    if (process === undefined) return;
    handOver(chaos, process, null, "resigned");
    const { transferee } = process.node;
    if (transferee === null) return;
    const until = chaos.chance(0.5) ? "candidate" : "leader";
    cluster.advance(40, () => cluster.host(transferee.id).process?.node.role.name === until);
    cutOff(chaos, process.node.id, true, true);
  },
  /** A service that ends before anybody asked, or long after. */
  drained: (chaos: Chaos) => {
    const process = chaos.process(0.8);
    if (process !== undefined) chaos.cluster.drain(process);
  },
  contend: (chaos: Chaos) => {
    const process = chaos.process();
    if (process !== undefined) chaos.cluster.tell(process, { kind: "contend", allowed: chaos.chance(0.7) });
  },
  beat: (chaos: Chaos) => {
    const process = chaos.process(1);
    if (process !== undefined) chaos.cluster.tell(process, { kind: "beat" });
  },
  reconfigure: (chaos: Chaos) => {
    const process = chaos.process(1);
    if (process === undefined) return;
    if (
      chaos.cluster.protocol.isConfigurationCommitted(process.node) &&
      process.node.record.configuration.id.version > 1
    )
      chaos.cluster.count("reconfigurations committed");
    const { voters, observers } = process.node.record.configuration;
    const { id } = process.node;
    const others = voters.filter((voter) => voter.id !== id);
    const [leaving, observer] = [chaos.pick(others), chaos.pick(observers)];
    const without = (members: readonly Member[], member: Member): Member[] =>
      members.filter((m) => m !== member);
    const expected = process.node.record.configuration.id;
    const change = (next: readonly Member[], watching: readonly Member[]): void =>
      chaos.cluster.tell(process, {
        kind: "reconfigure",
        request: 1,
        expected,
        voters: next,
        observers: watching,
      });
    switch (chaos.pick(["add", "add", "promote", "promote", "remove", "demote", "forget"])) {
      case "add": {
        const names = new Set([...voters, ...observers].map((member) => member.id));
        const host = chaos.pick(chaos.hosts().filter((stranger) => !names.has(stranger.id)));
        // Nobody may be added who could take an amnesiac for whom it never met.
        if (host !== undefined && chaos.amnesiacs().length === 0)
          change(voters, [...observers, known(host.id, host.disk.incarnation)]);
        return;
      }
      case "promote":
        if (observer !== undefined) change([...voters, observer], without(observers, observer));
        return;
      case "remove":
        if (leaving !== undefined) change(without(voters, leaving), observers);
        return;
      case "demote":
        if (leaving !== undefined && leaving.incarnation !== null)
          change(without(voters, leaving), [...observers, leaving]);
        return;
      case "forget":
        if (observer !== undefined) change(voters, without(observers, observer));
        return;
    }
  },
  /** A disk is lost. Allowed where everybody who may count its votes has met it, and a quorum is left (rule 22). */
  wipe: (chaos: Chaos) => {
    const host = chaos.pick(chaos.hosts());
    if (host === undefined || chaos.amnesiacs().length > 0) return;
    const { membersOf } = chaos.cluster.protocol;
    const unaware = chaos
      .hosts()
      .flatMap(({ disk, process }) => [disk, process?.node.record ?? disk])
      .map(({ configuration }) => membersOf(configuration).map(({ id }) => id))
      .filter((ids) => ids.includes(host.id))
      .flat()
      .filter((id) => id !== host.id)
      .some((id) => chaos.cluster.host(id).disk.incarnationsMet.get(host.id) !== host.disk.incarnation);
    // With its disk may go the only copy of the newest configuration.
    const needed = [chaos.newest(), chaos.newest(host)].some(
      ({ voters }) => voters.some(({ id }) => id === host.id) && voters.length < 3,
    );
    if (unaware || needed) return;
    chaos.cluster.crash(host.id);
    chaos.cluster.wipe(host, null);
    chaos.cluster.count("disks lost");
    chaos.cluster.start(host.id);
  },
} as const;

/** A leader is asked to hand over; its service drains for a while once it has lost. */
function handOver(chaos: Chaos, process: Process, to: NodeId | null, reason: LossReason): void {
  process.drainMs = chaos.chance(0.5) ? 0 : chaos.random() * 400;
  chaos.cluster.tell(process, { kind: "transfer", to, reason, request: 1 });
  const { announcedTerm, role } = process.node;
  if (announcedTerm !== null || role.name !== "leader" || role.transfer === null) return;
  if (process.drainAtMs === Number.POSITIVE_INFINITY)
    process.drainAtMs = chaos.cluster.nowMs + process.drainMs;
}

function cutOff({ cluster }: Chaos, id: NodeId, mute: boolean, deaf: boolean): void {
  for (const other of cluster.hosts.keys()) {
    if (mute) cluster.cut.add(`${id}>${other}`);
    if (deaf) cluster.cut.add(`${other}>${id}`);
  }
  cluster.note(`${id} is cut off${mute ? ", mute" : ""}${deaf ? ", deaf" : ""}`);
}

/** A process begins again, perhaps with other settings, of which only the drift bound has to stay. */
function restart(chaos: Chaos, host: Host): void {
  if (chaos.chance(0.3))
    host.settings = settingsFor(chaos.cluster.protocol, {
      ...(chaos.pick(timings) ?? {}),
      clockDriftRatio: host.settings.clockDriftRatio,
    });
  const process = chaos.cluster.start(host.id);
  if (process.node.restartHoldUntilMs > Number.NEGATIVE_INFINITY) chaos.cluster.count("restarts that hold");
}
