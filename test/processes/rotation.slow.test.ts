import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import { makeAuthority } from "../support/certificates.js";
import { raftbeat, temporaryFolder } from "./support/node.js";

describe("the secrets of a process", () => {
  it("are renewed from their files while it runs, and a certificate that expires is warned of", async () => {
    const [before, after] = [await makeAuthority("before"), await makeAuthority("after")];
    const folder = temporaryFolder();
    const file = (name: string) => join(folder, name);
    const ports = await freePorts(2, Math.random);
    const voters = `a=wss://127.0.0.1:${ports[0]},b=wss://127.0.0.1:${ports[1]}`;
    async function issue(authority: typeof before, id: string, forMs: number): Promise<void> {
      const { cert, key } = await authority.issue({ dns: [id], forMs });
      writeFileSync(file(`${id}.pem`), String(cert));
      writeFileSync(file(`${id}.key`), String(key));
      writeFileSync(file(`${id}.ca`), authority.pem);
      writeFileSync(file(`${id}.token`), authority === before ? "old\n" : "new\n");
    }
    const start = (id: string) => {
      const names = ["--cluster", "test", "--id", id, "--data", file(id), "--voters", voters];
      const tls = [
        "--tls-cert",
        file(`${id}.pem`),
        "--tls-key",
        file(`${id}.key`),
        "--tls-ca",
        file(`${id}.ca`),
      ];
      const more = ["--token-file", file(`${id}.token`), "--timing", "laptop", "--json", "--while-stdin"];
      return raftbeat(["node", ...names, ...tls, ...more]);
    };
    await issue(before, "a", 60_000);
    await issue(after, "b", 3_600_000);
    const [a, b] = [start("a"), start("b")];
    await a.line(
      ({ event, ...line }) => event === "warning" && /certificate expires in/.test(JSON.stringify(line)),
      "a warning of its certificate",
    );
    await b.line(
      ({ event, ...line }) => event === "warning" && /refused/.test(JSON.stringify(line)),
      "a refusal",
    );
    // A key without its certificate does not fit: the old is kept.
    writeFileSync(file("a.key"), "no key");
    a.process.kill("SIGHUP");
    await a.line(({ event }) => event === "reread", "that it reads again");
    await a.line(
      ({ event, ...line }) => event === "warning" && /old stays in use/.test(JSON.stringify(line)),
      "a warning of the new files",
    );
    await issue(after, "a", 3_600_000);
    await Promise.race([a, b].map((node) => node.line(({ event }) => event === "elected", "a leader")));
    expect(a.lines.some(({ event }) => event === "stopping")).toBe(false);
  });
});
