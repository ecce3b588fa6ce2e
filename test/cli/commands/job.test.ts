import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptedApi } from '../scripted-api';
import { runWith } from './run';

const folder = mkdtempSync(join(tmpdir(), 'meseta-job-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let chronos: ScriptedApi;
let url = '';
beforeEach(async () => {
  chronos = new ScriptedApi(['/*']);
  url = await chronos.start();
});
afterEach(() => chronos.stop());

const meseta = (...args: string[]) => mesetaWith({}, ...args);
const mesetaWith = (env: Record<string, string>, ...args: string[]) =>
  runWith({ MESETA_CHRONOS: url, ...env }, args);

const BASE = '/v1/scheduler';
const OK = { status: 204, body: undefined };

const row = (name: string, members: object = {}) => ({
  name,
  status: 'fresh',
  state: 'idle',
  schedule: 'R/2026-12-01T11:00:00.000Z/PT1H',
  parents: [],
  disabled: false,
  ...members,
});

function jobs(...rows: object[]): void {
  chronos.answers.set(`GET ${BASE}/jobs/summary`, { jobs: rows });
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** Requests that change something. */
const writes = (): readonly string[] => chronos.asked.filter((request) => !request.startsWith('GET'));

describe('job list', () => {
  it('has a row for each job', async () => {
    jobs(
      row('a'),
      row('b', { schedule: '', parents: ['a'], status: 'success', state: '1 running' }),
      row('c', { disabled: true }),
      row('d', { quarantined: 'it is its own parent' }),
      row('e', { pausedReason: 'moving' }),
    );
    expect((await meseta('job', 'list')).out).toBe(
      [
        'JOB  STATUS   STATE           SCHEDULE',
        'a    fresh    idle            R/2026-12-01T11:00:00.000Z/PT1H',
        'b    success  1 running       after a',
        'c    fresh    disabled, idle  R/2026-12-01T11:00:00.000Z/PT1H',
        'd    fresh    quarantined     R/2026-12-01T11:00:00.000Z/PT1H',
        'e    fresh    paused, idle    R/2026-12-01T11:00:00.000Z/PT1H',
        '',
      ].join('\n'),
    );
  });

  it('says how to make one where there is none', async () => {
    jobs();
    expect((await meseta('job', 'list')).out).toContain('meseta job create FILE');
  });
});

describe('job create', () => {
  it.each([
    [{ name: 'a', schedule: 'R//PT1H' }, 'iso8601'],
    [{ name: 'a', parents: ['b'] }, 'dependency'],
    [{ name: 'a' }, 'iso8601'],
  ])('sends %j to %s', async (body, resource) => {
    jobs(row('b'));
    chronos.answers.set(`POST ${BASE}/${resource}`, OK);
    expect(await meseta('job', 'create', file('a.json', body))).toMatchObject({
      status: 0,
      out: 'a is created\n',
    });
    expect(writes()).toEqual([`POST ${BASE}/${resource} ${JSON.stringify(body)}`]);
  });

  it('replaces nothing', async () => {
    jobs(row('a'));
    const { status, err } = await meseta('job', 'create', file('a.json', { name: 'a' }));
    expect(status).toBe(1);
    expect(err).toBe("meseta: Job a exists. 'meseta job apply' creates or changes it.\n");
    expect(writes()).toEqual([]);
  });

  it.each([
    [{ schedule: 'R//PT1H' }, 'names no job'],
    [[{ name: 'a' }], 'has a list'],
  ])('refuses %j', async (body, text) => {
    expect((await meseta('job', 'create', file('a.json', body))).err).toContain(text);
  });

  it('shows what Chronos says', async () => {
    jobs();
    chronos.answers.set(`POST ${BASE}/iso8601`, {
      status: 400,
      body: { message: 'schedule: FOO is no schedule', status: 'Bad Request' },
    });
    expect(await meseta('job', 'create', file('a.json', { name: 'a', schedule: 'FOO' }))).toMatchObject({
      status: 1,
      err: 'meseta: Chronos answered 400: schedule: FOO is no schedule\n',
    });
  });
});

test.each([
  [undefined, 'a is stored\n'],
  [{ 'x-meseta-unchanged': 'true' }, 'a is as it was\n'],
])('job apply sends a definition, and with the headers %j says: %s', async (headers, out) => {
  chronos.answers.set(`POST ${BASE}/iso8601`, { ...OK, headers });
  expect(await meseta('job', 'apply', file('a.json', { name: 'a' }))).toMatchObject({ status: 0, out });
  expect(writes()).toEqual([`POST ${BASE}/iso8601?onlyIfChanged=true {"name":"a"}`]);
});

describe('a job is found', () => {
  it.each(['report', 'rep'])('by %s', async (word) => {
    jobs(row('report'), row('other'));
    chronos.answers.set(`DELETE ${BASE}/task/kill/report`, OK);
    expect((await meseta('job', 'kill', word)).status).toBe(0);
  });

  it('after -- where its name begins with one', async () => {
    jobs(row('-x'));
    chronos.answers.set(`DELETE ${BASE}/job/-x`, OK);
    expect(await meseta('job', 'remove', '--', '-x')).toMatchObject({ status: 0, out: '-x is removed\n' });
  });

  it('for its removal by its whole name only', async () => {
    jobs(row('report'));
    expect((await meseta('job', 'remove', 'rep')).err).toContain('write the whole id');
    expect(writes()).toEqual([]);
  });
});

describe('job pause and job resume', () => {
  it('send the reason', async () => {
    jobs(row('a'));
    chronos.answers.set(`PUT ${BASE}/job/a/pause`, OK);
    chronos.answers.set(`PUT ${BASE}/job/a/resume`, OK);
    await meseta('job', 'pause', 'a', '--reason=audit');
    await meseta('job', 'resume', 'a');
    expect(writes()).toEqual([`PUT ${BASE}/job/a/pause {"reason":"audit"}`, `PUT ${BASE}/job/a/resume`]);
  });
});

const attempt = {
  attempt: 0,
  taskId: 'ct:1:0:a:',
  state: 'success',
  launchedAt: '2026-12-01T11:00:00.000Z',
  startedAt: '2026-12-01T11:00:01.000Z',
  endedAt: '2026-12-01T11:00:03.500Z',
  hostname: 'h1',
  exitCode: 0,
};
const runView = (id: string, members: object = {}) => ({
  kind: 'run',
  id,
  state: 'success',
  cause: 'manual',
  createdAt: '2026-12-01T11:00:00.000Z',
  endedAt: '2026-12-01T11:00:03.500Z',
  attempts: [attempt],
  ...members,
});

describe('job run', () => {
  beforeEach(() => {
    jobs(row('a'));
    chronos.answers.set(`PUT ${BASE}/job/a`, OK);
  });

  it('names the reason when nothing was started', async () => {
    chronos.answers.set(`GET ${BASE}/job/a/runs`, { total: 1, runs: [runView('a:1')] });
    chronos.answers.set(`GET ${BASE}/job/a/explain`, {
      name: 'a',
      state: 'idle',
      reasons: ['The job is disabled.'],
    });
    expect(await meseta('job', 'run', 'a', '--arguments=x y')).toMatchObject({
      status: 1,
      err: 'meseta: a is not started: The job is disabled.\n',
    });
    expect(writes()).toEqual([`PUT ${BASE}/job/a?arguments=x%20y`]);
  });
});

describe('job history', () => {
  it('has runs and slots without one', async () => {
    jobs(row('a'));
    const slots = {
      kind: 'slots',
      state: 'missed',
      firstSlot: '2026-12-01T09:00:00.000Z',
      lastSlot: '2026-12-01T10:00:00.000Z',
      count: 2,
      reason: 'the start deadline has passed',
      decidedAt: '2026-12-01T11:00:00.000Z',
    };
    const failed = runView('a:2', {
      state: 'failure',
      cause: 'slot',
      slot: '2026-12-01T11:00:00.000Z',
      reason: 'exit 3',
      attempts: [attempt, { ...attempt, exitCode: 3 }],
    });
    chronos.answers.set(`GET ${BASE}/job/a/runs`, { total: 9, runs: [failed, slots] });
    const { out } = await meseta('job', 'history', 'a');
    const [heads, first, second, more] = out.split('\n');
    expect(heads?.split(/ {2,}/)).toEqual([
      'RUN',
      'STATE',
      'CAUSE',
      'SLOT',
      'STARTED',
      'TOOK',
      'TRIES',
      'EXIT',
      'HOST',
      'REASON',
    ]);
    expect(first).toMatch(/^a:2 +failure +slot +2026-12-01T11:00:00.000Z .* 2\.5 s +2 +3 +h1 +exit 3$/);
    expect(second).toContain('2026-12-01T09:00:00.000Z to 2026-12-01T10:00:00.000Z (2)');
    expect(more).toBe('7 older ones: see --limit');
  });
});

describe('job logs', () => {
  it('reads the sandbox of the newest run, in parts', async () => {
    jobs(row('a'));
    const sandbox = `${url}/files/browse?path=%2Fsandbox`;
    const run = runView('a:1', { attempts: [{ ...attempt, sandbox, output: 'the end' }] });
    chronos.answers.set(`GET ${BASE}/job/a/runs`, { total: 1, runs: [run] });
    chronos.answers.set(`GET ${BASE}/job/a/runs/a%3A1`, run);
    chronos.answers.set('GET /files/read', { data: '', offset: 0 });
    expect((await meseta('job', 'logs', 'a', '--stderr')).status).toBe(0);
    expect(chronos.asked.at(-1)).toBe('GET /files/read?path=%2Fsandbox%2Fstderr&offset=0&length=65536');
  });

  it('falls back on the last lines that Chronos has', async () => {
    jobs(row('a'));
    const sandbox = 'http://127.0.0.1:1/files/browse?path=%2Fsandbox';
    const run = runView('a:1', { attempts: [{ ...attempt, sandbox, output: 'the end\n' }] });
    chronos.answers.set(`GET ${BASE}/job/a/runs`, { total: 1, runs: [run] });
    chronos.answers.set(`GET ${BASE}/job/a/runs/a%3A1`, run);
    const { out, err, status } = await meseta('job', 'logs', 'a');
    expect({ out, status }).toEqual({ out: 'the end\n', status: 0 });
    expect(err).toContain('these are the last lines that Chronos has');
  });
});

describe('job logs of a task without files', () => {
  const never = { ...attempt, state: 'failure', startedAt: undefined, reason: 'TASK_FAILED (no such user)' };

  it.each([
    [never, 'the task of run a:1 never started: TASK_FAILED (no such user)'],
    [{ ...never, endedAt: undefined }, 'the task of run a:1 has not started yet'],
    [attempt, 'the agent no longer has stdout of ct:1:0:a:'],
  ])('tells why of %j', async (last, text) => {
    jobs(row('a'));
    const sandbox = `${url}/files/browse?path=%2Fsandbox`;
    const run = runView('a:1', { attempts: [{ ...last, sandbox }] });
    chronos.answers.set(`GET ${BASE}/job/a/runs`, { total: 1, runs: [run] });
    chronos.answers.set(`GET ${BASE}/job/a/runs/a%3A1`, run);
    expect(await meseta('job', 'logs', 'a')).toMatchObject({ status: 1, err: `meseta: ${text}\n` });
  });
});

describe('job graph', () => {
  it('is a tree, and repeats no children', async () => {
    const node = (name: string) => ({ name, status: 'fresh', state: 'idle' });
    chronos.answers.set(`GET ${BASE}/graph/json`, {
      nodes: ['a', 'b', 'c', 'd'].map(node),
      edges: [
        { from: 'a', to: 'c' },
        { from: 'b', to: 'c' },
        { from: 'c', to: 'd' },
      ],
    });
    expect((await meseta('job', 'graph')).out).toBe(
      [
        'a (fresh, idle)',
        '  c (fresh, idle)',
        '    d (fresh, idle)',
        'b (fresh, idle)',
        '  c (fresh, idle), as above',
        '',
      ].join('\n'),
    );
  });
});

describe('job next', () => {
  it('has a line for each slot', async () => {
    jobs(row('a'));
    chronos.answers.set(`GET ${BASE}/job/a/preview`, {
      name: 'a',
      schedule: 'R//PT1H',
      slots: ['2026-12-01T11:00:00.000Z', '2026-12-01T12:00:00.000Z'],
    });
    expect((await meseta('job', 'next', 'a', '--count=2')).out).toBe(
      '2026-12-01T11:00:00.000Z\n2026-12-01T12:00:00.000Z\n',
    );
    expect(chronos.asked.at(-1)).toBe(`GET ${BASE}/job/a/preview?n=2`);
  });
});

describe('job edit', () => {
  const job = { name: 'a', command: 'old', schedule: 'R//PT1H', successCount: 3, lastSuccess: 'x' };
  const editor = (script: string) => ({ EDITOR: `sh -c '${script}' editor` });

  beforeEach(() => {
    jobs(row('a'));
    chronos.answers.set(`GET ${BASE}/job/a`, job);
    chronos.answers.set(`PUT ${BASE}/iso8601`, OK);
  });

  it('sends what the editor left, without the counters', async () => {
    const { status, out } = await mesetaWith(editor('sed -i s/old/new/ "$1"'), 'job', 'edit', 'a');
    expect({ status, out }).toEqual({ status: 0, out: 'a is changed\n' });
    expect(writes()[0]?.replace(/\s+/g, ' ')).toBe(
      `PUT ${BASE}/iso8601 {"name":"a","command":"new","schedule":"R//PT1H"}`,
    );
  });

  it('sends nothing without a change', async () => {
    expect((await mesetaWith({ EDITOR: 'true' }, 'job', 'edit', 'a')).out).toBe('a is as it was\n');
    expect(writes()).toEqual([]);
  });

  it('keeps the text that was refused', async () => {
    const { status, err } = await mesetaWith(editor('echo broken > "$1"'), 'job', 'edit', 'a');
    const path = /Your text is in (\S+);/.exec(err)?.[1] ?? '';
    expect(status).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe('broken\n');
    rmSync(join(path, '..'), { recursive: true });
  });

  it('does not rename', async () => {
    const { err } = await mesetaWith(editor('sed -i s/\\"a\\"/\\"b\\"/ "$1"'), 'job', 'edit', 'a');
    expect(err).toContain('a job cannot be renamed');
    rmSync(join(/Your text is in (\S+);/.exec(err)?.[1] ?? '', '..'), { recursive: true });
  });
});
