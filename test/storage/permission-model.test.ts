import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtFile } from "../../src/built-file.js";
import { root } from "../docs/support/pages.js";
import { temporaryFolder } from "../processes/support/node.js";

const flag = Number.parseInt(process.versions.node, 10) < 23 ? "--experimental-permission" : "--permission";

it("the vote store works under Node's permission model, which lets no descriptor be synced", () => {
  const folder = temporaryFolder();
  const script = join(folder, "store.mjs");
  writeFileSync(
    script,
    `import { createElector, fileVoteStore, loopbackTransport } from ${JSON.stringify(builtFile("index.js").href)};
const elector = await createElector({
  cluster: "c", id: "a", voters: { a: "ws://a:1" }, transport: loopbackTransport(), store: fileVoteStore(${JSON.stringify(join(folder, "votes"))}),
});
console.log(JSON.stringify(await elector.waitForLeader()));
await elector.stop();`,
  );
  const allowed = [folder, "/proc"].flatMap((path) => [
    `--allow-fs-read=${path}`,
    `--allow-fs-write=${path}`,
  ]);
  const said = execFileSync(process.execPath, [flag, ...allowed, `--allow-fs-read=${root}`, script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(JSON.parse(said)).toMatchObject({ id: "a", term: 1 });
});
