import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** No command takes longer, on the busiest machine; then its process group is ended. */
const commandTimeoutS = 150;

/** An empty folder of one case, outside the checkout. */
export class Folder {
  readonly path: string;
  readonly tarball: string;
  private readonly toolsPath: string;

  constructor(path: string, tarball: string, toolsPath: string) {
    this.path = path;
    this.tarball = tarball;
    this.toolsPath = toolsPath;
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
  run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|RAFTBEAT_|NODE_|VITEST)/.test(name),
    );
    // `timeout` runs the command in a process group of its own and ends the whole group.
    const { status, stdout, stderr, error } = spawnSync(
      "timeout",
      ["--kill-after=5", String(commandTimeoutS), command, ...args],
      { cwd: this.path, encoding: "utf8", env: { ...Object.fromEntries(inherited), CI: "1", ...env } },
    );
    if (error !== undefined) throw error;
    const output = `${stdout}${stderr}`;
    if (status !== 0)
      throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${output.slice(-4000)}`);
    return output;
  }

  /** Installs the tarball and these packages with npm; `fields` go into the package.json. */
  install(packages: readonly string[] = [], fields: object = { type: "module" }): void {
    this.writeJson("package.json", { name: "user", private: true, ...fields });
    this.run("npm", [...npmInstall, this.tarball, ...packages]);
  }

  /** The folder of an installed tool, which all cases share. */
  tool(name: string, version: string): string {
    const prefix = join(this.toolsPath, `${name.replace("/", "-")}-${version}`);
    mkdirSync(prefix, { recursive: true });
    if (!readdirSync(prefix).includes("node_modules"))
      this.run("npm", [...npmInstall, "--ignore-scripts", "--prefix", prefix, `${name}@${version}`]);
    return join(prefix, "node_modules", name);
  }
}

const npmInstall = ["install", "--loglevel=error", "--no-audit", "--no-fund"] as const;
