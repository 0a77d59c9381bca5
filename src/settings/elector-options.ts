import type { ElectorOptions } from "../elector/api.js";
import { fileVoteStore } from "../storage/file-vote-store.js";
import type { TransportTls } from "../transport/security/certificate.js";
import { healthCheck } from "./health-check.js";
import type { NodePlan } from "./node-plan.js";
import type { TlsFiles } from "./secret-files.js";

/** The options of the elector that a plan asks for. */
export function electorOptions(plan: NodePlan): ElectorOptions {
  const { port, host } = plan.listen;
  return {
    cluster: plan.cluster,
    id: plan.id,
    voters: plan.voters,
    join: plan.join,
    arbiter: plan.arbiter,
    ...(plan.absentFounders.length === 0 ? {} : { absentFounders: plan.absentFounders }),
    store: fileVoteStore(plan.data),
    timing: plan.timing,
    listen: { port, ...(host === null ? {} : { host }) },
    ...(plan.tokens === null ? {} : { token: plan.tokens }),
    ...(plan.tls === null ? {} : { tls: mutual(plan.tls) }),
    ...(plan.metadata === null ? {} : { metadata: plan.metadata }),
    ...(plan.healthUrl === null ? {} : { health: { check: healthCheck(plan.healthUrl) } }),
  };
}

/** The same object as long as the files have not changed. */
function mutual(files: () => TlsFiles): () => TransportTls {
  let before: { readonly files: TlsFiles; readonly tls: TransportTls } | null = null;
  return () => {
    const now = files();
    if (before?.files !== now) before = { files: now, tls: { ...now, requestCert: true } };
    return before.tls;
  };
}
