/**
 * Notes about odd entries of documents: each goes to the log once, not again with every document.
 */

import type { Logger } from '../../cluster/runtime/log';

/** Notes that are remembered; beyond it all of them are forgotten. */
const NOTES_MAX = 10_000;

/** A note taker that logs each text once. */
export function noteOnce(log: Logger): (text: string) => void {
  const seen = new Set<string>();
  return (text) => {
    if (seen.has(text)) return;
    if (seen.size >= NOTES_MAX) seen.clear();
    seen.add(text);
    log.warn({}, text);
  };
}
