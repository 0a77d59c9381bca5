import * as v from "valibot";
import { idRule, isId } from "../protocol/index.js";

/** A map whose keys are ids. The keys are looked at first: valibot's own maps leave out those that every object has, without a word. */
export function mapById<Value>(value: v.GenericSchema<unknown, Value>, message = "must be a map of ids") {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(isMap, message),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const [key, given] of Object.entries(dataset.value)) {
        if (isId(key)) continue;
        const place = { type: "object", origin: "key", input: dataset.value, key, value: given } as const;
        addIssue({ message: `must have ids as keys: ${idRule}`, input: key, path: [place] });
      }
    }),
    // For the JSON schema, which ends before the record.
    v.metadata({ type: "object", additionalProperties: value }),
    v.record(v.string(), value, message),
  );
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
