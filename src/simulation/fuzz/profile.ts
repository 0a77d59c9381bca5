import type { Fault } from "../scenario/fault-schema.js";

/** A kind of fault, as in `do`; `wipe` is a restart from nothing, and `crashes` strike again and again. */
export type FaultKind = Exclude<Fault["do"], "heal"> | "wipe" | "crashes";

/** What a profile of the fuzzer is fond of. */
export interface FuzzProfile {
  /** How likely each kind of fault is, next to the others. */
  readonly weights: Readonly<Partial<Record<FaultKind, number>>>;
  /** The least and the most faults in a script. */
  readonly faultCount: readonly [number, number];
  /** The longest a fault lasts, in election timeouts; one in five lasts until all heals. */
  readonly longestFaultTimeouts: number;
  /** What a round trip, a write and a timer's lateness may take at most, as shares of the shortest vote hold. */
  readonly roundTripShare: number;
  readonly writeShare: number;
  readonly latenessShare: number;
  /** The widest clock drift ratio that is drawn. */
  readonly widestDriftRatio: number;
  /** Swarm testing (Groce et al. 2012): each script goes without a random half of the kinds. */
  readonly swarm: boolean;
}

const links: FuzzProfile["weights"] = {
  cut: 3,
  cutOneWay: 3,
  partition: 3,
  isolate: 3,
  keepOnly: 2,
  bridge: 1,
  ring: 1,
  flaky: 2,
  hold: 2,
  loss: 2,
  latency: 2,
  duplicate: 1,
};

const usual = {
  roundTripShare: 0.12,
  writeShare: 0.04,
  latenessShare: 0.02,
  widestDriftRatio: 0.05,
  swarm: false,
} as const;

/** The profiles by name. The three shares of each sum up to a quarter or less, so that a healed cluster can keep its leases. */
export const fuzzProfiles = {
  gentle: {
    ...usual,
    weights: { loss: 3, latency: 2, duplicate: 2, cut: 3, isolate: 2, crash: 3, restart: 2, pause: 2 },
    faultCount: [1, 4],
    longestFaultTimeouts: 6,
  },
  harsh: {
    ...usual,
    weights: { ...links, crash: 4, restart: 2, pause: 4, crashes: 1 },
    faultCount: [5, 15],
    longestFaultTimeouts: 12,
  },
  disk: {
    ...usual,
    weights: {
      crash: 4,
      restart: 4,
      crashes: 4,
      diskStall: 4,
      diskFail: 3,
      isolate: 3,
      cut: 2,
      pause: 1,
      hold: 1,
    },
    faultCount: [3, 15],
    longestFaultTimeouts: 6,
    roundTripShare: 0.06,
    writeShare: 0.15,
  },
  clock: {
    ...usual,
    weights: {
      clockRate: 6,
      wallJump: 4,
      pause: 4,
      isolate: 3,
      cut: 2,
      cutOneWay: 2,
      hold: 2,
      crash: 2,
      latency: 1,
    },
    faultCount: [4, 15],
    longestFaultTimeouts: 10,
    latenessShare: 0.04,
    widestDriftRatio: 0.15,
  },
  membership: {
    ...usual,
    weights: {
      ...links,
      keepOnly: 1,
      reconfigure: 14,
      transfer: 6,
      wipe: 2,
      crash: 4,
      restart: 2,
      pause: 2,
      diskStall: 1,
    },
    faultCount: [4, 15],
    longestFaultTimeouts: 6,
  },
  hostile: {
    ...usual,
    weights: {
      ...links,
      forge: 12,
      putBack: 4,
      crash: 4,
      restart: 4,
      transfer: 3,
      pause: 2,
      diskStall: 1,
    },
    faultCount: [4, 15],
    longestFaultTimeouts: 6,
  },
  swarm: {
    ...usual,
    weights: {
      ...links,
      crash: 3,
      restart: 3,
      crashes: 2,
      wipe: 1,
      pause: 3,
      diskStall: 2,
      diskFail: 2,
      clockRate: 3,
      wallJump: 2,
      transfer: 3,
      reconfigure: 5,
    },
    faultCount: [3, 15],
    longestFaultTimeouts: 10,
    writeShare: 0.08,
    widestDriftRatio: 0.1,
    swarm: true,
  },
} as const satisfies Readonly<Record<string, FuzzProfile>>;

/** The name of a profile of random clusters. */
export type ClusterProfileName = keyof typeof fuzzProfiles;

/** The name of a profile: `pair` plays senders and observers, the others clusters. */
export type FuzzProfileName = ClusterProfileName | "pair";

/** The names of the profiles of clusters. */
export const clusterProfileNames = Object.keys(fuzzProfiles) as ClusterProfileName[];

/** All names of profiles, in the order in which they are played. */
export const fuzzProfileNames: readonly FuzzProfileName[] = [...clusterProfileNames, "pair"];
