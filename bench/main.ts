/**
 * `npm run bench -- NAME`: measures beside what a user would otherwise run. A new bench is a row in BENCHES.
 */

import { benchDns } from './dns/bench';

/** Name, what it measures, and the run itself. */
const BENCHES: readonly (readonly [name: string, about: string, run: () => Promise<void>])[] = [
  ['dns', 'answers of DNS beside NSD and a bare echo; loads and changes of a large cluster', benchDns],
];

async function main(names: readonly string[]): Promise<number> {
  const chosen = BENCHES.filter(([name]) => names.includes(name));
  if (chosen.length === 0 || chosen.length < names.length) {
    process.stderr.write('Which bench?\n');
    for (const [name, about] of BENCHES) process.stderr.write(`  npm run bench -- ${name}   ${about}\n`);
    return 2;
  }
  for (const [, , run] of chosen) await run();
  return 0;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  },
);
