import { textOf } from "../../printable.js";
import type { Answer } from "../checks/probes.js";
import type { Probe } from "../checks-api.js";
import { type ProbedBackend, type Prober, reasonOf } from "./prober.js";

/** A service's own probe as a prober. One that goes on after its signal was aborted is waited for: a backend never has two of them. */
export function ownProbe(probe: Probe): Prober {
  const busy = new Set<string>();
  /** What is to begin next; only the newest. */
  const waiting = new Map<string, () => void>();

  async function ask({ id, target }: ProbedBackend, signal: AbortSignal): Promise<Answer> {
    try {
      const ok: unknown = await probe(id, { target, signal });
      if (ok === true) return { ok };
      if (ok === false) return { ok, explicit: true, reason: "the probe said false" };
      return {
        ok: false,
        explicit: false,
        reason: `the probe gave ${textOf(ok).slice(0, 80)}, not true or false`,
      };
    } catch (error) {
      return { ok: false, explicit: false, reason: reasonOf(error) };
    }
  }

  return (backend, signal, answered) => {
    const { id } = backend;
    const begin = async (): Promise<void> => {
      if (signal.aborted) return;
      busy.add(id);
      answered(await ask(backend, signal));
      busy.delete(id);
      const next = waiting.get(id);
      waiting.delete(id);
      next?.();
    };
    if (busy.has(id)) waiting.set(id, () => void begin());
    else void begin();
  };
}
