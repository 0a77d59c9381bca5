import { mkdirSync } from "node:fs";
import type { Elector } from "../../elector/api.js";
import { createElector } from "../../elector/create-elector.js";
import type { Logger } from "../../elector/observers/logger.js";
import type { ElectorStatus } from "../../elector/status.js";
import { watchEventLoop } from "../../observability/event-loop-delay.js";
import type { Listen, NodeHttp } from "../../observability/http/listener.js";
import { type LeaseWatch, watchLease } from "../../observability/lease-watch.js";
import { createMeasurements, type Measurements } from "../../observability/measurements.js";
import type { Metrics, MetricsSources } from "../../observability/metrics.js";
import { jsonLine, type NodeEvent, readableLine } from "../../observability/node-event.js";
import { changesOf } from "../../observability/status-changes.js";
import { machineMs, systemClock, systemSchedule } from "../../runtime/system-ports.js";
import { fileVoteStore } from "../../storage/file-vote-store.js";
import type { TransportTls } from "../../transport/security/certificate.js";
import { createSecrets } from "../../transport/security/secrets.js";
import type { PeerCounters } from "../../transport/websocket/peer-counters.js";
import {
  type WebSocketTransport,
  webSocketTransport,
} from "../../transport/websocket/websocket-transport.js";
import type { NodePlan } from "../settings/node-settings.js";
import type { TlsFiles } from "../settings/secret-files.js";
import { exitDespiteDisk } from "./exit-despite-disk.js";
import { stopOnRequest } from "./stop-on-request.js";
import { watchFit } from "./watch-fit.js";

type Report = (event: NodeEvent) => void;

/** How often the lease is looked at when each renewal is told: well under any heartbeat interval. */
const leaseLogIntervalMs = 10;

/**
 * Runs a node until somebody asks it to stop or it fails, and prints what happens. Gives the exit code: 0, or what the asking says.
 * Errors: whatever keeps the node from starting or from going on.
 */
export async function runNode(plan: NodePlan, print: (line: string) => void): Promise<number> {
  const clock = systemClock();
  const line = plan.json ? jsonLine : readableLine;
  // As long as there is no node to stop, as stopOnRequest does.
  process.stdout.on("error", () => {});
  let metrics: Metrics | null = null;
  let http: NodeHttp | null = null;
  function report(event: NodeEvent): void {
    metrics?.observe(event);
    print(line(plan.id, event, { wallMs: clock.wallMs(), machineMs: machineMs() }));
  }

  for (const message of plan.warnings) report({ event: "warning", message });
  let links: WebSocketTransport | null = null;
  const delay = watchEventLoop();
  const measurements = createMeasurements(plan.timing, clock.nowMs, delay.stalls);
  const elector = await startElector(plan, measurements, report, (made) => {
    links = made;
  });
  const peers = (): readonly PeerCounters[] => links?.peers() ?? [];
  report({ event: "started", cluster: plan.cluster, processId: process.pid, term: elector.status().term });
  const lease = watchLease(
    elector,
    {
      intervalMs: plan.leaseLog ? leaseLogIntervalMs : plan.timing.heartbeatIntervalMs,
      stallMs: plan.timing.voteHoldMs,
      log: plan.leaseLog,
    },
    report,
    { schedule: systemSchedule, machineMs },
  );
  const stopWatchingFit = watchFit(
    {
      elector,
      measurements,
      delay,
      links: peers,
      url: () => http?.url ?? null,
      warn: (message) => report({ event: "warning", message }),
    },
    systemSchedule,
    clock.nowMs,
  );
  const reread = () => {
    report({ event: "reread" });
    links?.renew();
  };
  const asked = stopOnRequest(plan.whileStdin, elector, report, plan.hasSecretFiles ? reread : null);
  const told = tellChanges(elector, lease, report);
  try {
    if (plan.http !== null) {
      const refusedCounts = () => links?.refusedCounts() ?? {};
      const certificateNotAfterMs = () => links?.certificateNotAfterMs() ?? null;
      const sources = {
        elector,
        remainingMs: lease.remainingMs,
        links: peers,
        measurements,
        refusedCounts,
        certificateNotAfterMs,
      };
      ({ http, metrics } = await serve(plan, plan.http, sources));
      report({ event: "http", url: http.url });
    }
    const error = await elector.closed;
    if (error !== null) {
      report({ event: "failed", code: error.code, message: error.message });
      throw error;
    }
  } finally {
    await elector.stop();
    lease.stop();
    stopWatchingFit();
    await told;
    await http?.close();
  }
  report({ event: "stopped" });
  return asked.exitCode;
}

