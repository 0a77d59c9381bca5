import { describe, expect, it } from "vitest";
import { linkFiguresOf } from "../../../src/tuning/qos/measured-link.js";
import { seededTrace } from "../../../src/tuning/qos/seeded-trace.js";
import { parseBeatTrace, traceBounds } from "../../../src/tuning/qos/trace-file.js";

const lines = (count: number, line: (slot: number) => string) =>
  Array.from({ length: count }, (_, slot) => line(slot)).join("\n");
const values = (slot: number) => `${slot},${slot * 1000 + 5}`;

describe("a file of arrivals", () => {
  it("is read as comma-separated values, with or without names, and as JSON lines", () => {
    const plain = parseBeatTrace(lines(30, values));
    expect([plain.intervalMs, plain.slots.length, plain.aliveUntilMs]).toEqual([1000, 30, 29_005]);
    expect(parseBeatTrace(`slot,atMs\r\n${lines(30, values).replaceAll("\n", "\r\n")}\r\n`)).toEqual(plain);
    expect(
      parseBeatTrace(lines(30, (slot) => JSON.stringify({ slot, atMs: slot * 1000 + 5, from: "a" }))),
    ).toEqual(plain);
  });

  it("gives the sender's pace and start as they were, though clocks differ in rate and some beats are late or lost", () => {
    const { slots, arrivedAtMs } = seededTrace(
      { intervalMs: 1000, delay: { exponential: 20 }, loss: 0.02 },
      20_000,
      2,
    );
    // The observer's clock began a year earlier and runs 50 ppm fast.
    const text = [...slots]
      .map((slot, index) => `${slot},${3.15e10 + (arrivedAtMs[index] as number) * 1.00005}`)
      .join("\n");
    const trace = parseBeatTrace(text);
    expect(trace.intervalMs).toBe(1000);
    expect(Math.abs(trace.sendings.paceMs / 1000.05 - 1)).toBeLessThan(1e-6);
    expect(trace.sendings.known).toBe(false);
    const { delayMs, deviationMs, loss } = linkFiguresOf(trace);
    expect(Math.abs(delayMs - 20)).toBeLessThan(3);
    expect(Math.abs(deviationMs - 20)).toBeLessThan(1);
    expect(Math.abs(loss - 0.02)).toBeLessThan(0.003);
  });

  it.each([
    ["", "0 beats, and no estimate rests on fewer than 20"],
    [lines(19, values), "19 beats"],
    ["1,2,3", "line 1: 1,2,3 must be a slot and an arrival"],
    ["1,", "line 1: 1, must be a slot and an arrival"],
    ["1,5\nx,7", "line 2: slot (NaN) must be a whole number"],
    ["1.5,5", "line 1: slot (1.5) must be a whole number"],
    ["-1,5", "line 1: slot (-1) must be a whole number"],
    ["1,Infinity", "line 1: atMs (Infinity) must be a number"],
    ["1,5\n2,4", "line 2: atMs (4) is before the arrival above it (5): sort by arrival"],
    ['{"slot":1,"atMs":"5"}', "must have the numbers slot and atMs"],
    ['{"slot":1', "is no JSON"],
    ["null", "0 beats"],
    [lines(30, (slot) => `${slot},7`), "all beats arrive at once"],
    [`${lines(30, (slot) => `${slot + 5000},${slot * 1000}`)}\n0,31000`, "the sender began anew"],
    [lines(30, (slot) => `${slot * 1e8},${slot * 1000}`), `more than ${traceBounds.mostSlots} slots`],
    [`\u001b[31m${"9".repeat(80)}`, "..."],
  ])("that is none (%#) is refused with the line and the reason", (text, reason) => {
    expect(() => parseBeatTrace(text)).toThrow(reason);
    expect(() => parseBeatTrace(text)).toThrow(/^the trace/);
  });

  it("is refused where its sender beats at another interval than it is said to", () => {
    expect(() => parseBeatTrace(lines(30, values), 500)).toThrow("slots are 1000 ms apart, and not 500 ms");
    expect(parseBeatTrace(lines(30, values), 990).intervalMs).toBe(990);
  });
});
