import { afterEach, describe, expect, it } from "vitest";
import { loopbackTransport } from "../../src/transport/loopback-transport.js";
import { identityOf, startNode, stopAll } from "../support/transport-nodes.js";
import { transportContract } from "./transport-contract.js";

transportContract("the loopback transport", () => {
  const make = loopbackTransport();
  return {
    make,
    start: (identity) => startNode(identity, make),
    member: ({ identity }) => ({ id: identity.id, address: "ws://loopback", incarnation: null }),
  };
});

describe("the loopback transport", () => {
  afterEach(stopAll);

  it("refuses a second node of the same name", async () => {
    const make = loopbackTransport();
    await startNode(identityOf("a"), make);
    await expect(startNode(identityOf("a"), make)).rejects.toMatchObject({
      code: "transportFailed",
      message: expect.stringContaining("node a of cluster test is started already"),
    });
  });
});
