/** The body of a program: three electors on loopback, votes on disk, elect one leader, which makes fenced writes. */
const elect = `
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function elect() {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-install-"));
  const voters = {};
  for (const id of ["a", "b", "c"]) voters[id] = "ws://127.0.0.1:" + (await freePort());
  const make = (id) =>
    createElector({
      cluster: "install", id, voters, timing: "wan", token: "a secret of sixteen bytes or more",
      store: fileVoteStore(join(folder, "new", id)), logger: silentLogger,
    });
  const electors = await Promise.all(Object.keys(voters).map(make));
  const writers = new Map();
  let highestTerm = 0;
  let writeCount = 0;
  const written = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("no leader wrote five times within 60 s")), 60000).unref();
    for (const elector of electors)
      elector.whileLeader(async (lead) => {
        for (; !lead.signal.aborted; await new Promise((next) => setTimeout(next, 10))) {
          lead.assertValid(1);
          if (lead.term < highestTerm) throw new Error("a stale token");
          highestTerm = lead.term;
          const writer = writers.get(lead.term) ?? elector.id;
          if (writer !== elector.id) reject(new Error("two leaders in term " + lead.term));
          writers.set(lead.term, elector.id);
          if (++writeCount === 5) resolve();
        }
      });
  });
  await written;
  const { term } = await electors[0].waitForLeader();
  await Promise.all(electors.map((elector) => elector.stop()));
  rmSync(folder, { recursive: true });
  return "one leader, term " + term;
}
`;

const modules = {
  "node:net": ["createServer"],
  "node:events": ["once"],
  "node:fs": ["mkdtempSync", "rmSync"],
  "node:os": ["tmpdir"],
  "node:path": ["join"],
  raftbeat: ["createElector", "fileVoteStore", "silentLogger"],
} as const;

/** What an ES module needs to call `elect()`. */
export const electAsModule = `${Object.entries(modules)
  .map(([from, names]) => `import { ${names.join(", ")} } from "${from}";`)
  .join("\n")}\n${elect}`;

/** What a CommonJS module needs to call `elect()`. */
export const electAsCommonJs = `${Object.entries(modules)
  .map(([from, names]) => `const { ${names.join(", ")} } = require("${from}");`)
  .join("\n")}\n${elect}`;

/** Appended, it prints the leader. */
export const printIt =
  "\nelect().then((text) => console.log(text), (error) => { console.error(error); process.exit(1); });\n";

/** @throws Error unless the program printed its leader */
export function assertElected(output: string): void {
  if (!/one leader, term \d+/.test(output)) throw new Error(`no leader was elected:\n${output.slice(-4000)}`);
}
