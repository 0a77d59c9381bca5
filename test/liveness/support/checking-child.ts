import { createChecks, silentLogger } from "../../../src/liveness/index.js";

/**
 * A process that checks the backend whose URL it is given, and tells its parent each event. A number from there blocks it for so many milliseconds. A probe asks
 * three times, one after the other, and is nearly always under way: what has arrived during an absence cannot end it.
 */
const [url = ""] = process.argv.slice(2);
const checks = createChecks({
  backends: { a: url },
  async probe(_, { target, signal }) {
    for (let step = 0; step < 3; step++) if (!(await fetch(target, { signal })).ok) return false;
    return true;
  },
  intervalMs: 100,
  timeoutMs: 1500,
  fall: 1,
  logger: silentLogger,
});
checks.subscribe((event) => process.send?.(event));
process.on("disconnect", () => process.exit());
process.on("message", (blockMs) => {
  const untilMs = performance.now() + Number(blockMs);
  while (performance.now() < untilMs);
});
