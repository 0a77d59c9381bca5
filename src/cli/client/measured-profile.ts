import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import type { Measured } from "../../observability/measurements.js";
import type { Timing } from "../../protocol/index.js";
import { toldTiming } from "../../schemas/timing.js";
import type { NetworkProfile } from "../../tuning/model/network-profile.js";
import { askAll } from "./cluster-client.js";

/** What running nodes measured, and the settings they have now. */
export interface MeasuredCluster {
  /** Without what nodes cannot measure, or have not yet. */
  readonly profile: Partial<NetworkProfile>;
  readonly present: Timing;
  /** For how long round trips and timers were watched, whichever is shorter; null where nodes do not tell. */
  readonly measuredMs: number | null;
  /** Where it comes from, in words. */
  readonly source: string;
}

const milliseconds = v.object({
  p50: v.number(),
  p99: v.number(),
  count: v.number(),
  overMs: v.optional(v.nullable(v.number()), null),
});

/** As much of the measurements in /status as advice is made of: a stranger may say anything. */
const measuredShape = v.object({
  timing: toldTiming,
  roundTripMs: v.nullable(milliseconds),
  loss: v.nullable(v.number()),
  stallP99Ms: v.nullable(v.number()),
  longestStallMs: v.nullable(v.number()),
  stallsOverMs: v.optional(v.nullable(v.number()), null),
  writeMs: v.nullable(milliseconds),
});

/** No answer takes longer. */
const longestAnswerMs = 3_000;
/** With fewer round trips there is no 99th percentile to speak of. */
const fewestRoundTrips = 20;

/**
 * Asks running nodes what they measured: round trips and loss of the one that leads, the worst stalls and writes of all that answer.
 * @throws RaftbeatError `timeout` where none of them leads, `transportFailed` where the leader has nothing measured
 */
export async function measuredCluster(urls: readonly string[]): Promise<MeasuredCluster> {
  const answers = await askAll({ urls, token: null, timeoutMs: longestAnswerMs, json: false });
  const nodes = answers.flatMap(({ url, status }) => {
    if (status === null) return [];
    const measured = v.safeParse(measuredShape, status.measured);
    return measured.success ? [{ url, status, measured: measured.output }] : [];
  });
  if (nodes.length === 0) {
    const why = answers.map((answer) =>
      answer.status === null ? answer.problem : `${answer.url} tells no measurements`,
    );
    throw new RaftbeatError("transportFailed", `--from: nothing was measured: ${why.join("; ")}`);
  }
  const leading = nodes.find(({ status }) => status.isLeader);
  if (leading === undefined) {
    const known = nodes.find(({ status }) => status.leader !== null)?.status.leader;
    const remedy =
      known == null ? "none is known: is a majority running?" : `${known} does: give its address too`;
    throw new RaftbeatError(
      "timeout",
      `--from ${urls.join(",")}: none of them leads, and only a leader measures round trips; ${remedy}`,
    );
  }
  const { roundTripMs, loss, timing } = leading.measured;
  if (roundTripMs === null || roundTripMs.count < fewestRoundTrips)
    throw new RaftbeatError(
      "transportFailed",
      `--from: ${leading.status.id} has measured ${roundTripMs?.count ?? 0} round trips and needs ${fewestRoundTrips}: ask again in some seconds`,
    );
  const stalls = nodes.flatMap(({ measured }) => measured.stallP99Ms ?? []);
  const longest = longestStallOf(nodes.map(({ measured }) => measured));
  const writes = nodes.flatMap(({ measured }) => measured.writeMs?.p50 ?? []);
  return {
    profile: {
      rttP50Ms: roundTripMs.p50,
      rttP99Ms: Math.max(roundTripMs.p50, roundTripMs.p99),
      // A stream sends again what it loses: that no heartbeat was left unanswered does not say that none was lost.
      ...(loss === null || loss <= 0 ? {} : { loss: Math.min(0.5, loss) }),
      ...(stalls.length === 0 ? {} : { stallP99Ms: Math.max(...stalls) }),
      ...longest,
      ...(writes.length === 0 ? {} : { writeMs: Math.max(...writes) }),
      transport: "stream",
      nodes: leading.status.voters.length,
    },
    present: timing,
    measuredMs: shortestOf([roundTripMs.overMs, ...nodes.map(({ measured }) => measured.stallsOverMs)]),
    source: `${leading.status.id} over ${roundTripMs.count} round trips, and ${nodes.length} node${nodes.length === 1 ? "" : "s"} asked for stalls and writes`,
  };
}

/** Shorter than this a time is not taken to be: what came in it once would come without end. */
const leastWatchedMs = 1_000;

/** The longest stall of all that answered, which its node saw once in the time it was watched. */
function longestStallOf(
  all: readonly Pick<Measured, "longestStallMs" | "stallsOverMs">[],
): Partial<NetworkProfile> {
  const [worst] = all.toSorted((a, b) => (b.longestStallMs ?? 0) - (a.longestStallMs ?? 0));
  if (worst?.longestStallMs == null) return {};
  const { longestStallMs, stallsOverMs } = worst;
  if (stallsOverMs === null) return { longestStallMs };
  return {
    longestStallMs,
    longestStallEveryHours: Math.max(leastWatchedMs, stallsOverMs) / 3_600_000,
  };
}

/** Null where one of them does not tell. */
function shortestOf(timesMs: readonly (number | null)[]): number | null {
  const known = timesMs.filter((ms) => ms !== null);
  return known.length < timesMs.length ? null : Math.max(leastWatchedMs, Math.min(...known));
}
