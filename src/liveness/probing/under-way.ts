import type { ProbeOrder } from "../checks/checks-event.js";
import type { Answer } from "../checks/probes.js";
import { type Prober, reasonOf } from "./prober.js";

/** The probes under way of all backends. */
export interface Probes {
  /** Sends a probe, or gives one up. */
  carryOut(order: ProbeOrder): void;
  /** Aborts what is under way with a backend. */
  forget(id: string): void;
  /** Aborts what is under way with all of them. */
  end(): void;
}

/**
 * Makes the probes of a prober.
 * @param answered is told what a probe says, perhaps more than once, and perhaps after it was given up
 */
export function createProbes(
  prober: Prober,
  answered: (id: string, probe: number, answer: Answer) => void,
): Probes {
  /** The last probe of each backend: of one that was answered, something may still be to come, such as a body. */
  const last = new Map<string, { readonly probe: number; readonly controller: AbortController }>();

  function forget(id: string): void {
    last.get(id)?.controller.abort();
    last.delete(id);
  }

  return {
    carryOut(order) {
      if (order.kind === "abort") {
        for (const [id, { probe }] of last) if (probe === order.probe) forget(id);
        return;
      }
      const { id, probe, target } = order;
      forget(id);
      const controller = new AbortController();
      last.set(id, { probe, controller });
      const tell = (answer: Answer) => answered(id, probe, answer);
      try {
        prober({ id, target }, controller.signal, tell);
      } catch (error) {
        tell({ ok: false, explicit: false, reason: reasonOf(error) });
      }
    },
    forget,
    end() {
      for (const id of [...last.keys()]) forget(id);
    },
  };
}
