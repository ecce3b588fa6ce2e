import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagReference } from '../../cluster/runtime/config/print-flags';
import { CHRONOS_FLAGS } from '../../frameworks/chronos/config';
import { MARATHON_FLAGS } from '../../frameworks/marathon/config';

test.each([
  ['marathon', MARATHON_FLAGS],
  ['chronos', CHRONOS_FLAGS],
])('the README of %s has the flags of the table', (name, flags) => {
  const file = join(__dirname, '../../frameworks', name, 'README.md');
  const table = flagReference(flags);
  const text = readFileSync(file, 'utf8');
  const written = text.replace(/(## Flags\n\n[^\n]*\n\n)[\s\S]*?(\n\n## How to add)/, `$1${table}$2`);
  if (process.env['REWRITE'] === '1') writeFileSync(file, written);
  expect(written).toBe(process.env['REWRITE'] === '1' ? written : text);
});
