/**
 * `npm run measure`: the measures of words and rooms, a line each; with `--all` every offender.
 */

import { MEASURES } from './words';

for (const { name, mostPercent, measure } of MEASURES) {
  const { of, offenders } = measure();
  const aim = mostPercent === 0 ? 'none' : `at most ${mostPercent} %`;
  const percent = ((100 * offenders.length) / Math.max(1, of)).toFixed(1);
  process.stdout.write(
    `${String(offenders.length).padStart(6)} of ${String(of).padStart(6)}  ${percent.padStart(5)} %  ${name} (${aim})\n`,
  );
  if (process.argv.includes('--all'))
    for (const offender of offenders) process.stdout.write(`          ${offender}\n`);
}
