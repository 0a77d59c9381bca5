import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** No command takes longer, on the busiest machine; then its process group is ended. */
const commandTimeoutS = 150;

/** What this run was started with is not what a newcomer has; the certificates of the network are. */
const notInherited = /^(npm_|RAFTBEAT_|VITEST|NODE_(OPTIONS|PATH|ENV)$)/;

const outputMaxBytes = 64 * 2 ** 20;

/** An empty folder of one case, outside the checkout. */
export class Folder {
  readonly path: string;
  readonly tarball: string;

  constructor(path: string, tarball: string) {
    this.path = path;
    this.tarball = tarball;
    mkdirSync(path, { recursive: true });
  }

  write(name: string, text: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  writeJson(name: string, value: object): void {
    this.write(name, JSON.stringify(value, null, 2));
  }

  /**
   * Runs a command here to its end; gives what it printed.
   * @throws Error with that, where it fails or takes too long
   */
  run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const inherited = Object.entries(process.env).filter(([name]) => !notInherited.test(name));
    return new Promise((resolve, reject) => {
      // `timeout` runs the command in a process group of its own and ends the whole group.
      execFile(
        "timeout",
        ["--kill-after=5", String(commandTimeoutS), command, ...args],
        {
          cwd: this.path,
          env: { ...Object.fromEntries(inherited), CI: "1", ...env },
          maxBuffer: outputMaxBytes,
        },
        (error, stdout, stderr) => {
          const output = `${stdout}${stderr}`;
          if (error === null) return resolve(output);
          const why =
            error.code === 124 ? `took longer than ${commandTimeoutS} s` : `ended with ${error.code}`;
          reject(new Error(`${command} ${args.join(" ")} ${why}:\n${output.slice(-4000)}`));
        },
      );
    });
  }

  /** Installs the tarball and these packages with npm; `fields` go into the package.json. */
  async install(packages: readonly string[] = [], fields: object = { type: "module" }): Promise<void> {
    this.writeJson("package.json", { name: "user", private: true, ...fields });
    await this.run("npm", [...npmInstall, this.tarball, ...packages]);
  }
}

/** What npm keeps of the packages it has seen, it need not ask the registry for again. */
export const npmInstall = [
  "install",
  "--loglevel=error",
  "--no-audit",
  "--no-fund",
  "--prefer-offline",
] as const;
