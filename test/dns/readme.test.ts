import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flagReference } from '../../cluster/runtime/config/flags';
import { dnsFlags } from '../../dns/config';

test('the README has the flags of the table', () => {
  expect(readFileSync(join(__dirname, '../../dns/README.md'), 'utf8')).toContain(flagReference(dnsFlags));
});
