/**
 * A service whose settings are all variables, as a container or systemd starts it: the `RAFTBEAT_*` variables of docs/settings.md, and PORT.
 * The leader works; a follower sends its customers to the leader. Metrics, health endpoints and a log for operators; SIGTERM hands over.
 */
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";
import { optionsFromEnv } from "raftbeat";
import {
  createObservedElector,
  httpFromEnv,
  jsonLine,
  prometheusMetrics,
  serveObservability,
} from "raftbeat/observability";

const options = optionsFromEnv();
const http = httpFromEnv();
const node = await createObservedElector(options, {
  onEvent: (event) =>
    process.stdout.write(jsonLine(options.id, event, { wallMs: Date.now(), machineMs: performance.now() })),
});
const { elector } = node;
const operators =
  http === null
    ? null
    : await serveObservability(http.listen, node, {
        metrics: await prometheusMetrics(node),
        changes: http.changes,
      });

elector.whileLeader(async ({ term, signal }) => {
  // Each write carries the term as its fencing token: see docs/fencing.md.
  for (let run = 1; !signal.aborted; run++) {
    console.log(JSON.stringify({ run, term }));
    await setTimeout(1000, undefined, { signal }).catch(() => {});
  }
});

const customers = createServer((_request, response) => {
  const { leader, leaderMetadata } = elector.status();
  if (elector.isLeader) response.end(`served by ${options.id}\n`);
  else if (leaderMetadata !== null) response.writeHead(307, { location: leaderMetadata }).end();
  else response.writeHead(503, { "retry-after": "1" }).end(`${leader ?? "nobody"} leads\n`);
});
customers.listen(Number(process.env["PORT"] ?? 8080));

// First the lease, then the rest: the body above drains, and another replica leads.
process.once("SIGTERM", () => void elector.stop({ handover: true }));
const error = await elector.closed;
await operators?.close();
customers.close();
customers.closeAllConnections();
if (error !== null) throw error;
