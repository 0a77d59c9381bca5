import { RaftbeatError } from "../errors.js";
import { markedAsCopy, type Node, type NodeId, promiseUntil } from "../protocol/index.js";
import type { Driver, DriverHandlers } from "../runtime/driver.js";
import type { Clock, Random, Schedule, TransportHandlers } from "../runtime/ports.js";
import type { Elector, ElectorOptions } from "./api.js";
import { withCheckedCalls } from "./checked-calls.js";
import { createContention } from "./leadership/eligibility.js";
import { watchHealth } from "./leadership/health.js";
import { holdLeadership } from "./leadership/leadership.js";
import { createRunner } from "./leadership/while-leader.js";
import { createDiagnostics } from "./observers/diagnostics.js";
import { createEvents } from "./observers/events.js";
import type { Logger } from "./observers/logger.js";
import { createWaits } from "./observers/waits.js";
import { createWatch } from "./observers/watch.js";
import { type ElectorPlan, electorDefaults } from "./options/options.js";
import { createOutlook } from "./outlook/outlook.js";
import { tellConcerns } from "./outlook/tell-concerns.js";
import { createHandover } from "./raft/handover.js";
import { createArrivalNotices, createIntroductions } from "./raft/introductions.js";
import { leaderOf } from "./raft/leader-known.js";
import { createLeaderNews } from "./raft/leader-news.js";
import type { Introduced, Links } from "./raft/links.js";
import { changeMembership } from "./raft/membership-change.js";
import { describeNode } from "./raft/node-status.js";
import { atMost, closePorts, writeRecord } from "./raft/ports-in-time.js";
import { successorOf, whileElectable } from "./raft/successor.js";
import { createNotices } from "./raft/warnings.js";
import type { ElectorStatus, LeaderInfo } from "./status.js";

/** Time and chance, for tests that play them. */
export interface ElectorPorts {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly random: Random;
}

/** What an elector is assembled from. */
export interface Parts {
  readonly options: ElectorOptions;
  readonly plan: ElectorPlan;
  readonly node: Node;
  readonly links: Links;
  readonly logger: Logger;
  readonly ports: ElectorPorts;
}

/** An elector before it has begun. */
export interface Assembled {
  readonly elector: Elector;
  readonly hear: TransportHandlers;
  begin(): void;
}