async function startElector(
  plan: NodePlan,
  measurements: Measurements,
  report: Report,
  onLinks: (links: WebSocketTransport) => void,
): Promise<Elector> {
  const warn = (_details: object, message: string) => report({ event: "warning", message });
  const logger: Logger = { debug() {}, info() {}, warn, error: warn };
  makeFolder(plan.data);
  return createElector({
    cluster: plan.cluster,
    id: plan.id,
    voters: plan.voters,
    join: plan.join,
    arbiter: plan.arbiter,
    ...(plan.absentFounders.length === 0 ? {} : { absentFounders: plan.absentFounders }),
    store: exitDespiteDisk(measurements.timed(fileVoteStore(plan.data))),
    timing: plan.timing,
    logger,
    transport: (identity) => {
      const links = webSocketTransport({
        listen: { port: plan.listen.port, ...(plan.listen.host === null ? {} : { host: plan.listen.host }) },
        token: plan.tokens ?? undefined,
        tls: plan.tls === null ? undefined : mutual(plan.tls),
        onWarning: (message) => warn({}, message),
        onRefused: ({ detail, remote }) => warn({}, `a connection with ${remote} was refused: ${detail}`),
      })(identity);
      onLinks(links);
      return links;
    },
    ...(plan.metadata === null ? {} : { metadata: plan.metadata }),
    ...(plan.healthUrl === null ? {} : { health: { check: healthCheck(plan.healthUrl) } }),
  });
}

/** The same object as long as the files have not changed. */
function mutual(files: () => TlsFiles): () => TransportTls {
  let before: { readonly files: TlsFiles; readonly tls: TransportTls } | null = null;
  return () => {
    const now = files();
    if (before?.files !== now) before = { files: now, tls: { ...now, requestCert: true } };
    return before.tls;
  };
}

/** The folder itself, not those above it: a volume that is not mounted must not be hidden. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // There already, or the store will say what is wrong.
  }
}

/** Well while a GET is answered with 2xx. */
function healthCheck(url: string): (options: { readonly signal: AbortSignal }) => Promise<boolean> {
  return async ({ signal }) => {
    const response = await fetch(url, { signal });
    await response.body?.cancel();
    return response.ok;
  };
}

/** Leads whenever it can, and tells what changes until the elector ends. */
function tellChanges(elector: Elector, lease: LeaseWatch, report: Report): Promise<void> {
  elector.subscribe((event) => {
    switch (event.kind) {
      case "elected":
        report({ event: "elected", term: event.term });
        return;
      case "lost":
        report({ event: "lost", term: event.term, reason: event.reason });
        return;
      case "leader":
        // Told from the status, which also knows the leader of before this subscription.
        return;
    }
  });
  void elector
    .whileLeader(async (lead) => {
      lease.lead(lead);
      await aborted(lead.signal);
    })
    .ended.then(
      () => {},
      () => {},
    );
  return watchStatus(elector, report);
}

async function watchStatus(elector: Elector, report: Report): Promise<void> {
  let before: ElectorStatus | null = null;
  for await (const status of elector.watch()) {
    for (const event of changesOf(before, status)) report(event);
    before = status;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Loads what only a node with an HTTP server needs, so that the others start sooner. */
async function serve(
  plan: NodePlan,
  listen: Listen,
  sources: MetricsSources,
): Promise<{ http: NodeHttp; metrics: Metrics }> {
  const [{ serveNode }, { createMetrics }] = await Promise.all([
    import("../../observability/http/server.js"),
    import("../../observability/metrics.js"),
  ]);
  const metrics = createMetrics(sources);
  const measured = sources.measurements.read;
  // The transport warns of a file that cannot be used.
  const { tokens } = createSecrets({ token: plan.tokens ?? undefined }, null, () => {});
  const rights = { tokens, allowsLocal: plan.httpAllowChanges };
  return { metrics, http: await serveNode(listen, rights, { ...sources, measured, metrics }) };
}
