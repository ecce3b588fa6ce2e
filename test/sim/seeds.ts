/**
 * The seeds that a simulation plays: the one of SIM_SEED, or a range of as many as SIM_SEEDS says.
 *
 * SIM_SHARE limits the range to the share of this process, as `1/2` for the second of two (see scripts/sim.mjs).
 */

export function seeds(): number[] {
  const one = process.env['SIM_SEED'];
  if (one !== undefined) return [Number(one)];
  const count = Number(process.env['SIM_SEEDS'] ?? 15);
  const [share = 0, shares = 1] = (process.env['SIM_SHARE'] ?? '0/1').split('/').map(Number);
  const all = Array.from({ length: count }, (_none, index) => index + 1);
  return all.filter((seed) => seed % shares === share % shares);
}
