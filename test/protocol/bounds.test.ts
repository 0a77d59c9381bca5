import { describe, expect, it } from "vitest";
import { isAddress, isId, isMetadata } from "../../src/protocol/index.js";

describe("what names may be", () => {
  it.each(["a", "node-1", "_x", "A.b_c-9", "billing-0.billing", "x".repeat(64)])("takes the id %s", (id) => {
    expect(isId(id)).toBe(true);
  });

  it.each(["", ".", "..", ".hidden", "a b", "a/b", "a\n", "é", "x".repeat(65)])("refuses the id %j", (id) => {
    expect(isId(id)).toBe(false);
  });

  it.each([
    "ws://10.0.0.1:7400",
    "wss://billing-0.billing.default.svc",
    "ws://[::1]:7400",
    "ws://host_a:1/election?x=1",
    `ws://h/${"p".repeat(505)}`,
  ])("takes the address %s", (address) => {
    expect(isAddress(address)).toBe(true);
    expect(() => new URL(address)).not.toThrow();
  });

  it.each([
    "",
    "http://a",
    "ws://",
    "ws://a:0",
    "ws://a:65536",
    "ws://user:secret@a",
    "ws://256.1.1.1:7400",
    "ws://[::1.]:7400",
    "ws://[fe80::1%eth0]:7400",
    "ws://fd99::1:7400",
    "ws://a/#part",
    "ws://a b",
    "ws://a/\n",
    "ws+unix:///tmp/socket",
    `ws://h/${"p".repeat(506)}`,
  ])("refuses the address %j", (address) => {
    expect(isAddress(address)).toBe(false);
  });

  it("counts metadata in bytes", () => {
    expect(isMetadata("x".repeat(1024))).toBe(true);
    expect(isMetadata("é".repeat(512))).toBe(true);
    expect(isMetadata("é".repeat(513))).toBe(false);
    expect(isMetadata("x".repeat(1025))).toBe(false);
  });
});