/** Puts a node's driver and what a service sees of it together. */
export function assembleElector(parts: Parts, makeDriver: (handlers: DriverHandlers) => Driver): Assembled {
  const { options, plan, node, links, logger, ports } = parts;
  const { cluster, id, store } = options;
  const { schedule, clock } = ports;
  const about = { cluster, id };
  const publish = createDiagnostics(cluster, id);
  const { connected } = links;
  const events = createEvents((error) => logger.error({ ...about, error }, "a listener threw"));
  const waits = createWaits();
  const watch = createWatch(status);
  const notices = createNotices(logger, about, publish);
  const introductions = createIntroductions(node, (error, isProven) => {
    isCopy ||= isProven;
    fail(error);
  });
  const arrivalNotices = createArrivalNotices(node, logger, about);
  let begun = false;
  let stopped = false;
  let isCopy = false;
  let failure: RaftbeatError | null = null;
  let ending: Promise<void> | null = null;
  let endHealth = (): void => {};
  let endConcerns = (): void => {};
  let settleClosed = (_error: RaftbeatError | null): void => {};
  const closed = new Promise<RaftbeatError | null>((resolve) => {
    settleClosed = resolve;
  });

  const contention = createContention({ schedule, coolDownMs: plan.coolDownMs }, (allowed) => {
    driver.tell({ kind: "contend", allowed });
    watch.notify();
  });
  const outlook = createOutlook(node, {
    nowMs: () => clock.nowMs(),
    isConnected: (peer) => connected.has(peer),
    linkProblem: links.linkProblem,
    obstacles: contention.obstacles,
  });
  const noticeLeader = createLeaderNews(node, (leader) => {
    publish("leader", { leader });
    events.emit({ kind: "leader", leader });
  });
  const driver: Driver = makeDriver({
    onGained(term) {
      logger.info({ ...about, term }, "leads");
      publish("elected", { term });
      events.emit({ kind: "elected", term });
      // One that is stopping hands over at once what it waited for.
      if (ending === null) runner.onGained(term);
      watch.notify();
    },
    onLost(term, reason) {
      runner.onLost(reason);
      logger.info({ ...about, term, reason }, "leads no longer");
      publish("lost", { term, reason });
      events.emit({ kind: "lost", term, reason });
      watch.notify();
    },
    onChanged() {
      arrivalNotices.onChanged();
      handover.onChanged();
      noticeLeader(stopped);
      watch.notify();
    },
    onFailed: fail,
  });
  const handover = createHandover(driver, () => runner.isDraining(), {
    schedule,
    retryMs: plan.settings.heartbeatIntervalMs,
    isConnected: (peer) => connected.has(peer),
  });
  const lease = {
    isLeader: () => driver.isLeader(),
    leaseUntilMs: () => driver.leaseUntilMs(),
    nowMs: () => clock.nowMs(),
    get longestMs() {
      const alone = node.record.configuration.voters.length === 1;
      return alone ? Number.POSITIVE_INFINITY : promiseUntil(node, 0, plan.settings.voteHoldMs);
    },
  };
  const runner = createRunner({
    contention,
    schedule,
    drainTimeoutMs: plan.drainTimeoutMs,
    leadingTerm: () => node.announcedTerm,
    isLeader: () => driver.isLeader(),
    hold: (term, onResign) => holdLeadership(term, lease, onResign),
    resign: (reason) => handover.resign(reason),
    onDrained: () => handover.onDrained(),
    onBodyFailed: (term, error, drained) =>
      logger.error({ ...about, term, error, drained }, "the body of whileLeader threw"),
    onOverdue: (term) =>
      logger.error({ ...about, term }, `a body still runs ${plan.drainTimeoutMs} ms after its signal`),
  });

  function status(): ElectorStatus {
    return describeNode(node, {
      cluster,
      isLeader: driver.isLeader(),
      stopped: stopped || failure !== null,
      outlook,
      addressOf: links.addressOf,
    });
  }

  function fail(error: RaftbeatError): void {
    failure ??= error;
    logger.error({ ...about, error }, error.message);
    publish("failed", { error });
    void end(false);
  }

  // A service drains, its own or that of the leader before it; a transferee is found, a lease runs out and an election has its time.
  const longestHandoverMs = plan.drainTimeoutMs + 4 * plan.settings.electionTimeout.maxMs;

  function end(handingOver: boolean): Promise<void> {
    ending ??= (async () => {
      endHealth();
      endConcerns();
      contention.forbid("stopping");
      if (handingOver && failure === null && (node.role.name === "leader" || node.transferee !== null)) {
        const rest = { node, events, schedule, isConnected: (peer: NodeId) => connected.has(peer) };
        const handedOver = whileElectable(rest, handover.resign("stopped")).then(() => successorOf(rest));
        await atMost(schedule, longestHandoverMs, handedOver);
      }
      driver.stop("stopped");
      stopped = true;
      watch.notify();
      // Before the drain: a body that waits for something of this elector must not keep it from ending.
      waits.end(failure ?? stoppedError());
      await runner.end(failure);
      contention.end();
      if (isCopy)
        await writeRecord(store, markedAsCopy(node.record), schedule).catch((error) =>
          logger.error({ ...about, error }, "the record could not be marked as a copy"),
        );
      const left = await closePorts(links.transport, store, schedule);
      if (left !== null) logger.error({ ...about, error: left }, left.message);
      watch.end();
      settleClosed(failure ?? left);
    })();
    return ending;
  }

  const membership = { driver, schedule, links, retryMs: plan.settings.heartbeatIntervalMs };
  const elector: Elector = {
    id,
    closed,
    get isLeader() {
      return driver.isLeader();
    },
    status,
    whileLeader: (body, { signal } = {}) => {
      if (stopped || ending !== null) throw failure ?? stoppedError();
      return runner.start(body, signal);
    },
    watch: ({ signal } = {}) => watch.values(signal),
    subscribe: events.subscribe,
    waitForLeader: ({ signal } = {}) =>
      waits.wait<LeaderInfo>(signal, (resolve) => {
        const known = leaderOf(node);
        if (known !== null) resolve(known);
        return events.subscribe((event) => {
          if (event.kind === "leader" && event.leader !== null) resolve(event.leader);
        });
      }),
    verify: ({ signal } = {}) =>
      waits.wait<void>(signal, (resolve, reject) => {
        driver.verify((leads) => {
          if (leads && driver.isLeader()) resolve();
          else reject(new RaftbeatError("notLeader", `${id} does not lead`));
        });
        return undefined;
      }),
    transfer: ({ to, signal }) =>
      waits.wait<void>(signal, (resolve, reject) => handover.transfer(to, resolve, reject)),
    resign: ({ signal } = {}) =>
      waits.wait<void>(signal, (resolve, reject) => handover.transfer(null, resolve, reject)),
    reconfigure: (change, { signal, timeoutMs = electorDefaults.reconfigureTimeoutMs } = {}) =>
      waits.wait<void>(signal, (resolve, reject) =>
        changeMembership(change, timeoutMs, membership, (error) =>
          error === null ? resolve() : reject(error),
        ),
      ),
    stop: ({ handover: handingOver = false } = {}) => end(handingOver),
    [Symbol.asyncDispose]: () => end(true),
  };

  return {
    elector: withCheckedCalls(elector),
    hear: {
      ...introductions,
      onMessage(from, incarnation, message) {
        if (!begun) return;
        notices.onMessage(from, message);
        outlook.onMessage(from, message);
        const authenticated = connected.get(from)?.authenticated === true;
        driver.tell({ kind: "message", from, incarnation, message, authenticated });
      },
      onPeerUp(peer, incarnation, standing = null, authenticated = false) {
        const introduced = { incarnation, standing, authenticated };
        connected.set(peer, introduced);
        publish("peerUp", { peer });
        if (begun) meet(peer, introduced);
        watch.notify();
      },
      onPeerDown(peer, reason) {
        connected.delete(peer);
        if (begun) driver.tell({ kind: "disconnected", from: peer, reason });
        publish("peerDown", { peer });
        watch.notify();
      },
    },
    begin() {
      if (ending !== null) return;
      begun = true;
      driver.start();
      for (const [peer, introduced] of connected) meet(peer, introduced);
      arrivalNotices.onChanged();
      endConcerns = tellConcerns(node, outlook, {
        schedule,
        warn: (sentence) => logger.warn(about, sentence),
      });
      if (options.health !== undefined)
        endHealth = watchHealth(options.health, {
          contention,
          schedule,
          onUnhealthy(why) {
            if (node.role.name !== "leader") return;
            logger.warn({ ...about, why }, "the service is unhealthy: resigns");
            void handover.resign("unhealthy");
          },
        });
    },
  };

  function meet(peer: NodeId, { incarnation, standing }: Introduced): void {
    driver.tell({ kind: "connected", from: peer, incarnation, standing });
    if (node.amnesiacs.has(peer)) notices.onAmnesiac(peer, incarnation);
  }
}

function stoppedError(): RaftbeatError {
  return new RaftbeatError("stopped", "the elector was stopped");
}
