/**
 * Sizes in bytes as Mesos writes them: `4096B`, `64KB`, `10MB`.
 */

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/** Reads a size; undefined for a text that is none. */
export function readBytes(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+)([A-Z]+)$/.exec(text.trim().toUpperCase()) ?? [];
  const size = UNITS[unit];
  return number === undefined || size === undefined ? undefined : Number(number) * size;
}

/** Prints a size in the largest unit that divides it, as Mesos does. */
export function printBytes(value: number): string {
  const fitting = Object.entries(UNITS).filter(([, size]) => value !== 0 && value % size === 0);
  const [unit, size] = fitting.at(-1) ?? ['B', 1];
  return `${value / size}${unit}`;
}
