import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { healthCheck } from "../../src/settings/health-check.js";

async function aService(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void [server.close(), server.closeAllConnections()]);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const never = new AbortController().signal;

describe("a service asked for its health", () => {
  it.each([
    [200, true],
    [204, true],
    [299, true],
    [301, false],
    [302, false],
    [304, false],
    [400, false],
    [404, false],
    [429, false],
    [500, false],
    [503, false],
  ])("that answers %i is well: %s", async (status, isWell) => {
    // A redirect leads to a page that is well.
    const url = await aService((request, response) => {
      if (request.url === "/login") response.end("log in");
      else response.writeHead(status, { location: "/login" }).end();
    });
    expect(await healthCheck(`${url}/healthz`)({ signal: never })).toBe(isWell);
  });

  it("is asked by GET at the very path, and its answer is not read to its end", async () => {
    const asked: string[] = [];
    const url = await aService((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(200);
      response.write("an answer without an end");
    });
    expect(await healthCheck(`${url}/healthz?deep=1`)({ signal: never })).toBe(true);
    expect(asked).toEqual(["GET /healthz?deep=1"]);
  });

  it("that does not answer in time, or is not there, is an error", async () => {
    const url = await aService(() => {});
    const controller = new AbortController();
    const asking = healthCheck(url)({ signal: controller.signal });
    controller.abort();
    await expect(asking).rejects.toThrow();
    await expect(healthCheck("http://127.0.0.1:1")({ signal: never })).rejects.toThrow();
  });
});
