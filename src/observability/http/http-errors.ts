import type { Remedy } from "../../errors.js";

/** Every error that the HTTP endpoints answer by themselves, with its status, explained. */
export const httpErrors = {
  badBody: {
    cause: "the body is not the JSON that the path takes",
    remedy: "the message shows the shape",
    status: 400,
  },
  tokenMissing: {
    cause: "a change without the header `Authorization: Bearer TOKEN`",
    remedy: "send the token, or use `raftbeat transfer --token-file`",
    status: 401,
  },
  tokenWrong: {
    cause: "the token is wrong",
    remedy: "send one of the node's tokens",
    status: 401,
  },
  noToken: {
    cause: "the node has no token, so it takes no changes",
    remedy: "give the nodes a token, or start the node with `--http-allow-changes`",
    status: 403,
  },
  wrongHost: {
    cause: "a request over loopback under a name that is not of loopback",
    remedy: "ask `http://127.0.0.1:PORT` or `http://localhost:PORT`",
    status: 403,
  },
  browser: {
    cause: "the request has an `Origin`: it comes from a web page",
    remedy: "ask from a program",
    status: 403,
  },
  notFound: {
    cause: "there is no such path",
    remedy: "[the paths](operations.md#http-endpoints)",
    status: 404,
  },
  method: {
    cause: "the path takes another method",
    remedy: "GET reads, POST changes",
    status: 405,
  },
  tooLarge: {
    cause: "the body is longer than 4096 bytes",
    remedy: "send one change at a time",
    status: 413,
  },
  internal: {
    cause: "the node could not answer",
    remedy: "see the node's log",
    status: 500,
  },
  metricsMissing: {
    cause: "the package prom-client is not installed",
    remedy: "install it as the sentence says, and start the node again",
    status: 501,
  },
  busy: {
    cause: "four changes are under way",
    remedy: "ask again when one of them is done",
    status: 503,
  },
} as const satisfies Readonly<Record<string, Remedy & { readonly status: number }>>;

/** The code of such an error. */
export type HttpErrorCode = keyof typeof httpErrors;
