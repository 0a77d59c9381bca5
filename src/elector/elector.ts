import { RaftbeatError } from "../errors.js";
import { type LossReason, markedAsCopy, type Node, type NodeId } from "../protocol/index.js";
import type { Driver, DriverHandlers } from "../runtime/driver.js";
import type { TransportHandlers } from "../runtime/ports.js";
import type { PeerCounters } from "../transport/websocket/peer-counters.js";
import type { Elector, ElectorEvent, ElectorOptions, ElectorPorts, LeaderBody, LeaderRun } from "./api.js";
import { createBodyLog } from "./leadership/body-log.js";
import { createEligibility, type Eligibility } from "./leadership/eligibility.js";
import { watchHealth } from "./leadership/health.js";
import { Runner } from "./leadership/while-leader.js";
import { type Announcements, createAnnouncements } from "./observers/announcements.js";
import { createDiagnostics } from "./observers/diagnostics.js";
import { createEvents, type Events } from "./observers/events.js";
import type { Logger } from "./observers/logger.js";
import { createWaits } from "./observers/waits.js";
import { createWatch, type Watch } from "./observers/watch.js";
import type { ResolvedOptions } from "./options/options.js";
import { createOutlook, type OutlookKeeper } from "./outlook/outlook.js";
import { tellConcerns } from "./outlook/tell-concerns.js";
import { createHearing, type Hearing } from "./ports/hearing.js";
import { createArrivalLog, createIntroductions } from "./ports/introductions.js";
import type { Links } from "./ports/links.js";
import { closePorts, writeRecord } from "./ports/ports-in-time.js";
import { createHandover, type Handover } from "./raft/handover.js";
import { createLeaderNews } from "./raft/leader-news.js";
import { type NodeLease, nodeLease } from "./raft/node-lease.js";
import { nodeStatus } from "./raft/node-status.js";
import { createRequests, type Requests } from "./raft/requests.js";
import { passOn } from "./raft/successor.js";
import { createWarnings } from "./raft/warnings.js";
import type { ElectorStatus } from "./status.js";

/** What an elector is made of. */
export interface ElectorParts {
  readonly options: ElectorOptions;
  readonly resolved: ResolvedOptions;
  readonly node: Node;
  readonly links: Links;
  readonly logger: Logger;
  readonly ports: ElectorPorts;
}

/**
 * The elector: its parts, made in the order in which each needs those before it, what the driver tells them, and what a service asks
 * them. Each rule of its own stands in a part; here is who hears of what, and in which order.
 */
export class RunningElector implements Omit<Elector, keyof Requests> {
  readonly id: NodeId;
  readonly closed: Promise<RaftbeatError | null>;
  /** What the transport tells. */
  readonly handlers: TransportHandlers;
  private readonly parts: ElectorParts;
  private readonly about: { readonly cluster: string; readonly id: NodeId };
  private readonly driver: Driver;
  private readonly events: Events;
  /** What a service asks and waits for. */
  readonly requests: Requests;
  private readonly waits = createWaits();
  private readonly watcher: Watch<ElectorStatus>;
  private readonly announce: Announcements;
  private readonly eligibility: Eligibility;
  private readonly outlook: OutlookKeeper;
  private readonly handover: Handover;
  private readonly runner: Runner;
  private readonly hearing: Hearing;
  private readonly arrivalLog: { onChanged(): void };
  private readonly noticeLeader: (isStopped: boolean) => void;
  private stopped = false;
  private isCopy = false;
  private failure: RaftbeatError | null = null;
  private ending: Promise<void> | null = null;
  private endHealth = (): void => {};
  private endConcerns = (): void => {};
  private settleClosed = (_error: RaftbeatError | null): void => {};

  /** @param makeDriver makes the driver of the node, which tells this elector what happens and does nothing before `begin` */
  constructor(parts: ElectorParts, makeDriver: (handlers: DriverHandlers) => Driver) {
    const { options, resolved, node, links, logger, ports } = parts;
    const { schedule } = ports;
    const isConnected = (id: NodeId): boolean => links.connected.has(id);
    const publish = createDiagnostics(options.cluster, options.id);
    this.parts = parts;
    this.id = options.id;
    this.about = { cluster: options.cluster, id: options.id };
    this.closed = new Promise((resolve) => {
      this.settleClosed = resolve;
    });
    this.driver = makeDriver({
      onGained: (term) => this.onGained(term),
      onLost: (term, reason) => this.onLost(term, reason),
      onChanged: () => this.onChanged(lease),
      onFailed: (error) => this.onFailed(error),
    });
    this.watcher = createWatch(() => this.status());
    this.events = createEvents((error) => logger.error({ ...this.about, error }, "a listener threw"));
    this.announce = createAnnouncements(logger, this.about, publish, this.events);
    this.noticeLeader = createLeaderNews(node, (leader) => this.announce.leader(leader));
    this.arrivalLog = createArrivalLog(node, logger, this.about);
    this.eligibility = createEligibility({ schedule, coolDownMs: resolved.coolDownMs }, (allowed) => {
      this.driver.tell({ kind: "contend", allowed });
      this.watcher.notify();
    });
    this.outlook = createOutlook(node, {
      nowMs: () => ports.clock.nowMs(),
      isConnected,
      linkProblem: links.linkProblem,
      obstacles: this.eligibility.obstacles,
    });
    this.handover = createHandover(this.driver, () => this.runner.isDraining(), {
      schedule,
      retryMs: resolved.settings.heartbeatIntervalMs,
      isConnected,
    });
    const lease = nodeLease(this.driver, ports.clock);
    this.runner = new Runner({
      eligibility: this.eligibility,
      schedule,
      drainTimeoutMs: resolved.drainTimeoutMs,
      coolDownMs: resolved.coolDownMs,
      lease,
      leadingTerm: () => node.announcedTerm,
      stepDown: this.handover,
      ...createBodyLog(logger, this.about, { nowMs: () => ports.clock.nowMs(), ...resolved }),
    });
    this.requests = createRequests({
      driver: this.driver,
      schedule,
      links,
      retryMs: resolved.settings.heartbeatIntervalMs,
      waits: this.waits,
      events: this.events,
      handover: this.handover,
    });
    this.hearing = createHearing({
      node,
      driver: this.driver,
      links,
      introductions: createIntroductions(node, (error, isProven) => {
        this.isCopy ||= isProven;
        this.onFailed(error);
      }),
      warnings: createWarnings(logger, this.about, publish),
      outlook: this.outlook,
      publish,
      onReply: lease.onReply,
      onLinksChanged: () => this.watcher.notify(),
    });
    this.handlers = this.hearing.handlers;
  }

