import { RaftbeatError } from "../../errors.js";
import { type Preset, presets, resolveTiming, type Timing, type TimingInput } from "../../protocol/index.js";
import type { NetworkProfile } from "../model/network-profile.js";

/** Settings that advice is measured against, with the name they go by. */
export interface Yardstick {
  readonly name: string;
  readonly timing: Timing;
}

/** etcd's defaults (etcd.io/docs/v3.6/tuning): a heartbeat every 100 ms, a timeout of 1000 ms that its nodes randomise up to twice that. */
export const etcdDefaults: Timing = resolved({
  heartbeatIntervalMs: 100,
  electionTimeout: { minMs: 1000, maxMs: 2000 },
});

/**
 * etcd's rule of thumb (the same guide): a heartbeat about every round trip, a timeout of ten round trips, randomised as above. Null below a
 * round trip of 1 ms: etcd's settings are whole milliseconds, and its guide leaves such networks the defaults.
 */
export function etcdRule({ rttP50Ms }: NetworkProfile): Timing | null {
  if (rttP50Ms < 1) return null;
  const minMs = Math.ceil(10 * rttP50Ms);
  return resolved({
    heartbeatIntervalMs: Math.round(rttP50Ms),
    electionTimeout: { minMs, maxMs: 2 * minMs },
  });
}

/**
 * What the advice for a network is put beside: the present settings where they are known, etcd's defaults, etcd's rule where it says something,
 * and the presets. Each timing comes once, under its first name.
 */
export function yardsticksOf(profile: NetworkProfile, present: Timing | null): Yardstick[] {
  const rule = etcdRule(profile);
  const all: Yardstick[] = [
    ...(present === null ? [] : [{ name: "present", timing: present }]),
    { name: "etcd's defaults", timing: etcdDefaults },
    ...(rule === null ? [] : [{ name: "etcd's rule", timing: rule }]),
    ...(Object.keys(presets) as Preset[]).map((preset) => ({
      name: `preset ${preset}`,
      timing: resolved(presets[preset]),
    })),
  ];
  return all.filter(
    ({ timing }, index) =>
      all.findIndex((other) => JSON.stringify(other.timing) === JSON.stringify(timing)) === index,
  );
}

/** What is legal by its making; what is not is our mistake. */
export function resolved(input: TimingInput): Timing {
  const resolution = resolveTiming(input);
  if (!resolution.ok) throw new RaftbeatError("invalidSettings", resolution.problems.join("\n"));
  return resolution.timing;
}
