import type { Elector, ElectorOptions, ElectorPorts } from "../elector/api.js";
import { startElector } from "../elector/create-elector.js";
import type { Logger } from "../elector/observers/logger.js";
import {
  configurationOf,
  type DurableRecord,
  emptyRecord,
  foundingRecord,
  type NodeId,
} from "../protocol/index.js";
import type { DriverHandlers } from "../runtime/driver.js";
import type { Transport, VoteStore } from "../runtime/ports.js";
import { memberNamed } from "../simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../simulation/cluster/simulated-process.js";
import { Watcher } from "../simulation/cluster/watcher.js";
import type { Stream } from "../simulation/kernel/prng.js";
import type { Scenario } from "../simulation/scenario/scenario.js";
import type { ServiceNetwork } from "./service-network.js";
import { inScope, type ServiceScope, wordsOf } from "./service-scope.js";

/** The name of a simulated cluster of services, where `elector` gives none. */
export const clusterName = "simulated";

/** What a replica's elector may be given besides what its machine is, and how its machine may differ from others. */
export interface ReplicaOptions extends Partial<Omit<ElectorOptions, "id">> {
  /** Stands between the elector and its simulated disk, such as a store that hangs. */
  readonly wrapStore?: ((store: VoteStore) => VoteStore) | undefined;
  /** Stands between the elector and the simulated network, such as a transport that does not start. */
  readonly wrapTransport?: ((transport: Transport) => Transport) | undefined;
}

/**
 * The machine of a replica: starts electors on a simulated process, each with ports that are dead once that start has ended, so that
 * promises which settle after a crash do nothing any more.
 */
export class ServiceMachine {
  readonly process: SimulatedProcess;
  private readonly network: ServiceNetwork;
  private readonly ids: Stream;
  /** What lies on a disk without a record. */
  private nothing: DurableRecord | null = null;
  /** True from when an elector is asked for until it runs, or its machine has died. */
  isStarting = false;
  /** Counts starts and ends. */
  private life = 0;

  /** @param ids names the records and the starts of this machine */
  constructor(process: SimulatedProcess, network: ServiceNetwork, ids: Stream) {
    this.process = process;
    this.network = network;
    this.ids = ids;
  }

  get id(): NodeId {
    return this.process.id;
  }

  /** What a node that starts now would read; null for a disk without a record. */
  get record(): DurableRecord | null {
    const { record } = this.process.disk;
    return record === this.nothing ? null : record;
  }

  /** Puts another record on the disk, or (null) empties it. */
  set record(record: DurableRecord | null) {
    const { disk, settings } = this.process;
    this.nothing = emptyRecord(`${this.id} without a record`, settings.voteHoldMs);
    disk.record = record ?? this.nothing;
  }

  /**
   * Starts an elector from what is on the disk.
   * @param scope of the service that the elector will call
   * @throws RaftbeatError as `createElector`
   */
  start({ wrapStore, wrapTransport, ...options }: ReplicaOptions, scope: ServiceScope): Promise<Elector> {
    const { process } = this;
    this.isStarting = true;
    const life = ++this.life;
    const lives = (): boolean => life === this.life;
    const { clock, random } = process;
    const ports: ElectorPorts = {
      random,
      schedule: (afterMs, callback) =>
        lives() ? clock.schedule(afterMs, () => inScope(scope, callback)) : () => {},
      clock: {
        nowMs: () => clock.nowMs(),
        wallMs: () => clock.wallMs(),
        setTimer: (atMs, rounding, onTimer) => {
          if (lives()) clock.setTimer(atMs, rounding, onTimer);
        },
        clearTimer: () => {
          if (lives()) clock.clearTimer();
        },
        afterPoll: (callback) => {
          if (lives()) clock.afterPoll(callback);
        },
      },
    };
    const store = this.storeOf(lives);
    const starting = startElector(
      {
        ...(options.voters === undefined && { join: true }),
        voters: {},
        timing: timingOf(process),
        store: wrapStore?.(store) ?? store,
        transport: (identity) => {
          const transport = this.network.transportOf(process, identity);
          return wrapTransport?.(transport) ?? transport;
        },
        cluster: clusterName,
        ...options,
        id: this.id,
        logger: reportingLogger(scope, options.logger),
      },
      ports,
      {
        newId: (length) => this.newId(length),
        afterRealMs: () => {},
        createDriver: (node, driverPorts, handlers) =>
          process.host(node, driverPorts, handlersIn(scope, handlers)),
      },
    );
    const started = () => {
      if (lives()) this.isStarting = false;
    };
    starting.then(started, started);
    return starting;
  }

