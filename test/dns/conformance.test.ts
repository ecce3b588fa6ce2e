import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Answering } from './answering';
import { conformancePage, POINTS } from './conformance';

const PAGE = join(__dirname, '../../dns/CONFORMANCE.md');

describe.each(['mesos-dns', 'standard'] as const)('--compat %s', (compat) => {
  const answering = new Answering({ compat });
  test.each(
    POINTS.filter(({ holds }) => holds === 'both' || compat === 'standard').map(
      (point) => [point.rfc, point.says, point] as const,
    ),
  )('RFC %s: %s', async (_rfc, _says, point) => {
    await point.check(answering);
  });
});

test('the page has every point (REWRITE=1 refreshes it)', () => {
  if (process.env['REWRITE']) writeFileSync(PAGE, conformancePage());
  expect(readFileSync(PAGE, 'utf8')).toBe(conformancePage());
});
