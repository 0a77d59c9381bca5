/** Any logger with these four methods, such as pino's or console: an object of details first, then a sentence. */
export interface Logger {
  /** A line for developers. */
  debug(details: object, message: string): void;
  /** A line on the ordinary course of things, such as an election. */
  info(details: object, message: string): void;
  /** A line on what an operator should see to. */
  warn(details: object, message: string): void;
  /** A line on what has failed. */
  error(details: object, message: string): void;
}

/** The same logger, except that one that throws keeps nothing from happening: a node does not stop for a full log disk. */
export function safeLogger(logger: Logger): Logger {
  const level = (name: keyof Logger) => (details: object, message: string) => {
    try {
      logger[name](details, message);
    } catch {
      // There is nobody left to tell.
    }
  };
  return { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
}

/** Says nothing: for an elector that is to be silent, such as in a test. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
