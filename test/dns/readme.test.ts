import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagReference } from '../../cluster/runtime/config/print-flags';
import { dnsFlags } from '../../dns/config';

const PATH = join(__dirname, '../../dns/README.md');

test('the README has the flags of the table (REWRITE=1 refreshes it)', () => {
  const text = readFileSync(PATH, 'utf8');
  const table = /\| flag \| default \| environment \| meaning \|\n(?:\|.*\n)+/;
  if (process.env['REWRITE'])
    writeFileSync(
      PATH,
      text.replace(table, () => `${flagReference(dnsFlags)}\n`),
    );
  expect(readFileSync(PATH, 'utf8')).toContain(flagReference(dnsFlags));
});
