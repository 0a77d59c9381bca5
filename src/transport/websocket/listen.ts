import type { Server } from "node:http";
import type { Server as TlsServer } from "node:https";

/** Where peers connect: at a port of this transport's own, or at a path of a server that others use too. */
export type Listen =
  /** Port 0 takes a free one. Default host: all addresses; default path: any. */
  | { readonly host?: string | undefined; readonly port: number; readonly path?: string | undefined }
  /** The server's owner listens and closes. Upgrades to other paths are left alone where somebody else handles upgrades. */
  | { readonly server: Server | TlsServer; readonly path: string };
