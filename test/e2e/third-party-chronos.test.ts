/** Clients of Chronos by others, as their users would call them: `mesos` from npm and chronos-python. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import { MemoryStore } from '../../cluster/state/memory';
import { parseChronosConfig } from '../../frameworks/chronos/config';
import { type Chronos, startChronos } from '../../frameworks/chronos/main';

const run = promisify(execFile);
const FOLDER = join(__dirname, '..', 'third-party');
const PYTHON = join(FOLDER, 'chronos-python');
/** Without its packages (`node scripts/setup.mjs --tests`) each is skipped. */
const withNpm = existsSync(join(FOLDER, 'node_modules', 'mesos')) ? describe : describe.skip;
const withPython = existsSync(join(PYTHON, '.cache', 'installed')) ? describe : describe.skip;

let chronos: Chronos;

beforeEach(async () => {
  const parsed = parseChronosConfig({
    args: [
      '--master',
      '127.0.0.1:1',
      '--http_port',
      '0',
      '--hostname',
      '127.0.0.1',
      '--http_credentials',
      'u:p',
    ],
    env: {},
  });
  if (!('config' in parsed)) throw new Error('help');
  const deps = { log: silentLogger, clock: systemClock(), state: new MemoryStore() };
  chronos = await startChronos(parsed.config, deps);
});

afterEach(() => chronos.stop());

/** Every call of the client, which knows the base of 2.x only. */
const NPM_CLIENT = `
const chronos = require('mesos').Chronos({ baseUrl: process.argv[1] });
const calls = [
  ['create', (done) => chronos.job.create({ name: 'theirs', schedule: 'R/2037-01-01T00:00:00Z/P1D', command: 'true',
    epsilon: 'PT15M', owner: 'me@example.com' }, done)],
  ['list', (done) => chronos.job.list((error, jobs) => done(error, jobs && jobs.map(({ name, epsilon }) => [name, epsilon])))],
  ['search', (done) => chronos.job.search('THEIR', (error, jobs) => done(error, jobs && jobs.length))],
  ['search any', (done) => chronos.job.search({ any: 'none', limit: 5 }, done)],
  ['start', (done) => chronos.job.start('theirs', done)],
  ['stats', (done) => chronos.job.stats('theirs', (error, stats) => done(error, stats && Object.keys(stats)))],
  ['percentile', (done) => chronos.job.stats({ percentile: 'mean' }, done)],
  ['update', (done) => chronos.task.update({ id: 'ct:1:0:theirs:', statusCode: 0 }, done)],
  ['kill', (done) => chronos.task.kill({ job: 'theirs' }, done)],
  ['destroy', (done) => chronos.job.destroy('theirs', done)],
  ['destroy again', (done) => chronos.job.destroy('theirs', done)],
];
const next = () => {
  const call = calls.shift();
  if (!call) return;
  call[1]((error, result) => {
    console.log(JSON.stringify([call[0], error ? 'error: ' + error.message : result ?? null]));
    next();
  });
};
next();
`;

const lines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

withNpm('the client of the npm package mesos', () => {
  it('defines, finds, starts, kills and deletes a job', async () => {
    const { port } = new URL(chronos.http.url);
    const { stdout } = await run(
      process.execPath,
      ['-e', NPM_CLIENT, `http://u:p@127.0.0.1:${port}/scheduler`],
      { cwd: FOLDER },
    );
    expect(lines(stdout)).toEqual([
      ['create', null],
      ['list', [['theirs', 'PT15M']]],
      ['search', 1],
      ['search any', []],
      ['start', null],
      ['stats', ['histogram', 'taskStatHistory']],
      ['percentile', [{ jobNameLabel: 'theirs', time: 0 }]],
      ['update', null],
      ['kill', null],
      ['destroy', null],
      ['destroy again', 'error: chronos: job.destroy: bad request'],
    ]);
  });
});

withPython('chronos-python', () => {
  it.each(['v1', 'none'])('does all of its calls on the base of the version %s', async (version) => {
    const { host } = new URL(chronos.http.url);
    const { stdout } = await run('python3', [join(PYTHON, 'conversation.py'), host, version, 'u', 'p'], {
      env: { ...process.env, PYTHONPATH: join(PYTHON, '.cache') },
    });
    const percentiles = ['99th', '98th', '95th', '75th', 'median', 'mean'].map((name) => [name, [0, 0]]);
    expect(lines(stdout)).toEqual([
      ['add', null],
      ['add child', null],
      ['update', null],
      ['names', ['child', 'theirs']],
      ['search', ['echo again']],
      ['run', null],
      ['stat', ['histogram', 'taskStatHistory']],
      ['graph', 'node,child,fresh,idle\nnode,theirs,fresh,queued\nlink,theirs,child\n'],
      ...percentiles,
      ['metrics', ['counters', 'gauges', 'histograms', 'meters', 'timers', 'version']],
      ['delete tasks', null],
      ['delete', null],
      ['names', ['child']],
      ['delete again', 'ChronosAPIError: No remaining Chronos servers to try'],
    ]);
  });
});
