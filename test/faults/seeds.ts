/** The seeds that are played, and for how long; see scripts/faults.mjs. */

export function faultSeeds(): readonly number[] {
  const seed = process.env['FAULTS_SEED'];
  if (seed !== undefined) return [Number(seed)];
  return Array.from({ length: Number(process.env['FAULTS_SEEDS'] ?? 1) }, (_none, index) => index + 1);
}

/** The short form, within the tests, has few faults. */
export const FAULTS_MS = Number(process.env['FAULTS_SECONDS'] ?? 20) * 1000;

/** Tells the faults where somebody watches. */
export function tellFault(line: string): void {
  if (process.env['FAULTS_SECONDS'] !== undefined) process.stderr.write(`${line}\n`);
}
