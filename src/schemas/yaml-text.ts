import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";

/** A text of YAML or JSON, read. */
export interface YamlText {
  readonly content: unknown;
  /** The line, from 1 on, where the key stands, or what is the nearest above it; null for what stands nowhere. */
  lineOf(keys: readonly (string | number)[]): number | null;
}

/** What is wrong with a text that cannot be read; the line is null where that concerns it all. */
export interface YamlProblem {
  readonly line: number | null;
  /** Continues the name of the file. */
  readonly sentence: string;
}

/** How a text is read. */
export interface YamlOptions {
  /** Every value as it was written: YAML's own rules would make 7 of the id 007, and 1000 of 1e3. */
  readonly asText?: boolean | undefined;
}

/** Reads a text whose keys stay as they were written. Bounded: aliases that explode are refused. */
export function readYaml(
  text: string,
  { asText = false }: YamlOptions = {},
): { readonly ok: true; readonly text: YamlText } | { readonly ok: false; readonly problem: YamlProblem } {
  const lines = new LineCounter();
  const failed = (line: number | null, sentence: string) =>
    ({ ok: false, problem: { line, sentence } }) as const;
  try {
    const document = parseDocument(text, {
      stringKeys: true,
      lineCounter: lines,
      prettyErrors: false,
      ...(asText ? { schema: "failsafe" } : {}),
    });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line } = lines.linePos(error.pos[0]);
      return failed(line, sentences[error.code] ?? `is no YAML: ${error.message}`);
    }
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    const lineOf = (keys: readonly (string | number)[]) => {
      const offset = offsetOf(document.contents, keys);
      return offset === null ? null : lines.linePos(offset).line;
    };
    return { ok: true, text: { content, lineOf } };
  } catch (error) {
    const { code, message } = error as Error & { code?: string | undefined };
    return failed(null, sentences[code ?? ""] ?? `is no YAML: ${message}`);
  }
}

/** `file:line`, or the file alone. */
export function placeOf(file: string, line: number | null): string {
  return line === null ? file : `${file}:${line}`;
}

/** In place of the parser's words where those speak of the parser. */
const sentences: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "holds more than one document (---): give one",
  RESOURCE_EXHAUSTION: "is nested too deeply: settings are two levels deep, scenarios a few",
  DUPLICATE_KEY: "holds a key twice: leave one of them out",
};

function offsetOf(root: ParsedNode | null, keys: readonly (string | number)[]): number | null {
  let node: unknown = root;
  let offset: number | null = null;
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      offset = (pair.key as ParsedNode).range[0];
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as ParsedNode | undefined)?.range[0] ?? offset;
    } else break;
  }
  return offset;
}
