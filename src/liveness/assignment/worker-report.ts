import type { HeldShard, Report } from "./worker-message.js";

/** What is known of a worker that has said nothing. */
export const noReport: Report = {
  held: [],
  wants: [],
  releases: [],
  zone: "",
  capacity: 1,
  maxShards: 0,
  leaving: false,
  longestLeaseMs: 0,
};

/** Whether two reports say the same. */
export function sameReport(one: Report, other: Report): boolean {
  return (
    one.leaving === other.leaving &&
    one.zone === other.zone &&
    one.capacity === other.capacity &&
    one.maxShards === other.maxShards &&
    one.longestLeaseMs === other.longestLeaseMs &&
    sameHeld(one.held, other.held) &&
    sameNames(one.wants, other.wants) &&
    sameNames(one.releases, other.releases)
  );
}

function sameHeld(one: readonly HeldShard[], other: readonly HeldShard[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ shard, token }, at) => other[at]?.shard === shard && other[at]?.token === token)
  );
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, at) => other[at] === name));
}
