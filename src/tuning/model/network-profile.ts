import { RaftbeatError } from "../../errors.js";
import type { ScenarioInput } from "../../simulation/index.js";

/** What a cluster lives on: its network, event loops, disks and how often leaders die. Everything that settings are chosen by. */
export interface NetworkProfile {
  /** Round trips between members, the slowest pair that an election needs: median and 99th percentile. */
  readonly rttP50Ms: number;
  readonly rttP99Ms: number;
  /** The share of messages that get lost, one way. */
  readonly loss: number;
  /** What is lost is gone from a datagram; a stream such as TCP, on which WebSockets run, sends it again, late, and holds up what is behind. */
  readonly transport: "stream" | "datagram";
  /** How late a timer of a busy event loop is: the 99th percentile. */
  readonly stallP99Ms: number;
  /** The longest stall that was seen of a process; 0 where nobody looked. It comes on top of the usual ones, whose tail knows nothing of it. */
  readonly longestStallMs: number;
  /** How often it befalls the leader: once in so many hours, the time in which it was seen once. */
  readonly longestStallEveryHours: number;
  /** A durable write of a vote. */
  readonly writeMs: number;
  /** Voters. */
  readonly nodes: number;
  /** Mean time between failures of the leader, in hours. */
  readonly mtbfHours: number;
}

/** Hours of a month of 30 days. */
export const monthHours = 720;

/** The same in milliseconds. */
export const monthMs = monthHours * 3_600_000;

const once = {
  transport: "stream",
  longestStallMs: 0,
  longestStallEveryHours: 24,
  nodes: 3,
  mtbfHours: monthHours,
} as const;

/**
 * Networks to begin with. Their figures are assumptions, of the order that publications give; so are stalls and writes: a Node service that
 * collects garbage, and a local or a network disk. Who can measure should: `raftbeat advise --from`.
 * - `lan`: one data centre. The order of a quarter of a millisecond, of 1.3 ms in the 99th percentile and of 1e-5 to 1e-4 lost is that of Guo et al.,
 *   "Pingmesh", SIGCOMM 2015; the digits were not checked against the paper.
 * - `oneRegion`: three zones of a cloud region. Pings between zones of AWS take 0.25 to 3.4 ms (xkyle.com, "Measuring AWS Region and AZ Latency",
 *   best of 50); 1.5 and 4 ms are assumed.
 * - `threeRegion`: across a continent. etcd's guide to tuning (etcd.io/docs/v3.6/tuning) calls 130 ms reasonable for the continental United
 *   States; 70 and 95 ms, a cloud's own lines, are assumed.
 * - `lossyMobile`: cellular links with queues and fading; 80 ms, 300 ms in the 99th percentile and 3 % lost are assumed.
 */
export const networkPresets = {
  lan: { ...once, rttP50Ms: 0.27, rttP99Ms: 1.34, loss: 0.00005, stallP99Ms: 5, writeMs: 0.3 },
  oneRegion: { ...once, rttP50Ms: 1.5, rttP99Ms: 4, loss: 0.0001, stallP99Ms: 10, writeMs: 2 },
  threeRegion: { ...once, rttP50Ms: 70, rttP99Ms: 95, loss: 0.001, stallP99Ms: 10, writeMs: 2 },
  lossyMobile: { ...once, rttP50Ms: 80, rttP99Ms: 300, loss: 0.03, stallP99Ms: 20, writeMs: 5 },
} as const satisfies Record<string, NetworkProfile>;

/** The name of a network to begin with. */
export type NetworkPreset = keyof typeof networkPresets;

/** As many voters as a simulated cluster may have. */
const mostNodes = 31;

/**
 * Refuses a profile that cannot be.
 * @throws RaftbeatError `invalidSettings`, naming each value
 */
export function checkProfile(profile: NetworkProfile): void {
  const { rttP50Ms, rttP99Ms, loss, stallP99Ms, longestStallMs, writeMs, nodes, mtbfHours } = profile;
  const { longestStallEveryHours } = profile;
  const problems: string[] = [];
  const refuseUnless = (holds: boolean, sentence: string) => {
    if (!holds) problems.push(sentence);
  };
  refuseUnless(
    rttP50Ms > 0 && rttP50Ms <= 60_000,
    `rtt p50 ${rttP50Ms} ms: must be above 0 and at most 60000`,
  );
  refuseUnless(
    rttP99Ms >= rttP50Ms && rttP99Ms <= 60_000,
    `rtt p99 ${rttP99Ms} ms: must be at least the median, ${rttP50Ms}, and at most 60000`,
  );
  refuseUnless(loss >= 0 && loss <= 0.5, `loss ${loss}: must be a share from 0 to 0.5, such as 0.02`);
  refuseUnless(
    stallP99Ms >= 0 && stallP99Ms <= 60_000,
    `stall p99 ${stallP99Ms} ms: must be from 0 to 60000`,
  );
  refuseUnless(
    longestStallMs >= 0 && longestStallMs <= 60_000,
    `longest stall ${longestStallMs} ms: must be from 0 to 60000`,
  );
  refuseUnless(
    longestStallEveryHours > 0 && longestStallEveryHours <= 1e6,
    `longest stall every ${longestStallEveryHours} h: must be above 0 and at most 1000000`,
  );
  refuseUnless(writeMs >= 0 && writeMs <= 60_000, `write ${writeMs} ms: must be from 0 to 60000`);
  refuseUnless(
    Number.isInteger(nodes) && nodes >= 3 && nodes <= mostNodes,
    `nodes ${nodes}: must be a whole number from 3 to ${mostNodes}: fewer do not outlive their leader`,
  );
  refuseUnless(mtbfHours > 0 && mtbfHours <= 1e6, `mtbf ${mtbfHours} h: must be above 0 and at most 1000000`);
  if (problems.length > 0) throw new RaftbeatError("invalidSettings", problems.join("\n"));
}

/** An exponential distribution has its 99th percentile at so many means: ln 100. */
const meansToP99 = 4.605170185988092;

/** The mean of the exponential lateness of timers that stands for stalls of event loops. */
export function meanStallMs({ stallP99Ms }: NetworkProfile): number {
  return stallP99Ms / meansToP99;
}

/**
 * The profile as the simulator plays it: each way takes half a round trip, lognormal; losses are independent; timers are late by
 * exponential amounts. On a stream what is lost is sent again after 200 ms, which is TCP at its worst: with frequent heartbeats Linux mostly
 * finds out sooner (RFC 8985).
 */
export function worldOf(
  profile: NetworkProfile,
): Pick<ScenarioInput, "cluster" | "network" | "disk" | "timers"> {
  const { rttP50Ms, rttP99Ms, loss, transport, writeMs, nodes } = profile;
  return {
    cluster: { nodes },
    network: { transport, latency: { lognormal: { medianMs: rttP50Ms / 2, p99Ms: rttP99Ms / 2 } }, loss },
    disk: { write: writeMs },
    timers: { lateness: { exponential: meanStallMs(profile) } },
  };
}
