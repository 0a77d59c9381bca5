import type { ZoneMode } from "./liveness-event.js";

/** How many peers of a zone there are, and how many of them are suspected or dead. */
export interface ZoneCount {
  readonly total: number;
  readonly silent: number;
}

/** A zone counts as partly silent from this share on, as in Kubernetes (`--unhealthy-zone-threshold`). */
const partialShare = 0.55;

/** A zone of fewer peers says nothing about the observer. */
const tellingCount = 3;

/** How a zone of at least 3 peers is (B1): `full` where all of it is silent, `partial` where more than 2 and at least 55 % are. */
export function modeOf({ total, silent }: ZoneCount): ZoneMode {
  if (total < tellingCount) return "normal";
  if (silent === total) return "full";
  return silent > 2 && silent / total >= partialShare ? "partial" : "normal";
}

/**
 * Whether the observer has to doubt itself (B2): every zone of at least 3 peers is partly or fully silent, and there is one. Kubernetes asks for all zones to
 * be fully silent, and one healthy node then keeps a hundred evictable (kubernetes#128528).
 */
export function doubtsItself(zones: Iterable<ZoneCount>): boolean {
  let telling = 0;
  for (const zone of zones) {
    if (zone.total < tellingCount) continue;
    if (modeOf(zone) === "normal") return false;
    telling++;
  }
  return telling > 0;
}

/** A zone of at most so many peers is not declared dead by parts while it is partly silent. */
const smallZone = 50;

/**
 * How many peers of a zone may be declared dead in a second (B3): all that are silent alone; of a partly silent zone a tenth, and none of a small one, until
 * the brake has held it for long enough.
 * @param perSecond the rate where nothing is amiss
 */
export function deathsPerSecond(zone: ZoneCount, perSecond: number, heldLong: boolean): number {
  if (modeOf(zone) !== "partial") return perSecond;
  return zone.total <= smallZone && !heldLong ? 0 : perSecond / 10;
}
