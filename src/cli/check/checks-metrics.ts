import type { BackendStatus, ChecksStatus } from "../../liveness/index.js";

/** The content type of what `metricsText` makes. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/** A gauge of each backend: what it is, and its value; null where there is none yet. */
const gauges: Readonly<
  Record<string, readonly [help: string, value: (backend: BackendStatus) => number | null]>
> = {
  raftbeat_backend_up: ["Whether the backend is up by its probes.", ({ up }) => Number(up)],
  raftbeat_backend_usable: ["Whether requests may go to the backend.", ({ usable }) => Number(usable)],
  raftbeat_backend_weight: ["The share of the requests that the backend is to have.", ({ weight }) => weight],
  raftbeat_backend_draining: ["Whether the backend drains.", ({ draining }) => Number(draining)],
  raftbeat_backend_probe_duration_seconds: [
    "How long the last probe of the backend took.",
    ({ last }) => (last === null ? null : last.latencyMs / 1000),
  ],
};

/** What is known of backends, in the text format of Prometheus. An id needs no escape: it holds no quote and no backslash. */
export function metricsText({ panics, backends }: ChecksStatus): string {
  const ofBackends = Object.entries(gauges).map(([name, [help, value]]) => {
    const samples = backends.flatMap((backend) => {
      const number = value(backend);
      return number === null ? [] : [`${name}{id="${backend.id}"} ${number}\n`];
    });
    return head(name, help) + samples.join("");
  });
  const name = "raftbeat_checks_panic";
  const panic = `${head(name, "Whether so few backends are well that all are used.")}${name} ${Number(panics)}\n`;
  return ofBackends.join("") + panic;
}

function head(name: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
}