  /** The process has ended, or its start is given up: its ports are dead. */
  end(): void {
    this.life++;
    this.isStarting = false;
    this.process.clock.forget();
    this.process.disk.forget(true);
  }

  private storeOf(lives: () => boolean): VoteStore {
    const { disk } = this.process;
    let writing = 0;
    let whenClosed: (() => void) | null = null;
    return {
      open: (callback) => this.soon(lives, () => callback(null, this.record)),
      write: (record, callback) => {
        if (!lives()) return;
        writing++;
        disk.write(record, (error) => {
          writing--;
          if (!lives()) return;
          callback(error);
          if (writing === 0) whenClosed?.();
        });
      },
      close: (callback) => {
        if (writing === 0) this.soon(lives, callback);
        else whenClosed = callback;
      },
    };
  }

  private soon(lives: () => boolean, run: () => void): void {
    this.process.later(() => {
      if (lives()) run();
    });
  }

  /** A name as long as asked for, which says whose it is; random in the rest, as simulated records must differ too. */
  private newId(length: number): string {
    const letters = "0123456789abcdefghijklmnopqrstuvwxyz";
    const letter = () => letters[Math.floor(this.ids() * letters.length)] as string;
    return Array.from({ length }, letter).join("");
  }
}

function timingOf({ settings }: SimulatedProcess) {
  const { heartbeatIntervalMs, electionTimeout, voteHoldMs, quorumTimeoutMs, clockDriftRatio } = settings;
  return { heartbeatIntervalMs, electionTimeout, voteHoldMs, quorumTimeoutMs, clockDriftRatio };
}

/** Tells which process has died. */
export class Ends extends Watcher {
  private readonly tell: (id: NodeId) => void;

  constructor(tell: (id: NodeId) => void) {
    super();
    this.tell = tell;
  }

  override died({ id }: SimulatedProcess): void {
    this.tell(id);
  }
}

/** All that an elector does to its service follows from one of these. */
function handlersIn(scope: ServiceScope, handlers: DriverHandlers): DriverHandlers {
  return {
    onGained: (term) => inScope(scope, () => handlers.onGained(term)),
    onLost: (term, reason) => inScope(scope, () => handlers.onLost(term, reason)),
    onChanged: () => inScope(scope, () => handlers.onChanged()),
    onFailed: (error) => inScope(scope, () => handlers.onFailed(error)),
  };
}

/**
 * Tells the scope what bodies and listeners threw. Not what a body throws while it drains, such as the refusal of a late write, and not
 * that its lease is over or too short: these are what `assertValid` and fencing are there for.
 */
function reportingLogger(scope: ServiceScope, logger?: Logger): Logger {
  const { debug = () => {}, info = () => {}, warn = () => {} } = logger ?? {};
  return {
    debug: debug.bind(logger),
    info: info.bind(logger),
    warn: warn.bind(logger),
    error(details, message) {
      logger?.error(details, message);
      const isOfService =
        /^(?:the body of whileLeader threw$|a listener threw$|the body of whileLeader asked for more lease)/.test(
          message,
        );
      const { error } = details as { readonly error?: unknown };
      if (isOfService) scope.failed(`${message}: ${wordsOf(error)}`, { cause: error });
    },
  };
}

/** The first record of a member of a cluster that is founded. */
export function recordOf({ id, settings }: SimulatedProcess, { voters, observers }: Scenario): DurableRecord {
  const record = foundingRecord(voters.map(memberNamed), `${id}.1`, settings.voteHoldMs);
  const others = observers.map((one) => ({ ...memberNamed(one), incarnation: `${one}.1` }));
  const configuration = configurationOf(0, 1, record.configuration.voters, others);
  return {
    ...record,
    ...(others.length > 0 && { configuration }),
    run: { ...record.run, cluster: clusterName, id },
  };
}
