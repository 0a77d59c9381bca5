import type { X509Certificate } from "node:crypto";

const dayMs = 24 * 3600 * 1000;
/** A certificate is warned of when less than this is left of it, or less than a third of its lifetime. */
const warnedBeforeMs = 7 * dayMs;

/** When a certificate expires, on the wall clock. */
export function notAfterMs({ validTo }: X509Certificate): number {
  return Date.parse(validTo);
}

/** Warns of a certificate that expires soon: in time, and then once a day. Returns the look at the certificate of the moment. */
export function watchCertificate(
  onWarning: (message: string) => void,
): (certificate: X509Certificate | null, wallMs: number) => void {
  let told: { readonly fingerprint: string; readonly atMs: number } | null = null;
  return (certificate, wallMs) => {
    if (certificate === null) return;
    const expiresMs = notAfterMs(certificate);
    const leftMs = expiresMs - wallMs;
    const lifetimeMs = expiresMs - Date.parse(certificate.validFrom);
    if (leftMs >= Math.min(warnedBeforeMs, lifetimeMs / 3)) return;
    const fingerprint = certificate.fingerprint256;
    if (told?.fingerprint === fingerprint && wallMs - told.atMs < dayMs) return;
    told = { fingerprint, atMs: wallMs };
    const at = new Date(expiresMs).toISOString();
    onWarning(
      leftMs > 0
        ? `this node's certificate expires in ${span(leftMs)} (at ${at}): put a new one in its place`
        : `this node's certificate has expired (at ${at}), and no new link will be made: put a new one in its place`,
    );
  };
}

function span(ms: number): string {
  const units = [
    ["day", dayMs],
    ["hour", 3600 * 1000],
    ["minute", 60 * 1000],
    ["second", 1000],
  ] as const;
  const [name, unitMs] = units.find(([, unitMs]) => ms >= 2 * unitMs) ?? (["second", 1000] as const);
  const count = Math.floor(ms / unitMs);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
