import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import { makeAuthority } from "../support/certificates.js";
import { startCluster } from "./support/cluster.js";
import { raftbeat, temporaryFolder, until } from "./support/node.js";

describe("nodes beside a service", () => {
  it("elect a leader over mutual TLS, each set up by a YAML file", async () => {
    const folder = temporaryFolder();
    const authority = await makeAuthority();
    const ids = ["a", "b", "c"] as const;
    const ports = await freePorts(ids.length, Math.random);
    writeFileSync(join(folder, "ca.pem"), authority.pem);
    writeFileSync(join(folder, "token"), "a shared secret\n");
    const nodes = await Promise.all(
      ids.map(async (id) => {
        const { cert, key } = await authority.issue({ dns: [id] });
        writeFileSync(join(folder, `${id}.pem`), String(cert));
        writeFileSync(join(folder, `${id}.key`), String(key));
        const voters = ids.map((each, index) => `  ${each}: wss://127.0.0.1:${ports[index]}\n`).join("");
        const files = `tlsCa: ${folder}/ca.pem\ntlsCert: ${folder}/${id}.pem\ntlsKey: ${folder}/${id}.key\n`;
        writeFileSync(
          join(folder, `${id}.yaml`),
          `cluster: tls\nid: ${id}\ndata: ${folder}/${id}\nvoters:\n${voters}${files}tokenFile: ${folder}/token\nmetadata: I am ${id}\n`,
        );
        return raftbeat(["node", "--config", join(folder, `${id}.yaml`)]);
      }),
    );
    const leads = (text: string) => /^\S+ INFO +(\w) LEADS in term \d+$/m.exec(text)?.[1];
    await until(() => nodes.some((node) => leads(node.stdout())), "one leads");
    const leader = nodes.map((node) => leads(node.stdout())).find((id) => id !== undefined);
    await until(
      () => nodes.filter((node) => node.stdout().includes(`sees ${leader} lead`)).length === 2,
      "the others follow",
    );
    expect(nodes.map((node) => node.stdout()).join("")).toContain(`(I am ${leader})`);
  });

  it("lead only while the service is well", async () => {
    let well = true;
    const service = createServer((_request, response) => response.writeHead(well ? 204 : 500).end());
    service.listen(0, "127.0.0.1");
    await once(service, "listening");
    onTestFinished(() => {
      service.closeAllConnections();
      service.close();
    });
    const { port } = service.address() as AddressInfo;
    const cluster = await startCluster(["a"], { extra: ["--health-url", `http://127.0.0.1:${port}/`] });
    expect(await cluster.settled()).toBe("a");
    expect((await fetch(`${cluster.url("a")}/leaderz`)).status).toBe(200);
    well = false;
    const lost = await cluster.node("a").line(({ event }) => event === "lost", "the loss");
    expect(lost).toMatchObject({ reason: "unhealthy" });
    expect((await fetch(`${cluster.url("a")}/leaderz`)).status).toBe(503);
  });
});
