/**
 * raftbeat: leader election among replicas, with nothing but the replicas.
 *
 * The folders, in reading order: `protocol/` decides, `runtime/` carries out, `transport/` and `storage/` are the world,
 * `elector/` is what a service sees, `cli/` what an operator sees.
 */

export type * from "./elector/api.js";
export { createElector } from "./elector/create-elector.js";
export { LeadershipLostError } from "./elector/leadership/leadership.js";
export type { Diagnostics } from "./elector/observers/diagnostics.js";
export { type Logger, silentLogger } from "./elector/observers/logger.js";
export { electorDefaults } from "./elector/options/options.js";
export type * from "./elector/status.js";
export { type ErrorCode, RaftbeatError } from "./errors.js";
export {
  type Preset,
  presets,
  type Resolution,
  resolveTiming,
  type TimeoutRange,
  type Timing,
  type TimingInput,
} from "./protocol/data/settings.js";
// What an author of a transport or of a vote store handles.
export type {
  Candidacy,
  Configuration,
  ConfigurationId,
  DurableRecord,
  HandoverDone,
  HandoverWait,
  Heartbeat,
  HeartbeatReply,
  LeaderNotice,
  LossReason,
  Member,
  Message,
  NodeId,
  Progress,
  Refusal,
  RequestVote,
  RequestVoteReply,
  Run,
  Standing,
  TimeoutNow,
} from "./protocol/index.js";
export type {
  Clock,
  DisconnectReason,
  Identity,
  PeerProof,
  PeerRefusal,
  Random as RandomSource,
  Schedule as Scheduler,
  Transport,
  TransportHandlers,
  VoteStore,
} from "./runtime/ports.js";
export { type Environment, optionsFromEnv } from "./settings/options-from-env.js";
export { fileVoteStore } from "./storage/file-vote-store.js";
export { memoryVoteStore } from "./storage/memory-vote-store.js";
export {
  defaultTransportLimits,
  type LinkTiming,
  type Some,
  type TransportLimits,
} from "./transport/limits/limits.js";
export { loopbackTransport } from "./transport/loopback-transport.js";
export type { CertificateOwner, TransportTls } from "./transport/security/certificate.js";
export type { Renewable, TransportToken } from "./transport/security/secrets.js";
export type { Listen as ListenOptions } from "./transport/websocket/listen.js";
export type { WebSocketTransportOptions } from "./transport/websocket/options.js";
export type { PeerCounters } from "./transport/websocket/peer-counters.js";
export { type WebSocketTransport, webSocketTransport } from "./transport/websocket/websocket-transport.js";
export type { LinkRefusal, RefusalReason, SentCloseReason } from "./transport/wire/close-reason.js";
