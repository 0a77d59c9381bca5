import { RaftbeatError } from "../errors.js";

/** The error of a vote store that could not be opened or written, with the remedy its cause suggests. */
export function storeFailed(path: string, what: "open" | "write", cause: unknown): RaftbeatError {
  const { code, message = String(cause) } = cause as NodeJS.ErrnoException;
  const remedy =
    code === undefined ? "" : `; ${remedies[code] ?? "see the cause"}, then start the node again`;
  const kept = what === "write" ? ". The record written before is kept" : "";
  return new RaftbeatError(
    "storeFailed",
    `cannot ${what} the vote store ${path}: ${message}${remedy}${kept}`,
    {
      cause,
    },
  );
}

/** The error of a vote file that holds no record which may be trusted. The file is left as it is. */
export function storeCorrupt(path: string, problem: string): RaftbeatError {
  return new RaftbeatError(
    "storeCorrupt",
    `the vote store ${path} cannot be trusted: ${problem}. A node without its votes could vote twice, so it does not start. ` +
      "Remove the node from the cluster, move the file away and add the node again; restore no older copy.",
  );
}

const freeSpace = "free space on its disk";
const allowWriting = "let the user of this process write there, on a file system mounted for writing";

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: freeSpace,
  EDQUOT: freeSpace,
  EROFS: allowWriting,
  EACCES: allowWriting,
  EPERM: allowWriting,
  ENOENT: "create the directory, or mount its volume",
  ENOTDIR: "name a directory, below directories",
  EEXIST: "name a directory, and no link to what is missing",
  EIO: "replace the disk",
  EMFILE: "raise the limit of open files of this process",
  ENFILE: "raise the limit of open files of this machine",
  ENOTSUP: "choose a local file system that can hold Unix sockets",
  ENAMETOOLONG: "choose a shorter path",
};
