import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterFail, afterPass, isUp, topCredit } from "../../../src/liveness/checks/counter.js";

/** The credits that follow from a row of passes (P) and fails (F), with U for up and D for down after each. */
function row(rise: number, fall: number, from: number, results: string): string {
  let credit = from;
  return results
    .split(" ")
    .map((result) => {
      credit = result === "P" ? afterPass(credit, { rise, fall }) : afterFail(credit, { rise, fall });
      return `${credit}${isUp(credit, { rise, fall }) ? "U" : "D"}`;
    })
    .join(" ");
}

describe("rise and fall (H1)", () => {
  it.each([
    // The row of HAProxy's rule, as in its `set_server_check_status`.
    [2, 3, 4, "F F P F F F P F P P", "3U 2U 4U 3U 2U 0D 1D 0D 1D 4U"],
    [1, 1, 1, "F P F P", "0D 1U 0D 1U"],
    [1, 3, 3, "F F F P", "2U 1U 0D 3U"],
    [3, 1, 3, "F P P F P P P", "0D 1D 2D 0D 1D 2D 3U"],
    [2, 2, 0, "F P P P", "0D 1D 3U 3U"],
  ])("with rise %i and fall %i from %i, %s gives %s", (rise, fall, from, results, credits) => {
    expect(row(rise, fall, from, results)).toBe(credits);
  });

  it("brings a backend down by exactly `fall` fails in a row, and up by exactly `rise` passes in a row", () => {
    const count = fc.integer({ min: 1, max: 10 });
    fc.assert(
      fc.property(count, count, fc.array(fc.boolean(), { maxLength: 60 }), (rise, fall, results) => {
        let credit = topCredit({ rise, fall });
        // The other way to say it: the state, and how many results in a row speak against it.
        let up = true;
        let against = 0;
        for (const ok of results) {
          credit = ok ? afterPass(credit, { rise, fall }) : afterFail(credit, { rise, fall });
          against = ok === up ? 0 : against + 1;
          if (against === (up ? fall : rise)) {
            up = !up;
            against = 0;
          }
          expect(isUp(credit, { rise, fall })).toBe(up);
          expect(credit).toBeGreaterThanOrEqual(0);
          expect(credit).toBeLessThanOrEqual(rise + fall - 1);
        }
      }),
    );
  });
});
