// Loaded into a process with --import: from the given number of writes on, its disk is full.
import { open } from "node:fs/promises";

const handle = await open(".");
const prototype = Object.getPrototypeOf(handle);
await handle.close();
let left = Number(process.env.FULL_AFTER_WRITES);
const { write } = prototype;
prototype.write = function (...args) {
  if (left-- > 0) return write.apply(this, args);
  const error = new Error("ENOSPC: no space left on device, write");
  return Promise.reject(Object.assign(error, { code: "ENOSPC", syscall: "write" }));
};
