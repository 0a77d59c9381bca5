import type { Elector, ElectorOptions } from "../../elector/api.js";
import { silentLogger } from "../../elector/observers/logger.js";
import { RaftbeatError } from "../../errors.js";
import {
  createObservedElector,
  jsonLine,
  type Listen,
  type Metrics,
  type NodeEvent,
  type NodeHttp,
  type ObservedElector,
  prometheusMetrics,
  readableLine,
  serveObservability,
} from "../../observability/index.js";
import { machineMs, systemClock } from "../../runtime/system-ports.js";
import { fileVoteStore } from "../../storage/file-vote-store.js";
import type { TransportTls } from "../../transport/security/certificate.js";
import { createSecrets } from "../../transport/security/secrets.js";
import { settingsFit } from "../../tuning/advice/fit.js";
import type { NodePlan } from "../settings/node-settings.js";
import type { TlsFiles } from "../settings/secret-files.js";
import { exitDespiteDisk } from "./exit-despite-disk.js";
import { healthCheck } from "./health-check.js";
import { stopOnRequest } from "./stop-on-request.js";

/**
 * Runs a node until somebody asks it to stop or it fails, and prints what happens. Gives the exit code: 0, or what the asking says.
 * @throws what keeps the node from starting or from going on
 */
export async function runNode(plan: NodePlan, print: (line: string) => void): Promise<number> {
  const clock = systemClock();
  const line = plan.json ? jsonLine : readableLine;
  // As long as there is no node to stop, as stopOnRequest does.
  process.stdout.on("error", () => {});
  const report = (event: NodeEvent): void =>
    print(line(plan.id, event, { wallMs: clock.wallMs(), machineMs: machineMs() }));

  for (const message of plan.warnings) report({ event: "warning", message });
  let http: NodeHttp | null = null;
  const node = await createObservedElector(electorOptions(plan), {
    onEvent: report,
    leaseLog: plan.leaseLog,
    judge: settingsFit(() => http?.url ?? null),
  });
  const { elector } = node;
  const reread = () => {
    report({ event: "reread" });
    node.renewSecrets();
  };
  const asked = stopOnRequest(plan.whileStdin, elector, report, plan.hasSecretFiles ? reread : null);
  leadWheneverItCan(elector);
  try {
    if (plan.http !== null) {
      http = await serve(plan, plan.http, node, report);
      report({ event: "http", url: http.url });
    }
    const error = await elector.closed;
    if (error !== null) throw error;
  } finally {
    await elector.stop();
    await http?.close();
    await node.ended;
  }
  return asked.exitCode;
}

function electorOptions(plan: NodePlan): ElectorOptions {
  const { port, host } = plan.listen;
  return {
    cluster: plan.cluster,
    id: plan.id,
    voters: plan.voters,
    join: plan.join,
    arbiter: plan.arbiter,
    ...(plan.absentFounders.length === 0 ? {} : { absentFounders: plan.absentFounders }),
    store: exitDespiteDisk(fileVoteStore(plan.data)),
    timing: plan.timing,
    // Each warning and error is an event, too, and printed as such.
    logger: silentLogger,
    listen: { port, ...(host === null ? {} : { host }) },
    ...(plan.tokens === null ? {} : { token: plan.tokens }),
    ...(plan.tls === null ? {} : { tls: mutual(plan.tls) }),
    ...(plan.metadata === null ? {} : { metadata: plan.metadata }),
    ...(plan.healthUrl === null ? {} : { health: { check: healthCheck(plan.healthUrl) } }),
  };
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

/** A node without a service: leading is all it does. */
function leadWheneverItCan(elector: Elector): void {
  elector
    .whileLeader((lead) => aborted(lead.signal))
    .ended.catch(() => {
      // `closed` says why.
    });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function serve(
  plan: NodePlan,
  listen: Listen,
  node: ObservedElector,
  report: (event: NodeEvent) => void,
): Promise<NodeHttp> {
  const metrics = await metricsOf(node, report);
  // The transport warns of a file that cannot be used.
  const { tokens } = createSecrets({ token: plan.tokens ?? undefined }, null, () => {});
  return serveObservability(listen, node, {
    metrics,
    changes: { tokens, allowsLocal: plan.httpAllowChanges },
  });
}

/** A node whose metrics cannot be counted leads all the same; who asks for them is told why. */
async function metricsOf(
  node: ObservedElector,
  report: (event: NodeEvent) => void,
): Promise<Metrics | { readonly missing: string }> {
  try {
    return await prometheusMetrics(node);
  } catch (error) {
    if (!(error instanceof RaftbeatError)) throw error;
    report({ event: "warning", message: `there will be no /metrics: ${error.message}` });
    return { missing: error.message };
  }
}
