import { readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { pages, read, root, tableOf } from "./support/pages.js";

const page = read("docs/package.md");
const manifest = JSON.parse(read("package.json")) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
  readonly engines: { readonly node: string };
  readonly files: readonly string[];
  readonly homepage: string;
  readonly bugs: string;
  readonly repository: { readonly url: string };
};

/** The source of each sub-path, and of the command. */
const doors = new Map([
  ...Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === "string"
      ? []
      : [
          [
            path === "." ? "raftbeat" : path.replace("./", ""),
            target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts"),
          ] as const,
        ],
  ),
  ["command", "src/cli/main.ts"] as const,
]);

/** The packages that a door loads: true for one that it loads as it is imported, false for later. */
type Loaded = ReadonlyMap<string, boolean>;

async function loadedBy(): Promise<ReadonlyMap<string, Loaded>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...doors.values()],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    packages: "external",
    outdir: "dist",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  return new Map(
    [...doors].map(([door, file]) => {
      const loaded = new Map<string, boolean>();
      const seen = new Map<string, boolean>();
      const visit = (file: string, atOnce: boolean): void => {
        if (seen.get(file) === true || (seen.has(file) && !atOnce)) return;
        seen.set(file, atOnce);
        for (const { path, kind, external } of metafile.inputs[file]?.imports ?? []) {
          const now = atOnce && kind !== "dynamic-import";
          if (external !== true) visit(path, now);
          else if (!path.startsWith("node:")) {
            const [name = path] = path.split("/");
            loaded.set(name, now || loaded.get(name) === true);
          }
        }
      };
      visit(file, true);
      return [door, loaded];
    }),
  );
}

describe("docs/package.md", () => {
  let loaded: ReadonlyMap<string, Loaded>;
  beforeAll(async () => {
    loaded = await loadedBy();
  });

  it("says of each package whether it is installed, and what loads it, as the imports have it", () => {
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
    const expected = names.map((name) => {
      const by = [...loaded].flatMap(([door, packages]) => {
        const atOnce = packages.get(name);
        return atOnce === undefined ? [] : [atOnce ? door : `(${door})`];
      });
      return [name, name in manifest.dependencies ? "installed" : "optional", by.join(", ")];
    });
    const told = tableOf(page, "dependencies").map((row) => row.slice(0, 3));
    expect(told.sort()).toEqual(expected.sort());
  });

  it("knows every package that is imported", () => {
    const imported = new Set([...loaded.values()].flatMap((packages) => [...packages.keys()]));
    const named = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
    expect([...imported].sort()).toEqual(named.sort());
    for (const door of ["protocol", "protocol/invariants"]) expect(loaded.get(door)?.size, door).toBe(0);
  });

  it("has each peer optional, with the range that is told where it is missing", () => {
    const [, told = ""] = /const optionalPackages = \{([^}]*)\}/.exec(read("src/errors.ts")) ?? [];
    const ranges = Object.fromEntries(
      [...told.matchAll(/"([\w-]+)": "([^"]+)"/g)].map(([, ...pair]) => pair),
    );
    expect(ranges).toEqual(manifest.peerDependencies);
    expect(manifest.peerDependenciesMeta).toEqual(
      Object.fromEntries(Object.keys(manifest.peerDependencies).map((name) => [name, { optional: true }])),
    );
    for (const [name, range] of Object.entries(ranges).filter(([name]) => page.includes(`"${name}@`)))
      expect(page).toContain(`npm install raftbeat "${name}@${range}"`);
  });

  it("tells the versions that there are", () => {
    const [, wire] = /highestWireVersion = (\d+)/.exec(read("src/transport/wire/handshake.ts")) ?? [];
    const [, format] = /^const format = (\d+);/m.exec(read("src/storage/vote-slot.ts")) ?? [];
    const told = Object.fromEntries(tableOf(page, "versions").map(([what, now]) => [what, now]));
    expect(told).toMatchObject({
      "Node.js": manifest.engines.node,
      "wire protocol": wire,
      "vote file": format,
    });
  });
});

describe("package.json", () => {
  const repository = "https://github.com/raftbeat/raftbeat";

  it("names one repository, which every link into it has", () => {
    expect(manifest.repository.url).toBe(`git+${repository}.git`);
    expect(manifest.homepage).toBe(`${repository}#readme`);
    expect(manifest.bugs).toBe(`${repository}/issues`);
    const texts = [...pages(), ".github/ISSUE_TEMPLATE/config.yml"].map(read);
    const links = texts.flatMap((text) => text.match(/https:\/\/github\.com\/[\w-]+\/raftbeat/g) ?? []);
    expect(links.length).toBeGreaterThan(0);
    expect(new Set(links)).toEqual(new Set([repository]));
  });

  it("ships every page, and all that the pages link to", () => {
    const shipped = manifest.files.map(
      (pattern) => new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}(?:/|$)`),
    );
    const isShipped = (path: string) =>
      ["README.md", "LICENSE", "package.json"].includes(path) || shipped.some((one) => one.test(path));
    const all = pages().filter((path) => !path.startsWith("bench"));
    expect(all.filter((path) => !isShipped(path))).toEqual([]);
    const dead = all.flatMap((from) =>
      [...read(from).matchAll(/\]\(([^()\s#]+)(?:#[^()\s]*)?\)/g)]
        .map(([, target]) => target as string)
        .filter((target) => !/^[a-z]+:/.test(target))
        .map((target) => normalize(join(dirname(from), target)))
        .filter((path) => !isShipped(path))
        .map((path) => `${from}: ${path}`),
    );
    expect(dead).toEqual([]);
  });

  it("ships no source maps, as it ships no sources, and no code that points to one", () => {
    const built = readdirSync(`${root}dist`, { recursive: true, encoding: "utf8" });
    expect(built.length).toBeGreaterThan(100);
    expect(built.filter((path) => path.endsWith(".map"))).toEqual([]);
    const code = built.filter((path) => path.endsWith(".js"));
    expect(code.filter((path) => /^\/\/# sourceMappingURL=/m.test(read(`dist/${path}`)))).toEqual([]);
  });
});
