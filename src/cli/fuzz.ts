import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { RaftbeatError } from "../errors.js";
import { systemClock } from "../runtime/system-ports.js";
import type { ProfileReport } from "../simulation/fuzz-campaign.js";
import type { FuzzProfileName } from "../simulation/fuzz-profile.js";
import type { FuzzAnswer, FuzzJob } from "../simulation/fuzz-worker.js";
import { countFrom } from "./count-flag.js";
import { endWithReader } from "./end-with-reader.js";
import { refused, writeOutput } from "./output-file.js";

interface Flags {
  readonly seeds: readonly [number, number];
  readonly profile?: string;
  readonly minutes?: number;
  readonly workers?: number;
  readonly out: string;
  readonly json?: true;
}

/** `raftbeat fuzz`: plays random clusters under random faults, and shrinks what fails. */
export function addFuzzCommand(program: Command): void {
  program
    .command("fuzz")
    .summary("play random clusters under random faults")
    .description(
      "Plays random clusters, settings and fault scripts on all cores. Each run ends with all faults over, and then somebody must lead. Whatever fails is shrunk to a scenario file for `raftbeat simulate`. Exits 0 iff nothing failed.",
    )
    .option("--seeds <from..to>", "the seeds of each profile", seedRange, [1, 200] as const)
    .option("--profile <name>", "gentle, harsh, disk, clock, membership or swarm; all unless given")
    .option("--minutes <count>", "go on with further seeds until so long after the start", minutes)
    .option("--workers <count>", "threads; as many as cores unless given", countFrom(1, 512))
    .option("--out <directory>", "where to write the scenarios that fail", ".")
    .option("--json", "print one object a profile")
    .action(async (flags: Flags) => {
      endWithReader();
      const reports = await play(flags);
      process.exitCode = reports.every(({ failures }) => failures.length === 0) ? 0 : 1;
    });
}

async function play(flags: Flags): Promise<ProfileReport[]> {
  const [{ fuzzProfileNames }, { playCampaign }, { loadFastCheck }, { openWorkers, workerCount }] =
    await Promise.all([
      import("../simulation/fuzz-profile.js"),
      import("../simulation/fuzz-campaign.js"),
      import("../simulation/fuzz-shrink.js"),
      import("../simulation/workers.js"),
    ]);
  const profiles = profilesAsked(flags.profile, fuzzProfileNames);
  // Better to know before an hour of fuzzing than after it.
  await loadFastCheck();
  makeFolder(flags.out);
  const clock = systemClock();
  const module = new URL("../simulation/fuzz-worker.js", import.meta.url);
  const workers = await openWorkers<FuzzJob, FuzzAnswer>(module, workerCount(flags.workers));
  try {
    const reports = await playCampaign({
      profiles,
      seeds: flags.seeds,
      untilMs: clock.nowMs() + (flags.minutes ?? 0) * 60_000,
      clockMs: clock.nowMs,
      workers,
      onProgress: showProgress,
    });
    if (process.stderr.isTTY) process.stderr.write("\x1b[2K\r");
    for (const report of reports) {
      const files = writeFailures(report, flags.out);
      process.stdout.write(flags.json ? jsonOf(report, files) : textOf(report, files));
    }
    return reports;
  } finally {
    await workers.close();
  }
}

function profilesAsked(
  name: string | undefined,
  known: readonly FuzzProfileName[],
): readonly FuzzProfileName[] {
  if (name === undefined) return known;
  const profile = known.find((one) => one === name);
  if (profile === undefined)
    throw new RaftbeatError(
      "invalidSettings",
      `--profile ${name}: there is no such profile; they are ${known.join(", ")}`,
    );
  return [profile];
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw refused("--out", folder, cause);
  }
}

/** Writes each shrunk failure; gives the files by seed. */
function writeFailures({ profile, failures }: ProfileReport, folder: string): ReadonlyMap<number, string> {
  const files = new Map<number, string>();
  for (const { seed, shrunk } of failures) {
    if (shrunk === null) continue;
    const file = join(folder, `fuzz-${profile}-${seed}.yaml`);
    writeOutput("--out", file, shrunk.yaml);
    files.set(seed, file);
  }
  return files;
}

function jsonOf(report: ProfileReport, files: ReadonlyMap<number, string>): string {
  const failures = report.failures.map(({ shrunk, ...failure }) => ({
    ...failure,
    faultCount: shrunk?.faultCount ?? null,
    file: files.get(failure.seed) ?? null,
  }));
  return `${JSON.stringify({ ...report, failures })}\n`;
}

function textOf(report: ProfileReport, files: ReadonlyMap<number, string>): string {
  const { profile, seeds, failures, events, simulatedMs, wallMs, hash } = report;
  const verdict = failures.length === 0 ? "no failure" : `${failures.length} FAILED`;
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  const head = `${profile.padEnd(10)}  seeds ${seeds.join("..")}  ${verdict}  ${events} events  ${hours} h simulated  ${(wallMs / 1000).toFixed(1)} s  hash ${hash}\n`;
  const lines = failures.map(({ seed, text, shrunk }) => {
    const file = files.get(seed);
    if (shrunk === null || file === undefined) return `  seed ${seed}: ${text}\n`;
    return `  seed ${seed}: ${shrunk.text}\n    ${shrunk.faultCount} faults left; replay: raftbeat simulate ${file}\n`;
  });
  return head + lines.join("");
}

function showProgress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} runs`);
}

function seedRange(text: string): readonly [number, number] {
  const [, from, to] = /^(\d{1,15})\.\.(\d{1,15})$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to))
    throw new InvalidArgumentError(`${text} is no range of seeds from low to high, like 1..200`);
  return [Number(from), Number(to)];
}

function minutes(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 100_000)) throw new InvalidArgumentError(`${text} is no number of minutes`);
  return number;
}
