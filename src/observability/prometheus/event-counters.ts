import { Counter, type Registry } from "prom-client";
import type { NodeEvent } from "../node-event.js";

/** Adds counters to the registry, and returns what counts an event of the node `id`. */
export function countEvents(registry: Registry, id: string): (event: NodeEvent) => void {
  function counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `raftbeat_${name}_total`, help, registers: [registry], labelNames });
  }
  const campaigns = counter("campaigns", "Times this node was seen asking for votes");
  const won = counter(
    "elections_won",
    "Elections that this node won: a lease that lapses and comes back in the same term is no other one",
  );
  const lost = counter("leaderships_lost", "Times this node ceased to lead", ["reason"]);
  const changes = counter("leader_changes", "Times this node saw another leader than before");
  const stalls = counter("stalls", "Times the process did not run for longer than the vote hold");
  let leader: string | null = null;
  let wonTerm: number | null = null;

  /** A leader unknown for a while and known again is the same. */
  function see(next: string | null): void {
    if (next === null || next === leader) return;
    leader = next;
    changes.inc();
  }

  return (event) => {
    switch (event.event) {
      case "role":
        if (event.role === "candidate") campaigns.inc();
        return;
      case "elected":
        if (event.term !== wonTerm) won.inc();
        wonTerm = event.term;
        see(id);
        return;
      case "lost":
        lost.inc({ reason: event.reason });
        return;
      case "stalled":
        stalls.inc();
        return;
      case "leader":
        see(event.leader);
        return;
    }
  };
}
