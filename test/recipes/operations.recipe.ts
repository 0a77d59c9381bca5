import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { read } from "../docs/support/pages.js";
import { program, temporaryFolder } from "../processes/support/node.js";
import { describeWith } from "./support/tools.js";

/** The commands of the page, each block with the heading that it stands under. */
function blocks(): { readonly heading: string; readonly commands: string }[] {
  let heading = "";
  return [...read("docs/recipes.md").matchAll(/^## (.*)$|^```sh\n([\s\S]*?)^```$/gm)].flatMap(
    ([, title, commands]) => {
      if (title !== undefined) heading = title;
      return commands === undefined ? [] : [{ heading, commands }];
    },
  );
}

/** @throws where something else listens on a port that the page names */
async function needFree(port: number): Promise<void> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await Promise.race([
    once(server, "listening"),
    once(server, "error").then(([error]) => Promise.reject(error)),
  ]);
  server.close();
  await once(server, "close");
}

/** Ends the nodes that the commands have left. */
function endNodes(folder: string): void {
  for (const id of ["a", "b", "c"]) {
    const file = join(folder, `${id}.pid`);
    if (!existsSync(file)) continue;
    const processId = Number(readFileSync(file, "utf8"));
    try {
      const command = readFileSync(`/proc/${processId}/cmdline`, "utf8");
      if (command.includes(program)) process.kill(processId, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

describeWith(["openssl", "curl"], "docs/recipes.md", () => {
  it("renews certificates, replaces the authority and a dead node, and upgrades, by the commands as they stand", async () => {
    for (const port of [7401, 7402, 7403, 8401, 8402, 8403]) await needFree(port);
    const folder = temporaryFolder();
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "raftbeat"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
    chmodSync(join(bin, "raftbeat"), 0o755);
    const work = join(folder, "work");
    mkdirSync(work);
    const played = blocks();
    const script = played.map(
      ({ heading, commands }, index) => `echo "--- ${index} ${heading}"\n${commands}\n`,
    );
    writeFileSync(join(folder, "page.sh"), ["set -euo pipefail\n", ...script, 'echo "--- end"\n'].join(""));
    const shell = spawn("bash", [join(folder, "page.sh")], {
      cwd: work,
      env: { ...process.env, PATH: `${bin}:${process.env["PATH"]}` },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 110_000,
    });
    let said = "";
    for (const stream of [shell.stdout, shell.stderr])
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
    try {
      const [code] = await once(shell, "close");
      const logs = ["a", "b", "c"].map((id) => `${id}.log`).filter((name) => existsSync(join(work, name)));
      const log = logs.map((name) => `${name}:\n${readFileSync(join(work, name), "utf8")}`).join("");
      expect(code, `${said}\n${log}`).toBe(0);
      const outputOf = (heading: string) =>
        said
          .split(/^--- /m)
          .filter((part) => part.includes(` ${heading}\n`))
          .join("");
      for (const heading of [
        "Three nodes to try it with",
        "Replace a dead node",
        "Upgrade one node after the other",
      ])
        expect(outputOf(heading), heading).toMatch(/^demo: [abc] leads, term \d+$/m);
      const renewed = outputOf("Renew certificates").match(/^raftbeat_certificate_not_after.*$/gm) ?? [];
      expect(renewed.length).toBeGreaterThanOrEqual(3);
      expect(outputOf("Replace a dead node")).toContain("voters a, b\n");
      expect(outputOf("Replace a dead node")).toContain("voters a, b, c\n");
      // One handover, of the leader that was upgraded last; and nobody's secret was wrong for long.
      expect(log.match(/stops: SIGTERM/g)).toHaveLength(6);
      expect(log).not.toContain("has expired");
    } finally {
      endNodes(work);
    }
  });

  it("has a test for each of its recipes", () => {
    const headings = [...read("docs/recipes.md").matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect([...new Set(blocks().map(({ heading }) => heading))]).toEqual(headings);
  });
});
