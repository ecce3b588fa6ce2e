import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagReference } from '../../cluster/runtime/config/flags';
import { MARATHON_FLAGS } from '../../frameworks/marathon/config';

const FILE = join(__dirname, '../../frameworks/marathon/README.md');

test('the README of Marathon has the flags of the table', () => {
  const table = flagReference(MARATHON_FLAGS);
  const text = readFileSync(FILE, 'utf8');
  const written = text.replace(/(## Flags\n\n[^\n]*\n\n)[\s\S]*?(\n\n## How to add)/, `$1${table}$2`);
  if (process.env['REWRITE'] === '1') writeFileSync(FILE, written);
  expect(written).toBe(process.env['REWRITE'] === '1' ? written : text);
});
