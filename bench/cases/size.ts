import { execFileSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../../dist/quantiles.js";
import { type Row, rounded } from "../report.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Prints for how long an import took, and what of that the process worked. */
const timed = (specifiers: readonly string[]) =>
  `const begin = performance.now(); const used = process.cpuUsage();
  ${specifiers.map((name) => `await import("${name}");`).join("")}
  const { user, system } = process.cpuUsage(used); console.log(performance.now() - begin, (user + system) / 1000);`;

/** What the front door loads of packages, alone. */
const packages = ["valibot", "ws", "nanoid", "p-queue"];

/** What an import took. */
interface Import {
  readonly ms: number;
  /** Says more than the time where others use the machine. */
  readonly cpuMs: number;
}

/** A folder in which one version of the package is installed, and nothing else. */
interface Installed {
  readonly name: string;
  readonly folder: string;
  readonly imports: Import[];
}

/**
 * Packs the package, installs it in an empty folder as a service does, and tells how large that is and how long `import "raftbeat"` takes in
 * a new process. Beside it, in turn: the packages that it imports, alone, and another version of raftbeat.
 * @param against another tarball, or a version as `npm install` takes it
 */
export function size(runs: number, against: string | undefined): Row[] {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-size-"));
  try {
    const packed = execFileSync(
      "npm",
      ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    const here = installed(folder, "this", join(folder, packed.trim().split("\n").at(-1) ?? ""));
    const before =
      against === undefined
        ? []
        : [installed(folder, "before", against.endsWith(".tgz") ? resolve(against) : against)];
    const bare: Import[] = [];
    for (let run = 0; run < runs; run++) {
      for (const { folder, imports } of [...before, here]) imports.push(imported(folder, ["raftbeat"]));
      bare.push(imported(here.folder, packages));
    }
    const rows = [...before, here].map((each) => rowOf(each));
    return [...rows, { bench: "size", what: packages.join(", "), ...figuresOf(bare) }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function installed(folder: string, name: string, what: string): Installed {
  const own = join(folder, name);
  const flags = ["--silent", "--no-audit", "--no-fund", "--prefix", own];
  execFileSync("npm", ["install", ...flags, what.includes("/") ? what : `raftbeat@${what}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  writeFileSync(join(own, "package.json"), '{ "private": true }');
  return { name, folder: own, imports: [] };
}

function rowOf({ name, folder, imports }: Installed): Row {
  const modules = join(folder, "node_modules");
  const bytes = (below: string) => rounded(bytesBelow(join(modules, below)) / 1e6, 2);
  return {
    bench: "size",
    what: name,
    installedMb: bytes("."),
    ownMb: bytes("raftbeat"),
    packages: packageCount(modules),
    ...figuresOf(imports),
  };
}

function imported(cwd: string, specifiers: readonly string[]): Import {
  const script = timed(specifiers);
  const told = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd,
    encoding: "utf8",
  });
  const [ms = -1, cpuMs = -1] = told.split(" ").map(Number);
  return { ms, cpuMs };
}

function figuresOf(imports: readonly Import[]) {
  return {
    importP50Ms: rounded(median(imports.map(({ ms }) => ms))),
    importCpuP50Ms: rounded(median(imports.map(({ cpuMs }) => cpuMs))),
  };
}

/** What files take on the disk, in whole blocks. */
function bytesBelow(path: string): number {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return stats.blocks * 512;
  return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), stats.blocks * 512);
}

function packageCount(modules: string): number {
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .reduce((sum, name) => sum + (name.startsWith("@") ? readdirSync(join(modules, name)).length : 1), 0);
}
