/**
 * raftbeat: leader election among replicas, with nothing but the replicas.
 *
 * The folders, in reading order: `protocol/` decides, `runtime/` carries out, `transport/` and `storage/` are the world,
 * `elector/` is what a service sees, `cli/` what an operator sees.
 */
export { createElector } from "./elector/create-elector.js";
export type * from "./elector/elector.js";
export { LostLeadership } from "./elector/leadership.js";
export type { Logger } from "./elector/logger.js";
export type * from "./elector/status.js";
export { type ErrorCode, RaftbeatError } from "./errors.js";
export type { ConfigurationId, Member } from "./protocol/configuration.js";
export type { NodeId } from "./protocol/message.js";
export { type Preset, presets, type TimeoutRange, type TimingInput } from "./protocol/settings.js";
export type { LossReason } from "./protocol/transition.js";
export type * from "./runtime/ports.js";
export { fileVoteStore } from "./storage/file-vote-store.js";
export { memoryVoteStore } from "./storage/memory-vote-store.js";
export type { CertificateOwner, TransportTls } from "./transport/certificate.js";
export type { Listen } from "./transport/door.js";
export type { LinkTiming, TransportLimits } from "./transport/limits.js";
export type { LinkRefusal, RefusalReason } from "./transport/link-end.js";
export { loopbackTransport } from "./transport/loopback-transport.js";
export type { PeerCounters } from "./transport/peers.js";
export type { Renewable, TransportToken } from "./transport/secrets.js";
export {
  type WebSocketTransport,
  type WebSocketTransportOptions,
  webSocketTransport,
} from "./transport/websocket-transport.js";
