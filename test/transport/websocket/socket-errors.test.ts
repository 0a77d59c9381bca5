import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import {
  closeOfDialError,
  closeOfLinkError,
  closeOfStatus,
} from "../../../src/transport/link/socket-errors.js";

const errorOf = (code: string, message = "boom") => Object.assign(new Error(message), { code });

describe("what an error of a socket means", () => {
  it.each([
    ["ECONNREFUSED", "ws://a", "lost", "ECONNREFUSED"],
    ["ECONNRESET", "ws://a", "tlsFailed", "it hung up before it answered: perhaps it expects wss://"],
    ["ECONNRESET", "wss://a", "tlsFailed", "it hung up before it answered: perhaps it expects ws://"],
    ["EPROTO", "wss://a", "tlsFailed", "TLS failed (EPROTO): perhaps it expects ws://"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "wss://a", "tlsFailed", "perhaps it expects ws://"],
    ["ENOTFOUND", "wss://a", "lost", "ENOTFOUND"],
  ])("of a dial: %s at %s", (code, address, reason, detail) => {
    const close = closeOfDialError(errorOf(code), address);
    expect(close).toMatchObject({ reason, by: "peer" });
    expect(close.detail).toContain(detail);
  });

  it.each([
    ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "frameTooLarge", "a frame of more than 99 bytes", "self"],
    ["WS_ERR_INVALID_UTF8", "badFrame", "boom", "self"],
    ["ECONNRESET", "lost", "ECONNRESET", "peer"],
  ])("of a link: %s", (code, reason, detail, by) => {
    expect(closeOfLinkError(errorOf(code), 99)).toEqual({ reason, detail, by });
  });

  it.each([
    [403, "browser"],
    [404, "wrongPath"],
    [503, "tooManyConnections"],
    [400, "badRequest"],
    [200, "badRequest"],
    [502, "badRequest"],
  ])("of an answer in place of a WebSocket: %i is %s", (statusCode, reason) => {
    const answer = { statusCode, statusMessage: "No\nWay" } as IncomingMessage;
    expect(closeOfStatus(answer)).toEqual({
      reason,
      detail: `answered HTTP ${statusCode} No?Way to a WebSocket`,
      by: "peer",
    });
  });
});
