import { RaftbeatError } from "../../errors.js";
import { resolveTiming, type Timing, type TimingInput } from "../../protocol/index.js";
import {
  monthHours,
  type NetworkPreset,
  type NetworkProfile,
  networkPresets,
} from "../../tuning/model/network-profile.js";

/** What a person tells of the network and of the present settings. */
export interface SituationFlags {
  readonly from?: readonly string[];
  readonly network?: NetworkPreset;
  readonly rtt?: readonly [number, number];
  readonly loss?: number;
  readonly stall?: number;
  readonly longestStall?: number;
  readonly measuredHours?: number;
  readonly write?: number;
  readonly nodes?: number;
  readonly mtbf?: number;
  readonly present?: TimingInput;
  readonly transport?: "datagram" | "stream";
}

/** What advice is asked for. */
export interface AdviceSituation {
  readonly profile: NetworkProfile;
  /** Where it comes from, in words. */
  readonly source: string;
  /** The settings that run now; null where nobody told. */
  readonly present: Timing | null;
  /** For how long the profile was measured; null where nobody told. */
  readonly measuredMs: number | null;
}

/** What nobody gave or measured. */
const assumed: NetworkProfile = { ...networkPresets.oneRegion };

/**
 * What flags and running nodes tell.
 * @throws RaftbeatError `invalidSettings`, and what asking the nodes of `--from` may lead to
 */
export async function situationOf(flags: SituationFlags): Promise<AdviceSituation> {
  const { from, network, rtt, loss, transport, stall, longestStall, measuredHours } = flags;
  const { write, nodes, mtbf } = flags;
  if (from !== undefined && network !== undefined)
    throw new RaftbeatError("invalidSettings", "--from and --network: give one of them, not both");
  if (from === undefined && network === undefined && rtt === undefined)
    throw new RaftbeatError(
      "invalidSettings",
      `the network is not known: give --rtt p50,p99, --network ${Object.keys(networkPresets).join("|")} or --from URL of running nodes`,
    );
  const measured =
    from === undefined ? null : await (await import("./measured-profile.js")).measuredCluster(from);
  const given: Partial<NetworkProfile> = {
    ...(rtt === undefined ? {} : { rttP50Ms: rtt[0], rttP99Ms: rtt[1] }),
    ...(loss === undefined ? {} : { loss }),
    ...(transport === undefined ? {} : { transport }),
    ...(stall === undefined ? {} : { stallP99Ms: stall }),
    ...(longestStall === undefined ? {} : { longestStallMs: longestStall }),
    ...(measuredHours === undefined ? {} : { longestStallEveryHours: measuredHours }),
    ...(write === undefined ? {} : { writeMs: write }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(mtbf === undefined ? {} : { mtbfHours: mtbf }),
  };
  const known = network === undefined ? { ...measured?.profile } : networkPresets[network];
  const profile: NetworkProfile = { ...assumed, ...known, ...given };
  const guessed = (Object.keys(words) as (keyof NetworkProfile)[]).filter(
    (key) =>
      !(key in known) &&
      !(key in given) &&
      // How often a stall comes that nobody saw is nobody's business.
      (key !== "longestStallEveryHours" || profile.longestStallMs > 0),
  );
  const sources = [
    ...(measured === null ? [] : [`measured by ${measured.source}`]),
    ...(network === undefined ? [] : [`network ${network}`]),
    ...(Object.keys(given).length === 0 ? [] : ["flags"]),
    ...(guessed.length === 0 ? [] : [`assumed: ${guessed.map((key) => words[key]).join(", ")}`]),
  ];
  const present = flags.present ?? measured?.present;
  return {
    profile,
    source: sources.join("; "),
    present: present === undefined ? null : presentOf(present),
    measuredMs: measuredHours === undefined ? (measured?.measuredMs ?? null) : measuredHours * 3_600_000,
  };
}

const words: Readonly<Record<keyof NetworkProfile, string>> = {
  rttP50Ms: "median round trip",
  rttP99Ms: "p99 of round trips",
  loss: "loss",
  transport: "streams",
  stallP99Ms: "stalls",
  longestStallMs: "no longer stalls",
  longestStallEveryHours: `the longest stall once in ${assumed.longestStallEveryHours} h (--measured-hours)`,
  writeMs: "writes",
  nodes: "nodes",
  mtbfHours: `failures every ${monthHours} h`,
};

function presentOf(input: TimingInput): Timing {
  const resolution = resolveTiming(input);
  if (!resolution.ok)
    throw new RaftbeatError("invalidSettings", `--present: ${resolution.problems.join("; ")}`);
  return resolution.timing;
}
