import { describe, expect, it } from "vitest";
import { createSuspendWatch } from "../../src/runtime/suspend-watch.js";

/** Looks 200 times, 1 ms apart; after reading number `reading` of the look in the middle `during` happens. Returns the alarms. */
function alarmsWith(
  during: (clock: { monotonicMs: number; wallMs: number }) => void,
  reading: number,
): number {
  const clock = { monotonicMs: 0, wallMs: 1_700_000_000_000 };
  let readings = 0;
  let armed = false;
  const read = (value: number) => {
    if (armed && readings++ === reading) during(clock);
    return value;
  };
  const watch = createSuspendWatch(
    { nowMs: () => read(clock.monotonicMs), wallMs: () => read(clock.wallMs) },
    1.5,
    300,
  );
  let alarms = 0;
  for (let look = 0; look < 200; look++) {
    clock.monotonicMs++;
    clock.wallMs++;
    armed = look >= 100;
    if (watch.hasJumped()) alarms++;
  }
  return alarms;
}

describe.each([0, 1, 2, 3, 4, 5, 6, 7])("after reading %i of a clock", (reading) => {
  it("a process that is held up saw no jump", () => {
    const heldUp = (clock: { monotonicMs: number; wallMs: number }) => {
      clock.monotonicMs += 10;
      clock.wallMs += 10;
    };
    expect(alarmsWith(heldUp, reading)).toBe(0);
  });

  it("a machine that is suspended did", () => {
    const suspended = (clock: { wallMs: number }) => {
      clock.wallMs += 10;
    };
    expect(alarmsWith(suspended, reading)).toBe(1);
  });
});
