import { describe, expect, it } from "vitest";
import {
  asciiText,
  closeCodeOf,
  closeOfCode,
  disconnectReasonOf,
  isRefusal,
  type SentCloseReason,
} from "../../../src/transport/wire/close-reason.js";

/** Every reason that travels, with its code and what a node is told of it. */
const sent: readonly (readonly [SentCloseReason, number, string])[] = [
  ["stopping", 1001, "closed"],
  ["frameTooLarge", 1009, "refused"],
  ["badFrame", 4000, "refused"],
  ["flood", 4001, "refused"],
  ["wrongProtocol", 4002, "refused"],
  ["wrongCluster", 4003, "refused"],
  ["wrongNode", 4004, "refused"],
  ["wrongToken", 4005, "refused"],
  ["wrongCertificate", 4006, "refused"],
  ["handshakeTimeout", 4007, "refused"],
  ["tooManyConnections", 4008, "refused"],
  ["tooManyLinks", 4009, "refused"],
  ["replaced", 4010, "replaced"],
  ["redundant", 4011, "closed"],
  ["wrongIncarnation", 4012, "refused"],
  ["olderCopy", 4013, "refused"],
  ["displaced", 4014, "refused"],
];

describe("the reason of a close", () => {
  it.each(sent)("%s travels as %i, and is told as %s", (reason, code, told) => {
    expect(closeCodeOf(reason)).toBe(code);
    expect(closeOfCode(code, "because")).toEqual({ reason, detail: "because", by: "peer" });
    expect(closeOfCode(code, "")).toEqual({ reason, detail: reason, by: "peer" });
    expect(disconnectReasonOf(reason)).toBe(told);
    expect(isRefusal(reason)).toBe(told === "refused");
  });

  it.each([
    [1000, "closed", "closed"],
    [1005, "closed", "closed"],
    [4999, "closed", "closed"],
    [1006, "lost", "reset"],
    [1002, "badFrame", "refused"],
    [1003, "badFrame", "refused"],
    [1007, "badFrame", "refused"],
    [1008, "badFrame", "refused"],
  ])("of another WebSocket, %i, is understood as %s and told as %s", (code, reason, told) => {
    const close = closeOfCode(code, "");
    expect(close).toMatchObject({ reason, by: "peer" });
    expect(close.detail).toContain(String(code));
    expect(disconnectReasonOf(close.reason)).toBe(told);
  });

  it("is told as silent where the link was judged dead", () => {
    expect(disconnectReasonOf("silent")).toBe("silent");
  });
});

describe("text of the other side", () => {
  it("is shown as printable ASCII, and no longer than a close frame may be", () => {
    expect(asciiText("a\nb\u001b[31mé~ ")).toBe("a?b?[31m?~ ");
    expect(asciiText("x".repeat(200))).toBe("x".repeat(120));
    expect(asciiText("x".repeat(200), 150)).toHaveLength(150);
  });
});
