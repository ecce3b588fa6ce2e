/**
 * Which seeds are played: one by SIM_SEED, or a range of them; SIM_SEEDS says how many, and SIM_SHARE which of them this
 * process plays, as `1/2` for the second of two (see scripts/sim.mjs).
 */

export function seeds(): number[] {
  const one = process.env['SIM_SEED'];
  if (one !== undefined) return [Number(one)];
  const count = Number(process.env['SIM_SEEDS'] ?? 15);
  const [share = 0, shares = 1] = (process.env['SIM_SHARE'] ?? '0/1').split('/').map(Number);
  const all = Array.from({ length: count }, (_none, index) => index + 1);
  return all.filter((seed) => seed % shares === share % shares);
}
