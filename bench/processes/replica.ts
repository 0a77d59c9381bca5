import { mkdirSync } from "node:fs";
import { createElector, fileVoteStore, silentLogger, type TimingInput } from "raftbeat";

/** One replica as its own process. It tells its parent what happens, in nanoseconds of the machine-wide monotonic clock. */
export interface ReplicaSettings {
  readonly id: string;
  readonly voters: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly timing: TimingInput;
  /** How often the lease is told while this replica leads; 0 for never. */
  readonly leaseEveryMs: number;
  /** How long a report waits before it is told, so that telling takes no time from what is measured; 0: told at once. */
  readonly reportAfterMs: number;
}

/** What a replica tells. Nanoseconds are decimal strings, since they outgrow a number. */
export type ReplicaReport =
  | { readonly kind: "started" }
  | { readonly kind: "gained"; readonly term: number; readonly atNs: string }
  | { readonly kind: "lost"; readonly term: number; readonly reason: string; readonly atNs: string }
  | { readonly kind: "askedToHandOver"; readonly atNs: string }
  | { readonly kind: "leader"; readonly leader: string | null; readonly term: number; readonly atNs: string }
  | { readonly kind: "lease"; readonly term: number; readonly atNs: string; readonly untilNs: string }
  | { readonly kind: "asked"; readonly isLeader: boolean; readonly sinceLastMs: number };

const settings = JSON.parse(process.argv[2] ?? "") as ReplicaSettings;
const untold: ReplicaReport[] = [];
const tellNext = (): void => {
  const report = untold.shift();
  if (report !== undefined) process.send?.(report);
};
const tell = (report: ReplicaReport): void => {
  untold.push(report);
  if (settings.reportAfterMs === 0) tellNext();
  else setTimeout(tellNext, settings.reportAfterMs);
};
const nowNs = (): string => String(process.hrtime.bigint());

mkdirSync(settings.directory, { recursive: true });
const elector = await createElector({
  cluster: "bench",
  id: settings.id,
  voters: settings.voters,
  store: fileVoteStore(settings.directory),
  timing: settings.timing,
  // Kills and pauses are what is measured.
  logger: silentLogger,
});
elector.subscribe((event) => {
  if (event.kind === "elected") tell({ kind: "gained", term: event.term, atNs: nowNs() });
  if (event.kind === "lost") tell({ kind: "lost", term: event.term, reason: event.reason, atNs: nowNs() });
  if (event.kind === "leader")
    tell({ kind: "leader", leader: event.leader?.id ?? null, term: event.leader?.term ?? 0, atNs: nowNs() });
});
if (settings.leaseEveryMs > 0) {
  let lastMs = performance.now();
  setInterval(() => {
    const sinceLastMs = performance.now() - lastMs;
    lastMs += sinceLastMs;
    // The first question after a stop, asked before anything else is processed: timers come first in the event loop.
    const { isLeader } = elector;
    if (sinceLastMs > 1000) tell({ kind: "asked", isLeader, sinceLastMs });
    if (isLeader && current !== null) {
      const untilNs = process.hrtime.bigint() + BigInt(Math.round(current.remainingMs() * 1e6));
      tell({ kind: "lease", term: current.term, atNs: nowNs(), untilNs: String(untilNs) });
    }
  }, settings.leaseEveryMs);
}
let current: { readonly term: number; remainingMs(): number } | null = null;
elector.whileLeader(async (lead) => {
  current = lead;
  if (!lead.signal.aborted)
    await new Promise((resolve) => lead.signal.addEventListener("abort", resolve, { once: true }));
  current = null;
});

process.on("message", (message: { readonly kind: string; readonly to: string; readonly forMs: number }) => {
  if (message.kind === "block")
    for (const endMs = performance.now() + message.forMs; performance.now() < endMs; );
  if (message.kind !== "transfer") return;
  tell({ kind: "askedToHandOver", atNs: nowNs() });
  elector.transfer({ to: message.to }).catch((error: unknown) => console.error(error));
});
process.once("SIGTERM", () => {
  tell({ kind: "askedToHandOver", atNs: nowNs() });
  elector.stop({ handover: true }).then(() => {
    while (untold.length > 0) tellNext();
    process.disconnect();
  });
});
process.once("disconnect", () => process.exit());
tell({ kind: "started" });
