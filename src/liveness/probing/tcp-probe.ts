import { connect } from "node:net";
import { type Prober, reasonOf } from "./prober.js";

/** Connects to a backend, and closes the connection again. */
export const tcpProbe: Prober = ({ target }, signal, answered) => {
  const { host, port } = tcpTarget(target);
  const socket = connect({ host, port, signal });
  socket.on("connect", () => {
    answered({ ok: true });
    socket.destroy();
  });
  socket.on("error", (error) => answered({ ok: false, explicit: false, reason: reasonOf(error) }));
};

/** Where `tcp://host:port` leads. */
export function tcpTarget(target: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(target);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
}
