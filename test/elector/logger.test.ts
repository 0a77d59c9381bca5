import { expect, it } from "vitest";
import { Electors } from "./support/electors.js";

it("a logger that throws keeps a node neither from leading nor from handing over", async () => {
  const fails = (): never => {
    throw new Error("no space left on device");
  };
  const world = new Electors();
  const voters = { a: "ws://a:1", b: "ws://b:1", c: "ws://c:1" };
  const logger = { debug: fails, info: fails, warn: fails, error: fails };
  for (const id of Object.keys(voters)) await world.start(id, { voters, logger });
  const first = await world.leader();
  first.elector.subscribe(() => fails());
  await world.settled(first.elector.resign());
  const next = await world.leader();
  expect(next.id).not.toBe(first.id);
  expect(first.elector.status()).toMatchObject({ role: "follower", leader: next.id });
});
