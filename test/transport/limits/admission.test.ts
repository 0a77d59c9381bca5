import { describe, expect, it } from "vitest";
import { createAdmission } from "../../../src/transport/limits/admission.js";

/** How many of 100 connections are taken. */
function taken(admission: ReturnType<typeof createAdmission>, host: string, nowMs: number): number {
  return Array.from({ length: 100 }, () => admission.admits(host, nowMs)).filter(Boolean).length;
}

describe("the admission of connections", () => {
  it("takes as many a second as allowed, from all hosts together", () => {
    const admission = createAdmission(10, 0);
    expect(taken(admission, "10.0.0.1", 0)).toBe(10);
    expect(taken(admission, "10.0.0.2", 0)).toBe(0);
    expect(taken(admission, "10.0.0.2", 500)).toBe(5);
    expect(taken(admission, "10.0.0.3", 60_000)).toBe(10);
  });

  it("keeps a token bucket for each host of a peer, dialled or accepted, however it is written", () => {
    const admission = createAdmission(10, 0);
    admission.setPeers(["b", "c"]);
    admission.onPeerAt("b", "10.0.0.2", "dialled");
    admission.onPeerAt("b", "10.0.0.9", "accepted");
    admission.onPeerAt("c", "10.0.0.3", "dialled");
    expect(taken(admission, "66.6.6.6", 0)).toBe(10);
    expect(taken(admission, "::ffff:10.0.0.2", 0)).toBe(10);
    expect(taken(admission, "10.0.0.9", 0)).toBe(10);
    expect(taken(admission, "10.0.0.3", 0)).toBe(10);
    // Being reached there again fills nothing.
    admission.onPeerAt("c", "10.0.0.3", "dialled");
    expect(taken(admission, "10.0.0.3", 0)).toBe(0);
  });

  it("lets the host of a peer take from the bucket of all as well, once its own is empty", () => {
    const admission = createAdmission(10, 0);
    admission.onPeerAt("b", "10.0.0.2", "dialled");
    expect(taken(admission, "10.0.0.2", 0)).toBe(20);
    expect(taken(admission, "66.6.6.6", 0)).toBe(0);
  });

  it("forgets the hosts of nodes that are no peers any more", () => {
    const admission = createAdmission(10, 0);
    admission.onPeerAt("b", "10.0.0.2", "dialled");
    admission.setPeers(["c"]);
    expect(taken(admission, "66.6.6.6", 0)).toBe(10);
    expect(taken(admission, "10.0.0.2", 0)).toBe(0);
  });
});
