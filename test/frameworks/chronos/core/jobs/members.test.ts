import { jobMembers } from '../../../../../frameworks/chronos/core/jobs/members';
import { DEFAULTS, jobOf, refusalTextOf } from '../../jobs';

test('the members are in the order of the original', () => {
  const shown = Object.entries(jobMembers(DEFAULTS)).filter(([, { isHidden }]) => !isHidden);
  expect(shown.map(([name]) => name).join()).toBe(
    'name,command,shell,executor,executorFlags,taskInfoData,retries,owner,ownerName,description,' +
      'successCount,errorCount,lastSuccess,lastError,cpus,disk,mem,disabled,softError,dataProcessingJobType,' +
      'errorsSinceLastSuccess,fetch,uris,environmentVariables,arguments,highPriority,runAsUser,concurrent,' +
      'maxCompletionTime,container,constraints',
  );
});

test.each([
  [{ epsilon: 'PT15M' }, { epsilon: 'PT15M' }],
  [{ excludedDays: ['sat', '2026-12-25'] }, { excludedDays: ['SAT', '2026-12-25'] }],
  [
    { concurrency: 'queue', catchUp: 'all', catchUpLimit: 3 },
    { concurrency: 'queue', catchUp: 'all', catchUpLimit: 3 },
  ],
  [{ environmentVariables: [{ name: 'A' }] }, { environmentVariables: [{ name: 'A', value: '' }] }],
  [
    { retries: '5', cpus: '0.5' },
    { retries: 5, cpus: 0.5 },
  ],
])('the members %j are read', (members, expected) => {
  expect(jobOf({ schedule: 'R//PT1H', ...members })).toMatchObject(expected);
});

test.each([
  [{ epsilon: 'soon' }, '/epsilon must be an ISO 8601 period such as PT15M, not "soon"'],
  [{ epsilon: 'PT0S' }, '/epsilon must be longer than "PT0S"'],
  [{ epsilon: 5 }, '/epsilon must be an ISO 8601 period such as PT15M, not 5'],
  [
    { excludedDays: ['x'] },
    "/excludedDays/0 must be a date such as 2026-12-25 or 12-25, or a weekday, not 'x'",
  ],
  [{ catchUp: 'some' }, '/catchUp must be one of none, one, all, not "some"'],
  [{ retries: -1 }, '/retries must be at least 0, not -1'],
  [{ environmentVariables: [{ value: 'x' }] }, '/environmentVariables/0/name is missing'],
])('the members %j are refused', (members, message) => {
  expect(refusalTextOf({ name: 'a', schedule: 'R//PT1H', ...members })).toBe(`400 ${message}`);
});
