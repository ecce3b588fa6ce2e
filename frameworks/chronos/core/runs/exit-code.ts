/** The exit code of a task, which executors tell in words: `Command exited with status 3`. */

const EXITED = /\bexited with status (\d{1,3})\b/;

/** Undefined where the message has none, as after the death by a signal. */
export function exitCodeOf(message: string | undefined): number | undefined {
  const [, code] = EXITED.exec(message ?? '') ?? [];
  return code === undefined ? undefined : Number(code);
}
