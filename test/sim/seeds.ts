/**
 * Which seeds are played: one by SIM_SEED, or a range of them; SIM_SEEDS says how many (see scripts/sim.mjs).
 */

export function seeds(): number[] {
  const one = process.env['SIM_SEED'];
  if (one !== undefined) return [Number(one)];
  return Array.from({ length: Number(process.env['SIM_SEEDS'] ?? 15) }, (_none, index) => index + 1);
}
