/**
 * Prints the tables of the documents anew: each stands below the command that prints it. Says of each table what moved.
 *
 *     npm run tables                 the tables that take seconds
 *     npm run tables -- study        all whose file or command has this word in it, such as the studies, which take minutes
 *     npm run tables -- --check      writes nothing, and exits 1 if something moved
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const documents = [
  "simulations/README.md",
  "simulations/studies/README.md",
  "simulations/studies/SWEEP.md",
  "simulations/studies/ADVISE.md",
];

/** A command of a document and what stands below it as its output: a fenced block, or a table of Markdown. */
interface Table {
  readonly document: string;
  readonly command: string;
  readonly printed: string;
}

/** A command as an indented line or as a block of its own, and the output after it. */
const shape =
  /^(?: {4}npx (?<line>[^\n]+)|```sh\n(?<block>[^`]+?)\n```)\n\n(?:```(?:text)?\n(?<text>[^`]*?)\n```|(?<rows>(?:\|[^\n]*\n)+))/gm;

/** The tables of these commands take minutes, or are of the machine that printed them. */
const slow = /\bstudy\b|false-alarms|--quiet-minutes \d{4}/;
const ofOneMachine = /\bloopback\b/;

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const isCheck = process.argv.includes("--check");

const tables = documents.flatMap((document) =>
  [...readFileSync(`${root}${document}`, "utf8").matchAll(shape)].map(({ groups }): Table => {
    const command = (groups?.["line"] ?? groups?.["block"] ?? "").replaceAll("\\\n", " ");
    return { document, command, printed: (groups?.["text"] ?? groups?.["rows"] ?? "").trimEnd() };
  }),
);
let moved = 0;
for (const table of tables.filter(isAsked)) {
  const { document, command, printed } = table;
  const now = shownOf(command, output(command)).trimEnd();
  process.stdout.write(`${document}: ${command.replace(/\s+/g, " ")}: `);
  if (now === printed) {
    process.stdout.write("as it was\n");
    continue;
  }
  moved++;
  process.stdout.write(`moved\n${differences(printed, now)}`);
  if (isCheck) continue;
  const text = readFileSync(`${root}${document}`, "utf8");
  writeFileSync(
    `${root}${document}`,
    text.replace(printed, () => now),
  );
}
if (isCheck && moved > 0) process.exitCode = 1;

function isAsked({ document, command }: Table): boolean {
  if (ofOneMachine.test(command)) return words.includes("loopback");
  if (words.length === 0) return !slow.test(command);
  return words.some((word) => document.includes(word) || command.includes(word));
}

/** What a command prints. @throws Error where it does not exit with 0 or 1, which say that something is not as expected */
function output(command: string): string {
  const [program = "", ...args] = command.trim().split(/\s+/);
  const run = program === "raftbeat" ? ["dist/cli/main.js", ...args] : ["--import", "tsx", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, run, { cwd: root, encoding: "utf8" });
  if (status !== 0 && status !== 1) throw new Error(`${command}: exit code ${status}\n${stderr}`);
  return stdout;
}

/** Of a study the document keeps the table alone, which is the last paragraph. */
function shownOf(command: string, printed: string): string {
  return /^raftbeat study\b/.test(command) ? (printed.trimEnd().split("\n\n").at(-1) ?? "") : printed;
}

/** The lines that differ, old above new. */
function differences(before: string, after: string): string {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const lines: string[] = [];
  for (let line = 0; line < Math.max(old.length, now.length); line++) {
    if (old[line] === now[line]) continue;
    if (old[line] !== undefined) lines.push(`  - ${old[line]}\n`);
    if (now[line] !== undefined) lines.push(`  + ${now[line]}\n`);
  }
  return lines.join("");
}
