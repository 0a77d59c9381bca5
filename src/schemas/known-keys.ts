import type * as v from "valibot";

/** What of a schema may hold other schemas; each is there in some kinds of schemas only. */
interface Parts {
  readonly entries?: Readonly<Record<string, unknown>> | undefined;
  readonly options?: readonly unknown[] | undefined;
  readonly pipe?: readonly unknown[] | undefined;
  readonly items?: readonly unknown[] | undefined;
  readonly item?: unknown | undefined;
  readonly value?: unknown | undefined;
  readonly wrapped?: unknown | undefined;
}

/** Every key of every map that the schema takes, at any depth: what a key that was mistyped may have been meant to be. */
export function knownKeys(schema: v.GenericSchema): string[] {
  const keys = new Set<string>();
  const seen = new Set<unknown>();
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null || seen.has(part)) return;
    seen.add(part);
    const { entries = {}, options = [], pipe = [], items = [], item, value, wrapped } = part as Parts;
    for (const key of Object.keys(entries)) keys.add(key);
    for (const inner of [...Object.values(entries), ...options, ...pipe, ...items, item, value, wrapped])
      visit(inner);
  };
  visit(schema);
  return [...keys];
}
