import { describe, expect, it } from "vitest";
import { deviationsOfPhi, phiOfNormal } from "../../../src/liveness/detection/phi.js";

/** The cumulative distribution that a phi stands for. */
const cdf = (phi: number): number => 1 - 10 ** -phi;

// Apache Pekko, AccrualFailureDetectorSpec; exact values worked out independently.
describe("phi of normally distributed intervals", () => {
  it.each([
    [0, 0.5, 3],
    [6, 0.7257, 3],
    [15, 0.9332, 3],
    [20, 0.97725, 3],
    [25, 0.99379, 3],
    [35, 0.99977, 3],
    [40, 0.99997, 4],
  ])("of mean 0 and deviation 10, %i later, stands for the distribution %d", (silent, share, digits) => {
    expect(cdf(phiOfNormal(silent, 0, 10))).toBeCloseTo(share, digits);
  });

  it("rises all the way", () => {
    const row = Array.from({ length: 41 }, (_, silent) => phiOfNormal(silent, 0, 10));
    expect(row.every((phi, index) => index === 0 || phi > (row[index - 1] as number))).toBe(true);
    expect(cdf(phiOfNormal(22, 20, 3))).toBeCloseTo(0.7476, 4);
  });

  it.each([
    [10, 0, 1, 37.5847],
    [-25, 0, 1, 0],
    [0, 1000, 100, 0],
    [500, 1000, 100, 0],
    [1000, 1000, 100, 0.301],
    [1200, 1000, 100, 1.6428],
    [1400, 1000, 100, 4.7367],
    [1600, 1000, 100, 10.7826],
    [1700, 1000, 100, 15.3685],
    // IoTDB, DetectorTest: five intervals of 1 s, the least deviation as it is set there.
    [1000, 1000, 200, 0.301],
    [2000, 1000, 200, 7.3],
    [3000, 1000, 200, 37.58],
    [2000, 1000, 300, 3.448],
    [3000, 1000, 300, 13.71],
    [6000, 4000, 200, 37.58],
  ])("of %d ms, mean %d, deviation %d is %d", (silent, mean, deviation, phi) => {
    expect(Math.abs(phiOfNormal(silent, mean, deviation) - phi)).toBeLessThan(0.006);
  });

  it("is lower where the deviation is higher", () => {
    expect(phiOfNormal(1100, 1000, 500)).toBeLessThan(phiOfNormal(1100, 1000, 100));
  });

  it("keeps its digits where the chance itself is below the smallest number, and stays finite", () => {
    // z = 30 (1.5976 + 0.070566 * 900) = 1953.21: e^-z is 0, and phi is far beyond its cap.
    expect(Math.exp(-30 * (1.5976 + 0.070566 * 900))).toBe(0);
    expect(phiOfNormal(16, 0, 1)).toBeCloseTo((16 * (1.5976 + 0.070566 * 256)) / Math.LN10, 9);
    expect(phiOfNormal(1e12, 0, 1)).toBe(300);
    // Near 0 the chance is near 1, where 1 - P would lose all digits.
    expect(phiOfNormal(-9, 0, 1)).toBeGreaterThan(0);
    expect(phiOfNormal(-9, 0, 1)).toBeCloseTo(Math.exp(-9 * (1.5976 + 0.070566 * 81)) / Math.LN10, 35);
  });
});

describe("the deviations of a phi", () => {
  it.each([
    [1, 1.282],
    [3, 3.059],
    [8, 5.226],
    [10, 5.799],
    [12, 6.292],
  ])("of %d are %d", (phi, deviations) => {
    expect(deviationsOfPhi(phi)).toBeCloseTo(deviations, 3);
  });

  it("are the inverse of phi, from 0.1 to 299", () => {
    for (let phi = 0.1; phi < 299; phi *= 1.07)
      expect(phiOfNormal(deviationsOfPhi(phi), 0, 1) / phi).toBeCloseTo(1, 10);
  });
});
