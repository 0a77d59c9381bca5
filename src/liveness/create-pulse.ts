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
import { createPulseState, nextBeatMs, slotAt, takeSlot } from "./pulse/pulse.js";

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
  const pulse = createPulseState(intervalMs, random(), clock.nowMs());
  let stopped = false;

  function tell(slot: number, leaving: boolean): void {
    try {
      send({ id, boot, slot, leaving });
    } catch (error) {
      logger.warn({ id, slot, error }, "a beat could not be sent");
    }
  }

  function beat(): void {
    if (stopped) return;
    const slot = takeSlot(pulse, clock.nowMs());
    if (slot !== null) tell(slot, false);
    // `send` may have stopped it.
    if (!stopped) clock.setTimer(nextBeatMs(pulse), "up", beat);
  }

  function beatNow(): void {
    if (stopped) return;
    pulse.sentSlot = Math.max(pulse.sentSlot, slotAt(pulse, clock.nowMs()));
    tell(pulse.sentSlot, false);
  }

  function stop(): void {
    if (stopped) return;
    stopped = true;
    clock.clearTimer();
    tell(Math.max(pulse.sentSlot, slotAt(pulse, clock.nowMs())), true);
  }

  beat();
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
