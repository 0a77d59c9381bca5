import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { read } from "../docs/support/pages.js";
import { program, temporaryFolder } from "../processes/support/node.js";
import { describeWith, path } from "./support/tools.js";

/** The unit with the program of this checkout, as a file of its own. */
function unitWith(change: (text: string) => string = (text) => text): string {
  const folder = temporaryFolder();
  const executable = join(folder, "raftbeat");
  writeFileSync(executable, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(executable, 0o755);
  const file = join(folder, "raftbeat.service");
  writeFileSync(
    file,
    change(read("docs/deploy/raftbeat.service").replace("/usr/local/bin/raftbeat", executable)),
  );
  return file;
}

function analyze(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(path("systemd-analyze"), args, { encoding: "utf8" });
  return { status, said: stdout + stderr };
}

describeWith(["systemd-analyze"], "docs/deploy/raftbeat.service", () => {
  it("is a unit in which systemd finds nothing wrong, and systemd sees what is", () => {
    expect(analyze("verify", unitWith())).toEqual({ status: 0, said: "" });
    expect(
      analyze(
        "verify",
        unitWith((text) => text.replace("Type=exec", "Type=exact")),
      ).said,
    ).toContain("Failed to parse service type");
  });

  it("is well shut in: at most 2 of 10 points of exposure", () => {
    const { said } = analyze("security", "--offline=true", "--threshold=20", unitWith());
    const exposure = /Overall exposure level for raftbeat.service: ([\d.]+) OK/.exec(said)?.[1];
    expect(Number(exposure), said).toBeLessThanOrEqual(2);
  });
});
