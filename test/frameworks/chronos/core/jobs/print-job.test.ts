import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mirrorUris, printSummary, statusOf } from '../../../../../frameworks/chronos/core/jobs/print-job';
import { jobOf, PRINTERS, readingOf } from '../../jobs';

const GOLDEN = join(__dirname, '../../golden/jobs');

/** With REWRITE=1 the answers are written anew; look at the difference. */
function expectGolden(path: string, text: string): void {
  if (process.env['REWRITE'] === '1' || !existsSync(path)) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

test.each(readdirSync(GOLDEN))('the job %s is printed on one line, on both bases', (name) => {
  const folder = join(GOLDEN, name);
  const { job } = readingOf(JSON.parse(readFileSync(join(folder, 'sent.json'), 'utf8')) as object);
  for (const base of ['v1', 'legacy'] as const) {
    const text = PRINTERS[base](job);
    expect(text).not.toContain('\n');
    expectGolden(join(folder, `${base}.json`), `${text}\n`);
  }
});

test('a job is printed with the schedule that remains', () => {
  const job = jobOf({ schedule: 'R5//PT1H' });
  expect(PRINTERS.v1(job, 'R4/x/PT1H')).toContain('"schedule":"R4/x/PT1H"');
});

test('GET jobs shows uris in fetch, and fetch in uris', () => {
  expect(mirrorUris(jobOf({ uris: ['u'] })).fetch).toEqual([
    { uri: 'u', executable: false, cache: false, extract: true, output_file: '' },
  ]);
  expect(mirrorUris(jobOf({ fetch: [{ uri: 'f' }] })).uris).toEqual(['f']);
  expect(mirrorUris(jobOf({}))).toEqual(jobOf({}));
});

test.each([
  ['', '', 'fresh'],
  ['2026-01-01T00:00:00.000Z', '', 'success'],
  ['', '2026-01-01T00:00:00.000Z', 'failure'],
  ['2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.000Z', 'success'],
  ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 'failure'],
])('a job with the last success %j and the last error %j is %s', (lastSuccess, lastError, status) => {
  expect(statusOf(jobOf({ lastSuccess, lastError }))).toBe(status);
});

test('the summary of a job has its parents or its schedule', () => {
  expect(printSummary(jobOf({ schedule: 'R//PT1H' }), { state: 'idle' })).toBe(
    '{"name":"job","status":"fresh","state":"idle","schedule":"R//PT1H","parents":[],"disabled":false}',
  );
  expect(printSummary(jobOf({ parents: ['a'], disabled: true }), { state: '1 running' })).toBe(
    '{"name":"job","status":"fresh","state":"1 running","schedule":"","parents":["a"],"disabled":true}',
  );
});
