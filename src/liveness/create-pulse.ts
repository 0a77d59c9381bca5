import { nanoid } from "nanoid";
import * as v from "valibot";
import { safeLogger } from "../elector/observers/logger.js";
import { stderrLogger } from "../elector/observers/stderr-logger.js";
import {
  callable,
  checkOptions,
  id as idSchema,
  only,
  withMethods,
} from "../elector/options/check-options.js";
import { systemClock, systemRandom } from "../runtime/system-ports.js";
import { interval } from "./detection/detector-settings.js";
import type { LivenessPorts, Pulse, PulseOptions } from "./monitor-api.js";
import { startSender } from "./sender.js";

const schema = only({
  id: idSchema,
  intervalMs: interval,
  send: callable,
  logger: v.optional(withMethods("debug", "info", "warn", "error")),
});

/**
 * Beats at once, and then once in each interval, until it is stopped. A process that was held up sends the present beat once, and none that it missed.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const monitor = createMonitor({ intervalMs: 1000 });
 * const pulse = createPulse({ id: "worker-1", intervalMs: 1000, send: (beat) => monitor.beat(beat.id, beat) });
 */
export function createPulse(
  options: PulseOptions,
  ports: LivenessPorts = { clock: systemClock(), random: systemRandom },
): Pulse {
  checkOptions(schema, options, "the options of a pulse");
  const { id, intervalMs, send } = options;
  const { clock, random } = ports;
  const logger = safeLogger(options.logger ?? stderrLogger(`pulse/${id}`, clock));
  const boot = nanoid(12);
  const { beatNow, stop } = startSender(intervalMs, random(), clock, (slot, leaving) => {
    try {
      send({ id, boot, slot, leaving });
    } catch (error) {
      logger.warn({ id, slot, error }, "a beat could not be sent");
    }
  });

  return {
    id,
    boot,
    beatNow,
    stop,
    async [Symbol.asyncDispose]() {
      stop();
    },
  };
}
