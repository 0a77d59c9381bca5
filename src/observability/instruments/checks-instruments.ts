import type { BackendStatus, Checks } from "../../liveness/checks-api.js";
import { type Attributes, type Instrument, single } from "./instrument.js";

/** From a loopback's answer to the longest timeout that a probe should have, in seconds. */
const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What health checks measure: pass it to `toOpenTelemetry` or `toPrometheus`. Values of a backend carry its id. */
export function checksInstruments(checks: Checks): readonly Instrument[] {
  const each = (name: string, description: string, read: (backend: BackendStatus) => number): Instrument => ({
    name: `raftbeat.backend.${name}`,
    kind: "gauge",
    unit: "",
    description,
    attributeNames: ["raftbeat.backend.id"],
    read: () =>
      checks.status().backends.map((backend) => ({
        value: read(backend),
        attributes: { "raftbeat.backend.id": backend.id },
      })),
  });
  return [
    each("up", "1 while a backend is up by its probes", ({ up }) => Number(up)),
    each("usable", "1 while requests may go to a backend", ({ usable }) => Number(usable)),
    each("draining", "1 while a backend drains", ({ draining }) => Number(draining)),
    each("weight", "The share of the requests that a backend is given, 0 to 1", ({ weight }) => weight),
    {
      name: "raftbeat.backends.panic",
      kind: "gauge",
      unit: "",
      description: "1 while so few backends are well that all that do not drain are used",
      attributeNames: [],
      read: () => single(Number(checks.status().panics)),
    },
    {
      name: "raftbeat.backend.probe.duration",
      kind: "histogram",
      unit: "s",
      description: "How long the probes of a backend took, by whether they passed",
      attributeNames: ["raftbeat.backend.id", "raftbeat.probe.result"],
      bounds: durationBounds,
      observe: (record) =>
        checks.subscribe((event) => {
          if (event.kind === "probed") record(event.latencyMs / 1000, attributesOf(event.id, event.ok));
        }),
    },
  ];
}

function attributesOf(id: string, ok: boolean): Attributes {
  return { "raftbeat.backend.id": id, "raftbeat.probe.result": ok ? "pass" : "fail" };
}
