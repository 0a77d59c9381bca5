/**
 * Failure detection from heartbeats: whether a process still lives that beats at a known interval. The rules are in docs/liveness.md.
 */

export { type Logger, silentLogger } from "../elector/observers/logger.js";
export type { TransportTls } from "../transport/security/certificate.js";
export type { Renewable, TransportToken } from "../transport/security/secrets.js";
export type { Listen } from "../transport/websocket/listen.js";
export type { CloseReason, RefusalReason } from "../transport/wire/close-reason.js";
export type { BeatLimits } from "./beats-wire/beat-limits.js";
export type {
  BeatListener,
  BeatListenerCounts,
  BeatSender,
  BeatSenderStatus,
  ListenBeatsOptions,
  SendBeatsOptions,
} from "./beats-wire/beats-api.js";
export { listenBeats } from "./beats-wire/listen-beats.js";
export { sendBeats } from "./beats-wire/send-beats.js";
export type { ChecksEvent } from "./checks/checks-event.js";
export type { ChecksRules, EjectionOptions } from "./checks/checks-settings.js";
export type {
  BackendStatus,
  Backends,
  Checks,
  ChecksOptions,
  ChecksStatus,
  HttpProbeOptions,
  Probe,
} from "./checks-api.js";
export { createChecks } from "./create-checks.js";
export { createMonitor } from "./create-monitor.js";
export { createPulse } from "./create-pulse.js";
export type { BertierSettings } from "./detection/bertier.js";
export type { Detector, DetectorName, DetectorSettings } from "./detection/detector.js";
export { detectors } from "./detection/detectors.js";
export type { NfdESettings } from "./detection/nfd-e.js";
export type { NfdSSettings } from "./detection/nfd-s.js";
export { type OneSender, watchSender } from "./detection/one-sender.js";
export type { PhiExponentialSettings } from "./detection/phi-exponential.js";
export type { PhiNormalSettings } from "./detection/phi-normal.js";
export type {
  Beat,
  BeatEvidence,
  LivenessPorts,
  Monitor,
  MonitorCounts,
  MonitorOptions,
  PeerLiveness,
  Pulse,
  PulseOptions,
} from "./monitor-api.js";
export {
  configureDetector,
  type DetectorAdvice,
  type DetectorWish,
  type MeasuredLink,
} from "./qos/configurator.js";
export type { LivenessEvent, PeerStatus, SuspicionReason, ZoneMode } from "./roster/liveness-event.js";
export type { RosterOptions } from "./roster/roster-settings.js";
