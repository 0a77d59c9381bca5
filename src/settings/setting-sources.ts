import { closeSync, openSync, readSync } from "node:fs";
import * as v from "valibot";
import { RaftbeatError } from "../errors.js";
import { looksSecret, withoutPasswords } from "../printable.js";
import { ownWords } from "../schemas/own-words.js";
import { judgeVariable } from "./unknown-variable.js";

/** How one setting is spelled and checked. Its key is its name in a file; `electionTimeout` is RAFTBEAT_ELECTION_TIMEOUT. */
export interface Setting {
  /** As commander takes it: `--election-timeout <min-max>`. */
  readonly flag: string;
  readonly help: string;
  readonly schema: v.GenericSchema<unknown, unknown>;
  /** True for what must not be repeated in an error. */
  readonly secret?: boolean;
}

/** A command's settings by key. */
export type Settings = Readonly<Record<string, Setting>>;

/** The checked values of those settings that were given. */
export type Given<S extends Settings> = { readonly [K in keyof S]?: v.InferOutput<S[K]["schema"]> };

/** The content of a settings file. */
export interface FileSettings {
  readonly content: Readonly<Record<string, unknown>>;
  /** Where a key stands: the file and the line. */
  placeOf(key: string): string;
}

/** Where settings come from: flags go before the environment, and that before the file. */
export interface Sources {
  /** What was typed, by key. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What a settings file says, or null. */
  readonly file: FileSettings | null;
}

/** The environment variable of a setting. */
export function variableOf(key: string): string {
  return `RAFTBEAT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The bare flag of a setting: `--election-timeout`. */
export function flagOf(setting: Setting): string {
  return setting.flag.split(" ")[0] ?? setting.flag;
}

/**
 * Every given setting, checked.
 * @param otherVariables variables of other commands, which are no mistake here
 * @param warn told of variables that mean nothing
 * @throws RaftbeatError `invalidSettings`, whose one sentence names the setting where it was given, its value and what it must be
 */
export function readSettings<S extends Settings>(
  settings: S,
  { flags, environment, file }: Sources,
  otherVariables: readonly string[],
  warn: (sentence: string) => void,
): Given<S> {
  const fromFile = file?.content ?? {};
  const variables = readEnvironment(environment, settings, otherVariables, warn);
  const given: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    if (flags[key] !== undefined) given[key] = check(setting, flagOf(setting), flags[key]);
    else if (variables[key] !== undefined) given[key] = check(setting, variableOf(key), variables[key]);
    else if (fromFile[key] !== undefined)
      given[key] = check(setting, `${file?.placeOf(key)}: ${key}`, fromFile[key]);
  }
  return given as Given<S>;
}

/** The checked value, or one sentence on what is wrong with it. */
export function check(setting: Setting, place: string, value: unknown): unknown {
  const result = v.safeParse(setting.schema, value, { abortEarly: true, ...ownWords });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = issue.path?.map((item) => `.${String(item.key)}`).join("") ?? "";
  // Below a path the issue's own value is meant; above it the value as it was given, before it was parsed.
  const shown = setting.secret === true ? "(not shown)" : show(path === "" ? value : issue.input);
  throw invalid(`${place}${path} ${shown} ${issue.message}`);
}

/** An error about settings. */
export function invalid(sentence: string, cause?: unknown): RaftbeatError {
  return new RaftbeatError("invalidSettings", sentence, { cause });
}

/** A value as an error repeats it: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return "(not given)";
  const shown = withoutPasswords(jsonOf(value) ?? String(value));
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

/** A map of YAML can hold itself, or the same map so often that there is no end of it. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return "(too tangled to show)";
  }
}

/** The value of a setting that does not exist, unless it may be a secret whose name was mistyped. */
export function showUnknown(key: string, value: unknown): string {
  return looksSecret(key) ? "(not shown)" : show(value);
}

function readEnvironment(
  environment: Sources["environment"],
  settings: Settings,
  otherVariables: readonly string[],
  warn: (sentence: string) => void,
): Record<string, string> {
  const keys = new Map(Object.keys(settings).map((key) => [variableOf(key), key]));
  const given: Record<string, string> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith("RAFTBEAT_") || value === undefined) continue;
    const key = keys.get(variable);
    if (key !== undefined) given[key] = value;
    else if (!otherVariables.includes(variable))
      onUnknown(variable, value, [...keys.keys(), ...otherVariables], warn);
  }
  return given;
}

/** The environment belongs to others, too: only what was meant for us and would be missed is refused. */
function onUnknown(
  variable: string,
  value: string,
  known: readonly string[],
  warn: (sentence: string) => void,
): void {
  const verdict = judgeVariable(variable, value, known);
  const what = `${variable} ${showUnknown(variable, value)} is no setting`;
  switch (verdict.kind) {
    case "serviceLink":
      return;
    case "mistyped":
      throw invalid(`${what}: did you mean ${verdict.meant}?`);
    case "secret":
      throw invalid(
        `${what}, and would protect nothing: give RAFTBEAT_TOKEN or RAFTBEAT_TOKEN_FILE, or remove it`,
      );
    case "unknown":
      warn(`${what} and is ignored: see raftbeat node --help for those there are`);
  }
}

/**
 * The text of a file that a setting names.
 * @throws RaftbeatError `invalidSettings`
 */
export function readText(file: string, what: string, largestBytes: number): string {
  let bytes: Buffer;
  try {
    bytes = readAtMost(file, largestBytes + 1);
  } catch (cause) {
    throw invalid(
      `${file} cannot be read as ${what}: ${(cause as NodeJS.ErrnoException).code ?? cause}`,
      cause,
    );
  }
  if (bytes.length > largestBytes)
    throw invalid(`${file} is too large for ${what}: at most ${largestBytes} bytes`);
  return bytes.toString("utf8");
}

/** The beginning of a file or pipe, which may have no end. */
function readAtMost(file: string, byteCount: number): Buffer {
  const bytes = Buffer.alloc(byteCount);
  const opened = openSync(file, "r");
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < byteCount; length += read)
      read = readSync(opened, bytes, length, byteCount - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(opened);
  }
}
