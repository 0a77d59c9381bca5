import fc from "fast-check";
import { isId, isMetadata } from "../../src/protocol/index.js";

/** Any name of a node, a cluster or an incarnation; those that some library might take for something else come often. */
export const anyId: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/).filter(isId),
  fc.constantFrom(
    "a",
    "x".repeat(64),
    "007",
    "1e3",
    "0x10",
    "1.0",
    "-1",
    "-",
    "--id",
    "_",
    "__proto_",
    "then",
  ),
  fc.constantFrom(
    "true",
    "null",
    "NaN",
    "Infinity",
    "undefined",
    "length",
    "toJSON",
    "A",
    "a..b",
    "a.",
    "node",
  ),
);

/** Anything that a leader may tell of itself. */
export const anyMetadata: fc.Arbitrary<string> = fc
  .oneof(fc.string({ unit: "grapheme", maxLength: 60 }), fc.string({ unit: "binary", maxLength: 60 }))
  .filter(isMetadata);
