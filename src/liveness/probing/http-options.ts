import { validateHeaderName, validateHeaderValue } from "node:http";
import { createSecureContext } from "node:tls";
import * as v from "valibot";
import { only } from "../../elector/options/check-options.js";
import { statusesOf } from "./http-probe.js";

/** How HTTP probes ask, checked by what Node.js itself will check. */
export const httpOptions = only({
  method: v.optional(v.picklist(["GET", "HEAD", "OPTIONS"], "must be GET, HEAD or OPTIONS")),
  headers: v.optional(
    v.custom<Readonly<Record<string, string>>>(areHeaders, "must be a map of names of headers to text"),
  ),
  statuses: v.optional(
    v.custom<string>(
      (value) => typeof value === "string" && statusesOf(value) !== null,
      "must be statuses and ranges of them, such as 200-299,401",
    ),
  ),
  tls: v.optional(
    v.custom<object>(
      isTls,
      "must be ca, cert, key and passphrase as Node.js takes them, the key that of the certificate",
    ),
  ),
});

function areHeaders(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, text]) => typeof text === "string" && isHeader(name, text));
}

function isHeader(name: string, text: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, text);
    return true;
  } catch {
    return false;
  }
}

function isTls(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Object.keys(value).some((name) => !["ca", "cert", "key", "passphrase"].includes(name))) return false;
  try {
    createSecureContext(value);
    return true;
  } catch {
    return false;
  }
}
