/**
 * Times and durations in milliseconds, as plain numbers.
 */

/** Milliseconds since the Unix epoch, or a span of milliseconds. */
export type Millis = number;

const UNITS: readonly (readonly [string, number])[] = [
  ['weeks', 604_800_000],
  ['days', 86_400_000],
  ['hrs', 3_600_000],
  ['mins', 60_000],
  ['secs', 1000],
  ['ms', 1],
  ['us', 1e-3],
  ['ns', 1e-6],
];

/**
 * Reads a Mesos duration such as `15secs`, `2weeks` or `1.5hrs` (stout's units).
 * Returns milliseconds, or undefined when the text is not a duration.
 */
export function readDuration(text: string): Millis | undefined {
  const match = /^(-?\d+(?:\.\d+)?)(weeks|days|hrs|mins|secs|ms|us|ns)$/.exec(text.trim());
  const unit = UNITS.find(([name]) => name === match?.[2]);
  return match && unit ? Number(match[1]) * unit[1] : undefined;
}

/**
 * The error in a text that is not a duration, in the words of Mesos 1.11 (stout's Duration::parse); undefined
 * for a duration.
 */
export function durationError(text: string): string | undefined {
  if (!text.startsWith('-') && readDuration(text) !== undefined) return undefined;
  const digits = /^[\d.]*/.exec(text)?.[0] ?? '';
  if (digits === text) return `Invalid duration '${text}'`;
  if (!/^\d*\.?\d*$/.test(digits) || !/\d/.test(digits)) return `Failed to convert '${digits}' to number`;
  const units = "'ns', 'us', 'ms', 'secs', 'mins', 'hrs', 'days', and 'weeks'";
  return `Unknown duration unit '${text.slice(digits.length)}'; supported units are ${units}`;
}

/** Prints milliseconds in the largest unit that divides them, as Mesos does in its flags. */
export function printDuration(ms: Millis): string {
  for (const [name, size] of UNITS) {
    if (ms !== 0 && ms % size === 0) return `${ms / size}${name}`;
  }
  return `${ms / 1000}secs`;
}

/** Seconds since the epoch with a fraction, the form of Mesos' JSON endpoints and statuses. */
export function toSeconds(time: Millis): number {
  return time / 1000;
}
