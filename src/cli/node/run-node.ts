import type { Elector } from "../../elector/api.js";
import { silentLogger } from "../../elector/observers/logger.js";
import { RaftbeatError } from "../../errors.js";
import { changeRights } from "../../observability/http/http-from-env.js";
import {
  createObservedElector,
  jsonLine,
  type Metrics,
  type NodeEvent,
  type NodeHttp,
  type ObservedElector,
  prometheusMetrics,
  readableLine,
  serveObservability,
} from "../../observability/index.js";
import { machineMs, systemClock } from "../../runtime/system-ports.js";
import { electorOptions } from "../../settings/elector-options.js";
import type { NodePlan } from "../../settings/node-plan.js";
import type { Listen } from "../../settings/setting-values.js";
import { settingsFit } from "../../tuning/advice/fit.js";
import { exitDespiteDisk } from "./exit-despite-disk.js";
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
  const options = electorOptions(plan);
  const node = await createObservedElector(
    // Each warning and error is an event, too, and printed as such.
    { ...options, store: exitDespiteDisk(options.store), logger: silentLogger },
    {
      onEvent: report,
      leaseLog: plan.leaseLog,
      judge: settingsFit(() => http?.url ?? null),
    },
  );
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
  return serveObservability(listen, node, {
    metrics: await metricsOf(node, report),
    changes: changeRights(plan.tokens, plan.httpAllowChanges),
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
