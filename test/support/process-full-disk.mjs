// Loaded into a process with --import: from the given number of syncs on, its disk is full.
import { open } from "node:fs/promises";

const handle = await open(".");
const prototype = Object.getPrototypeOf(handle);
await handle.close();
let left = Number(process.env.FULL_AFTER_SYNCS);
const { datasync } = prototype;
prototype.datasync = function (...args) {
  if (left-- > 0) return datasync.apply(this, args);
  const error = new Error("ENOSPC: no space left on device, fdatasync");
  return Promise.reject(Object.assign(error, { code: "ENOSPC", syscall: "fdatasync" }));
};
