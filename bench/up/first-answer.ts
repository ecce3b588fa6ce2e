/**
 * From the start of the program to the first answer through HAProxy of an app posted at once, and what memory that takes:
 * the demonstration, several times over. A bare `node -e 0` stands beside it, to tell how busy the machine is.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const BIN = join(__dirname, '..', '..', '..', 'bin', 'meseta');
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);

export function benchUp(): void {
  const rounds = Array.from({ length: ROUNDS }, () => ({ demo: demo(), bare: bareNode() }));
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
  const first = median(rounds.map(({ demo: { seconds } }) => seconds));
  const memory = median(rounds.map(({ demo: { megabytes } }) => megabytes));
  const bare = median(rounds.map((round) => round.bare));
  process.stdout.write(
    `first answer through HAProxy after ${first.toFixed(2)} s (aim: under 3 s), ${memory} MB resident (aim: under 200 MB); ` +
      `bare node starts in ${bare.toFixed(2)} s; medians of ${ROUNDS}\n`,
  );
}

function demo(): { seconds: number; megabytes: number } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, 'demo', '--exit', '--free-ports']);
  if (status !== 0) throw new Error(`the demo failed: ${stderr.toString()}`);
  const out = stdout.toString();
  return {
    seconds: Number(/through HAProxy ([\d.]+) s after the start/.exec(out)?.[1]),
    megabytes: Number(/Memory of this one process: (\d+) MB/.exec(out)?.[1]),
  };
}

function bareNode(): number {
  const began = process.hrtime.bigint();
  spawnSync(process.execPath, ['-e', '0']);
  return Number(process.hrtime.bigint() - began) / 1e9;
}
