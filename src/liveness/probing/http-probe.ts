import * as http from "node:http";
import * as https from "node:https";
import { printable } from "../../printable.js";
import type { HttpProbeOptions } from "../checks-api.js";
import { type Prober, reasonOf } from "./prober.js";

/** More of a body than this is not taken: the connection is closed. */
const mostBodyBytes = 65_536;

/**
 * Asks a backend by HTTP, over a connection of its own. The status decides as soon as it is there. The body is thrown away; what is more than 64 KiB, or has not come
 * when the signal is aborted, is not waited for.
 * @param isGood whether a status is a good answer
 */
export function httpProbe(
  { method = "GET", headers = {}, tls = {} }: HttpProbeOptions,
  isGood: (status: number) => boolean,
): Prober {
  return ({ target }, signal, answered) => {
    const url = new URL(target);
    const options = { method, headers: { "user-agent": "raftbeat", ...headers }, agent: false, signal };
    const request =
      url.protocol === "https:" ? https.request(url, { ...options, ...tls }) : http.request(url, options);
    const judge = (status: number, message: string): void => {
      if (isGood(status)) answered({ ok: true });
      else
        answered({
          ok: false,
          explicit: true,
          reason: printable(`status ${status} ${message}`).trim().slice(0, 100),
        });
    };
    request.on("response", (response) => {
      judge(response.statusCode ?? 0, response.statusMessage ?? "");
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > mostBodyBytes) response.destroy();
      });
      // The status has been told: how the body ends is of no interest.
      response.on("error", () => {});
    });
    request.on("upgrade", (response, socket) => {
      judge(response.statusCode ?? 0, response.statusMessage ?? "");
      socket.destroy();
    });
    request.on("error", (error) => answered({ ok: false, explicit: false, reason: reasonOf(error) }));
    request.end();
  };
}

/**
 * What a text of statuses such as `200-299,401` allows; null if it is none.
 */
export function statusesOf(text: string): ((status: number) => boolean) | null {
  const ranges = text.split(",").map((part) => /^\s*([1-5]\d\d)(?:-([1-5]\d\d))?\s*$/.exec(part));
  const bounds = ranges.map((range) => [Number(range?.[1]), Number(range?.[2] ?? range?.[1])] as const);
  if (bounds.some(([least, most]) => !(least <= most))) return null;
  return (status) => bounds.some(([least, most]) => status >= least && status <= most);
}
