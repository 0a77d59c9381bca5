/**
 * raftbeat: leader election among replicas, with nothing but the replicas.
 *
 * The folders, in reading order: `protocol/` decides, `runtime/` carries out, `transport/` and `storage/` are the world,
 * `elector/` is what a service sees, `cli/` what an operator sees.
 */

export type * from "./elector/api.js";
export { createElector } from "./elector/create-elector.js";
export { LeadershipLostError } from "./elector/leadership/leadership.js";
export type { Logger } from "./elector/observers/logger.js";
export type * from "./elector/status.js";
export { type ErrorCode, RaftbeatError } from "./errors.js";
export type { ConfigurationId, Member } from "./protocol/data/configuration.js";
export type { NodeId } from "./protocol/data/message.js";
export type { LossReason } from "./protocol/data/node.js";
export { type Preset, presets, type TimeoutRange, type TimingInput } from "./protocol/data/settings.js";
export type * from "./runtime/ports.js";
export { fileVoteStore } from "./storage/file-vote-store.js";
export { memoryVoteStore } from "./storage/memory-vote-store.js";
export { loopbackTransport } from "./transport/loopback-transport.js";
export type { CertificateOwner, TransportTls } from "./transport/security/certificate.js";
export type { Renewable, TransportToken } from "./transport/security/secrets.js";
export type { LinkTiming, TransportLimits } from "./transport/websocket/limits.js";
export type { Listen } from "./transport/websocket/listener.js";
export type { PeerCounters } from "./transport/websocket/peers.js";
export {
  type WebSocketTransport,
  type WebSocketTransportOptions,
  webSocketTransport,
} from "./transport/websocket/websocket-transport.js";
export type { LinkRefusal, RefusalReason } from "./transport/wire/close-reason.js";
