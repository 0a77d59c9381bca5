import type { HttpProbeOptions } from "../checks-api.js";
import { httpProbe, statusesOf } from "./http-probe.js";
import type { Prober } from "./prober.js";
import { tcpProbe } from "./tcp-probe.js";

/** Asks each backend by the scheme of its target. */
export function probeByScheme(options: HttpProbeOptions): Prober {
  const overHttp = httpProbe(options, statusesOf(options.statuses ?? "200-299") ?? (() => false));
  return (backend, signal, answered) => {
    const prober = backend.target.startsWith("tcp:") ? tcpProbe : overHttp;
    prober(backend, signal, answered);
  };
}
