import fc from 'fast-check';
import { readJob, readJobText } from '../../../../../frameworks/chronos/core/jobs/read-job';
import { isRefusal } from '../../../../../frameworks/chronos/core/jobs/refusal';
import { CONTEXT, jobOf, PRINTERS, readingOf, refusalTextOf } from '../../jobs';

const SCHEDULE = 'R/2027-01-01T00:00:00Z/PT1H';

test('a job with parents is a dependent one, whatever else it has', () => {
  expect(jobOf({ parents: ['b', 'a', 'b'], schedule: SCHEDULE })).toMatchObject({
    kind: 'dependent',
    parents: ['a', 'b'],
  });
});

test('a job with neither parents nor schedule runs once, now', () => {
  expect(jobOf({ concurrent: true })).toMatchObject({
    kind: 'scheduled',
    schedule: 'R1/2026-12-01T10:30:00.000Z/PT24H',
    scheduleTimeZone: '',
    concurrent: false,
  });
});

test('a null counts as absent', () => {
  const nulls = {
    shell: null,
    retries: null,
    cpus: null,
    parents: null,
    container: null,
    scheduleTimeZone: null,
  };
  expect(jobOf({ schedule: SCHEDULE, ...nulls })).toEqual(jobOf({ schedule: SCHEDULE }));
});

test('a resource of 0 stands for the default', () => {
  expect(jobOf({ cpus: 0, mem: 0, disk: 0 })).toMatchObject({ cpus: 0.1, mem: 128, disk: 256 });
  expect(jobOf({ parents: ['a'], cpus: 0 })).toMatchObject({ cpus: 0.1 });
});

test('members without an effect are noted', () => {
  const { unknown } = readingOf({ name: 'a', dataJob: true, container: { type: 'DOCKER' } });
  expect(unknown.map(({ path }) => path)).toEqual(['/dataJob', '/container', '/command']);
});

test.each<[string, unknown, string]>([
  ['a list', [], '/ must be an object'],
  ['no name', { schedule: SCHEDULE }, '/name is missing'],
  [
    'a wrong name',
    { name: 'a/b', schedule: SCHEDULE },
    "/name must have letters, digits, _, . and - only, not 'a/b'",
  ],
  ['a name of 300 letters', { name: 'x'.repeat(300) }, '/name must have at most 230 characters, not 300'],
  [
    'a bad schedule',
    { name: 'a', schedule: 'FOO' },
    "/schedule 'FOO' is not of the form R[count]/[start]/period",
  ],
  [
    'a period of nothing',
    { name: 'a', schedule: 'R/2026-01-01T00:00:00Z/PT0S' },
    "/schedule 'R/2026-01-01T00:00:00Z/PT0S' has a period of less than one second",
  ],
  [
    'an early start',
    { name: 'a', schedule: 'R/1969-01-01T00:00:00Z/P1D' },
    "/schedule 'R/1969-01-01T00:00:00Z/P1D' has a start before 1970-01-01T00:00:01Z",
  ],
  [
    'an unknown zone',
    { name: 'a', schedule: SCHEDULE, scheduleTimeZone: 'Mars/X' },
    "/scheduleTimeZone is no known time zone: 'Mars/X'",
  ],
  [
    'uris beside fetch',
    { name: 'a', uris: ['u'], fetch: [{ uri: 'u' }] },
    '/uris must not be there beside fetch: both name what is fetched',
  ],
  ['no parents', { name: 'a', parents: [] }, '/parents must not be empty'],
  ['parents that are a text', { name: 'a', parents: 'b' }, '/parents must be a list, not "b"'],
  [
    'an unknown operator',
    { name: 'a', constraints: [['a', 'UNIQUE', '']] },
    '/constraints/0/1 must be one of EQUALS, LIKE, UNLIKE, not "UNIQUE"',
  ],
  ['a NUL', { name: 'a', command: 'a\0b' }, '/command must not have a NUL character'],
  [
    'a variable without a name',
    { name: 'a', environmentVariables: [{ name: '', value: 'b' }] },
    '/environmentVariables/0/name must not be empty, nor have a "="',
  ],
  [
    'a variable whose name has a =',
    { name: 'a', environmentVariables: [{ name: 'A=B', value: 'b' }] },
    '/environmentVariables/0/name must not be empty, nor have a "="',
  ],
  [
    'two faults',
    { name: 'a', cpus: -1, shell: 'x' },
    '/shell must be true or false, not "x"; /cpus must be at least 0, not -1',
  ],
])('%s is refused with 400', (_name, body, message) => {
  expect(refusalTextOf(body)).toBe(`400 ${message}`);
});

test('each route takes its own kind', () => {
  expect(refusalTextOf({ name: 'a', parents: ['b'] }, 'scheduled')).toBe(
    '400 /parents must not be there: a job with parents belongs to dependency',
  );
  expect(refusalTextOf({ name: 'a', schedule: SCHEDULE }, 'dependent')).toBe('400 /parents is missing');
  expect(refusalTextOf({ name: 'a', parents: ['b'] }, 'dependent')).toBe('accepted');
  expect(refusalTextOf({ name: 'a' }, 'scheduled')).toBe('accepted');
});

test('names of 2.x may have blanks on its base', () => {
  expect(refusalTextOf({ name: 'my job #1' }, undefined, { base: 'legacy' })).toBe('accepted');
});

test.each(['', '{', '{"name":"a"', 'null', '"a"', '[1]'])(
  'the text %j is refused with 400 and one line',
  (json) => {
    const reading = readJobText(json, CONTEXT);
    expect(reading).toMatchObject({ status: 400, message: expect.not.stringContaining('\n') });
  },
);

const anyValue = fc.jsonValue({ maxDepth: 2 });
/** Mostly values that are right, so that many bodies are accepted. */
const mostly = (
  right: fc.Arbitrary<unknown>,
  wrong: fc.Arbitrary<unknown> = anyValue,
): fc.Arbitrary<unknown> => fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: wrong });
const words = (...right: readonly unknown[]) => fc.constantFrom(...right);
const anyBody = fc.record(
  {
    name: mostly(words('a', 'b.c', 7), words('', null, 'a/b')),
    schedule: mostly(words(SCHEDULE, 'R3//P1M', '0 9 * * *', 'R1//P', undefined), words('x', 5)),
    scheduleTimeZone: mostly(words('', 'PST', 'Europe/Berlin')),
    cpus: mostly(fc.double({ min: 0, max: 1e9, noNaN: true })),
    retries: mostly(fc.nat()),
    shell: mostly(words(true, 'false', 0, null)),
    uris: mostly(fc.array(fc.string())),
    environmentVariables: mostly(fc.array(fc.record({ name: fc.string(), value: fc.string() }))),
    parents: mostly(words(undefined, ['a']), words([])),
    container: mostly(words({ image: 'a' }, null, { image: 'b', volumes: [{ containerPath: '/c' }] })),
    epsilon: mostly(words('PT1M', '')),
    excludedDays: mostly(words(['SAT'], [])),
  },
  { requiredKeys: ['name'] },
);

test('any body is accepted or refused with a reason, and what is accepted can be loaded again', () => {
  let accepted = 0;
  fc.assert(
    fc.property(anyBody, (body) => {
      const reading = readJob(body, CONTEXT);
      if (isRefusal(reading)) {
        expect(reading.message).not.toBe('');
        return;
      }
      accepted += 1;
      const again = readJobText(PRINTERS.v1(reading.job), CONTEXT);
      expect(again).toMatchObject({ job: reading.job, schedule: reading.schedule });
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(100);
});