  /** The transport has started: the node takes part from now on, unless it was ended meanwhile. */
  begin(): void {
    if (this.ending !== null) return;
    const { resolved, node, logger, ports } = this.parts;
    const { schedule } = ports;
    this.driver.start();
    this.hearing.begin();
    this.arrivalLog.onChanged();
    this.endConcerns = tellConcerns(node, this.outlook, {
      schedule,
      warn: (sentence) => logger.warn(this.about, sentence),
    });
    if (resolved.health === null) return;
    this.endHealth = watchHealth(resolved.health, {
      eligibility: this.eligibility,
      schedule,
      onUnhealthy: (why) => {
        if (node.role.name !== "leader") return;
        logger.warn({ ...this.about, why }, "the service is unhealthy: resigns");
        void this.handover.resign("unhealthy");
      },
    });
  }

  // What the driver tells.

  private onGained(term: number): void {
    // Not a node that is stopping: it hands over at once. Before the listeners: one may start a run, which holds this leadership by itself.
    if (this.ending === null) this.runner.onGained(term);
    this.announce.elected(term);
    this.watcher.notify();
  }

  private onLost(term: number, reason: LossReason): void {
    this.runner.onLost(reason);
    this.announce.lost(term, reason);
    this.watcher.notify();
  }

  private onChanged(lease: NodeLease): void {
    lease.onChanged();
    this.arrivalLog.onChanged();
    this.handover.onChanged();
    this.noticeLeader(this.stopped);
    this.watcher.notify();
  }

  private onFailed(error: RaftbeatError): void {
    this.failure ??= error;
    this.announce.failed(error);
    void this.end(false);
  }

  // What a service asks.

  get isLeader(): boolean {
    return this.driver.isLeader();
  }

  status(): ElectorStatus {
    const { options, node, links } = this.parts;
    return nodeStatus(node, {
      cluster: options.cluster,
      isLeader: this.driver.isLeader(),
      stopped: this.stopped || this.failure !== null,
      outlook: this.outlook,
      addressOf: links.addressOf,
    });
  }

  links(): readonly PeerCounters[] {
    return this.parts.links.counters();
  }

  whileLeader(body: LeaderBody, { signal }: { readonly signal?: AbortSignal | undefined } = {}): LeaderRun {
    if (this.stopped || this.ending !== null) throw this.failure ?? stoppedError();
    return this.runner.start(body, signal);
  }

  watch({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<ElectorStatus> {
    return this.watcher.values(signal);
  }

  subscribe(listener: (event: ElectorEvent) => void): () => void {
    return this.events.subscribe(listener);
  }

  stop({ handover = false }: { readonly handover?: boolean | undefined } = {}): Promise<void> {
    return this.end(handover);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end(true);
  }

  // The end.

  private end(handingOver: boolean): Promise<void> {
    this.ending ??= this.endInOrder(handingOver);
    return this.ending;
  }

  private async endInOrder(handingOver: boolean): Promise<void> {
    this.endHealth();
    this.endConcerns();
    this.eligibility.forbid("stopping");
    const { role, transferee } = this.parts.node;
    if (handingOver && this.failure === null && (role.name === "leader" || transferee !== null)) {
      const { resolved, links, ports } = this.parts;
      await passOn(this.handover.resign("stopped"), longestHandoverMs(resolved), {
        node: this.parts.node,
        events: this.events,
        schedule: ports.schedule,
        isConnected: (peer) => links.connected.has(peer),
      });
    }
    this.driver.stop("stopped");
    this.stopped = true;
    this.watcher.notify();
    // Before the drain: a body that waits for something of this elector must not keep it from ending.
    this.waits.end(this.failure ?? stoppedError());
    await this.runner.end(this.failure);
    this.eligibility.end();
    const left = await this.closeAll();
    this.watcher.end();
    this.settleClosed(this.failure ?? left);
  }

  /** Closes the transport and the store; gives what has not closed, or null. */
  private async closeAll(): Promise<RaftbeatError | null> {
    const { options, node, links, logger, ports } = this.parts;
    if (this.isCopy)
      await writeRecord(options.store, markedAsCopy(node.record), ports.schedule).catch((error) =>
        logger.error({ ...this.about, error }, "the record could not be marked as a copy"),
      );
    const left = await closePorts(links.transport, options.store, ports.schedule);
    if (left !== null) logger.error({ ...this.about, error: left }, left.message);
    return left;
  }
}

/** A service drains, its own or that of the leader before it; a transferee is found, a lease runs out and an election has its time. */
function longestHandoverMs({ drainTimeoutMs, settings }: ResolvedOptions): number {
  return drainTimeoutMs + 4 * settings.electionTimeout.maxMs;
}

function stoppedError(): RaftbeatError {
  return new RaftbeatError("stopped", "the elector was stopped");
}
