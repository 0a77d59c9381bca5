import type { Edit } from "../../../support/planted-build.js";

/** A mistake, where it is planted, and who has to find it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** A host that asks for the lead before it reads its clock. */
  readonly clockAfterCheck?: true;
  /** In so many worlds one shows it, mostly far sooner; 0 where worlds show it too rarely, and a claim has to. */
  readonly worlds: number;
}

const leases = "worker/worker-leases.ts";
const making = "worker/beat-making.ts";
const taking = "leader/beat-taking.ts";
const ownership = "leader/shard-ownership.ts";
const table = "leader/lease-table.ts";
const assigner = "leader/assigner.ts";
const silence = "leader/worker-silence.ts";

function mutant(name: string, worlds: number, ...edits: readonly Edit[]): Mutant {
  return { name, worlds, edits };
}

/** Every mistake that a claim or a random world has to find. */
export const mutants: readonly Mutant[] = [
  mutant("no grace period", 600, [table, "graceUntilMs: nowMs + graceMs,", "graceUntilMs: nowMs,"]),
  mutant("a table begins with the step that finds the lead", 600, [
    assigner,
    "assigner.foundTerm === term ? createLeaseTable(term, assigner.settings.graceMs, nowMs) : null",
    "createLeaseTable(term, assigner.settings.graceMs, nowMs)",
  ]),
  mutant("beats of any term are taken", 100, [taking, 'if (beat.term !== table.term) return "unknown";', ""]),
  mutant(
    "a lease counts from the grant's receipt",
    100,
    [
      leases,
      "onGrant(worker: Worker, grant: Grant): void {",
      "onGrant(worker: Worker, grant: Grant, nowMs: number): void {",
    ],
    [leases, "const untilMs = sentAtMs + sureLeaseMs", "const untilMs = nowMs + sureLeaseMs"],
    ["worker/worker.ts", "onGrant(worker, input.grant);", "onGrant(worker, input.grant, nowMs);"],
  ),
  mutant("clocks do not drift", 600, [
    leases,
    "return (leaseMs * (1 - clockDriftRatio)) / (1 + clockDriftRatio);",
    "return leaseMs;",
  ]),
  mutant("a release counts before the assignment was seen", 600, [taking, "worker.seen >= version && ", ""]),
  mutant("the lead is not asked for", 100, [
    assigner,
    "stepAssigner(assigner, input, leads(), nowMs, effects)",
    "stepAssigner(assigner, input, leads() ?? assigner.table?.term ?? null, nowMs, effects)",
  ]),
  mutant("a new life frees the shards of the one before", 100, [
    taking,
    'if (before.state === "lapsed") evictWorker(',
    "evictWorker(",
  ]),
  mutant("a revoked shard is free at once", 100, [
    ownership,
    "untilMs: worker.promisedUntilMs, cause",
    "untilMs: 0, cause",
  ]),
  mutant("what drains is renewed", 100, [
    leases,
    "if (holding.assigned) holding.untilMs = Math.max(holding.untilMs, untilMs);",
    "holding.untilMs = Math.max(holding.untilMs, untilMs);",
  ]),
  mutant("a worker does not notice that its machine slept", 100, [
    "worker/worker.ts",
    "if (jumped) forgetLeases(worker);",
    "",
  ]),
  mutant("a lead that comes back in its term has a new table and no grace", 100, [
    assigner,
    "if (assigner.table?.term === term) return assigner.table;",
    "if (assigner.table?.term === term && assigner.table.led) return assigner.table; if (assigner.table?.term === term) return (assigner.table = createLeaseTable(term, 0, nowMs));",
  ]),
  mutant("a claim counts after the grace period", 0, [
    ownership,
    "if (nowMs >= table.graceUntilMs) return;",
    "",
  ]),
  mutant("shards are reported after their lease", 600, [
    making,
    "all.filter((holding) => holds(holding, nowMs))",
    'all.filter(({ assigned, body }) => assigned || body !== "none")',
  ]),
  mutant("a worker that reports a shard gets it", 0, [
    ownership,
    "if (known !== undefined) {",
    "if (known !== undefined && known.owner === worker.boot) {",
  ]),
  mutant("grants of any term are taken", 0, [leases, "grant.term !== worker.term ||", ""]),
  mutant("a grant of an older assignment renews", 0, [leases, "|| grant.version < worker.seen", ""]),
  mutant(
    "an older assignment is taken",
    600,

    [leases, "|| grant.version < worker.seen", ""],
    [leases, "if (grant.version > worker.seen) {", "if (grant.version !== worker.seen) {"],
  ),
  { ...mutant("the clock is read after the lead was asked for", 600), clockAfterCheck: true },
  mutant("a shard does not begin again after its lease ran out", 600, [
    "worker/worker.ts",
    "if (isOurs && isLeased) {",
    "if (isOurs && isLeased && holding.bodyToken !== token) {",
  ]),
  mutant(
    "assignments are numbered for each worker",
    600,

    [table, "version: ++table.versions,", "version: 1,"],
    [table, "worker.version = ++table.versions;", "worker.version++;"],
    [ownership, "worker.version = ++table.versions;", "worker.version++;"],
  ),
  mutant("the owners of forgotten shards are forgotten", 600, [
    ownership,
    "table.forgottenOwners = Math.max(table.forgottenOwners, table.shards.get(name)?.n ?? 0);",
    "",
  ]),
  mutant("a token is used twice", 100, [ownership, "shard.n++;", "shard.n = Math.max(1, shard.n);"]),
  mutant("a body begins beside another", 100, [
    "worker/worker.ts",
    'if (holding.body !== "none") return;',
    'if (holding.body === "running") return;',
  ]),
  mutant("what drains is not reported", 100, [
    leases,
    '((assigned && !released) || body !== "none")',
    "(assigned && !released)",
  ]),
  mutant("a report is left out once anything was granted", 100, [
    making,
    "const isKnown = worker.grantedSeq >= worker.reportSeq;",
    "const isKnown = worker.grantedSeq > 0;",
  ]),
  mutant("a beat promises half a lease", 100, [
    taking,
    "nowMs + assigner.settings.leaseMs",
    "nowMs + assigner.settings.leaseMs / 2",
  ]),
  mutant("silence is judged without the promise", 100, [
    silence,
    "return Math.max(worker.promisedUntilMs, attentiveSinceMs + leaseMs);",
    "return Math.max(worker.heardAtMs, attentiveSinceMs) + leaseMs / 3;",
  ]),
  mutant("doubt stops nobody", 0, [silence, "if (table.doubts) return;", ""]),
  mutant("the brake admits everybody", 0, [
    silence,
    "if (!admitsEviction(settings, zone, nowMs)) break;",
    "",
  ]),
];
