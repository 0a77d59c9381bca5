import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import { type Instruction, instructionsOf, wordsOf } from "../deploy/support/dockerfiles.js";
import { read, root } from "../docs/support/pages.js";
import { runProgram, temporaryFolder, until } from "../processes/support/node.js";

/**
 * Plays Dockerfiles without Docker: each stage is a folder that stands for the root of its image, and its commands are performed there. The
 * base image is this machine, with its Node.js. What only an engine does, such as layers and the user of RUN, is not seen.
 */

/** A stage that was played. */
interface Image {
  readonly folder: string;
  readonly environment: Record<string, string>;
}

/** Paths of an image that lie in its folder. */
const within = (folder: string, text: string) =>
  text.replaceAll(/(?<![\w.])\/(app|var\/lib\/election)(?![\w])/g, `${folder}/$1`);

/** Performs the instructions. @param replace changes a command before it is run */
function build(
  instructions: readonly Instruction[],
  context: string,
  replace: (command: string) => string,
): Image {
  const stages = new Map<string, Image>();
  let image: Image = { folder: "", environment: {} };
  let workFolder = "";
  for (const { keyword, text, from } of instructions)
    switch (keyword) {
      case "FROM": {
        const folder = temporaryFolder();
        chmodSync(folder, 0o755);
        image = {
          folder,
          // Of the machine, which may reach the registry through a proxy.
          environment: { ...(process.env as Record<string, string>) },
        };
        stages.set(/ AS (\w+)$/.exec(text)?.[1] ?? "", image);
        break;
      }
      case "WORKDIR":
        workFolder = within(image.folder, text);
        mkdirSync(workFolder, { recursive: true });
        break;
      case "ENV":
        for (const [, name = "", value = ""] of text.matchAll(/(\w+)=(\S+)/g))
          image.environment[name] = within(
            image.folder,
            value.replace("$PATH", image.environment["PATH"] ?? ""),
          );
        break;
      case "COPY": {
        const sources = text.split(" ");
        const target = join(workFolder, sources.pop() as string);
        for (const source of sources) {
          const stage = from === null ? null : (stages.get(from) as Image);
          const path = stage === null ? join(context, source) : within(stage.folder, source);
          const whole = source === "." || stage !== null;
          cpSync(path, whole ? target : join(target, source), { recursive: true });
        }
        break;
      }
      case "RUN": {
        // The cache is that of this machine, and stays.
        const command = replace(within(image.folder, text)).replace(/ && npm cache clean --force$/, "");
        const options = {
          cwd: workFolder,
          env: image.environment,
          encoding: "utf8",
          timeout: 240_000,
        } as const;
        const { status, stdout, stderr } = spawnSync("sh", ["-c", command], options);
        if (status !== 0) throw new Error(`${command}\n${stdout}${stderr}`);
        break;
      }
      default:
    }
  return image;
}

/** Runs what an image runs, as its user, alone in a cluster; it must be ready, well by its own health check, and end by SIGTERM. */
async function runAlone(
  image: Image,
  instructions: readonly Instruction[],
  customers: boolean,
): Promise<void> {
  const [election = 0, http = 0, web = 0] = await freePorts(3, Math.random);
  const [uid, gid] = (instructions.findLast(({ keyword }) => keyword === "USER")?.text ?? "")
    .split(":")
    .map(Number);
  const environment = {
    ...image.environment,
    RAFTBEAT_CLUSTER: "image",
    RAFTBEAT_ID: "a",
    RAFTBEAT_VOTERS: `a=ws://127.0.0.1:${election}`,
    RAFTBEAT_HTTP: `127.0.0.1:${http}`,
    RAFTBEAT_TIMING: "laptop",
    ...(customers ? { PORT: `${web}` } : {}),
  };
  const words = [...(wordsOf(instructions, "ENTRYPOINT") ?? []), ...(wordsOf(instructions, "CMD") ?? [])];
  const [command = "", ...args] = words;
  const place = {
    cwd: join(image.folder, "app"),
    env: environment,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
  const running = runProgram(command, args, place);
  const get = (path: string) => fetch(`http://127.0.0.1:${http}${path}`);
  await until(
    async () => (await get("/readyz").catch(() => null))?.status === 200,
    () => `the image is ready; it said ${running.stdout()}${running.stderr()}`,
  );
  expect(await (await get("/metrics")).text()).toContain("raftbeat_is_leader");
  if (customers) expect(await (await fetch(`http://127.0.0.1:${web}/`)).text()).toBe("served by a\n");
  const [checker = "", ...check] = wordsOf(instructions, "HEALTHCHECK") ?? [];
  const asks = check.map((word) => word.replace("127.0.0.1:8400", `127.0.0.1:${http}`));
  expect(asks.join(" ")).toContain(`127.0.0.1:${http}/livez`);
  execFileSync(checker, asks, place);
  running.process.kill("SIGTERM");
  expect(await running.exited, running.stderr()).toBe(0);
  expect(() => execFileSync(checker, asks, { ...place, stdio: "ignore" })).toThrow();
  const record = join(image.folder, "var/lib/election");
  expect(readdirSync(record)).not.toEqual([]);
}

/** The package as it would be published. */
function packed(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: root });
  return join(folder, readdirSync(folder)[0] as string);
}

// Only root may give a folder away, as the images do.
describe.skipIf(process.getuid?.() !== 0)(
  "the images of docs/deploy (performed as root, without an engine)",
  () => {
    it("Dockerfile runs a node from the package", async () => {
      const tarball = packed();
      const instructions = instructionsOf("Dockerfile");
      const image = build(instructions, root, (command) => command.replace("raftbeat@0.1", tarball));
      await runAlone(image, instructions, false);
    }, 300_000);

    it("service.Dockerfile compiles and runs the example from the package", async () => {
      const tarball = packed();
      const context = temporaryFolder();
      mkdirSync(join(context, "src"));
      writeFileSync(join(context, "src/service.ts"), read("examples/service-in-a-container.ts"));
      const { devDependencies, peerDependencies } = JSON.parse(read("package.json"));
      const compile =
        "tsc --target es2022 --module nodenext --outDir dist --rootDir src --strict --skipLibCheck src/service.ts";
      writeFileSync(
        join(context, "package.json"),
        JSON.stringify({
          name: "a-service",
          type: "module",
          private: true,
          scripts: { build: `${compile} --ignoreConfig --types node` },
          dependencies: {
            raftbeat: `file:${tarball}`,
            "prom-client": peerDependencies?.["prom-client"] ?? "^15.1.3",
          },
          devDependencies: {
            typescript: devDependencies.typescript,
            "@types/node": devDependencies["@types/node"],
          },
        }),
      );
      execFileSync("npm", ["install", "--package-lock-only", "--no-audit", "--no-fund", "--silent"], {
        cwd: context,
      });
      const instructions = instructionsOf("service.Dockerfile");
      const image = build(instructions, context, (command) => command);
      await runAlone(image, instructions, true);
    }, 300_000);
  },
);
