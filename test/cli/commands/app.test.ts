import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../../cli/command-list';
import { appView, ScriptedApi } from '../scripted-api';
import { runWith } from './run';

const folder = mkdtempSync(join(tmpdir(), 'meseta-app-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let marathon: ScriptedApi;
let url = '';
beforeEach(async () => {
  marathon = new ScriptedApi();
  url = await marathon.start();
  marathon.answers.set('GET /v2/queue', { queue: [] });
});
afterEach(() => marathon.stop());

const meseta = (...args: string[]) => runWith({ MESETA_MARATHON: url }, args);

function apps(...views: Record<string, unknown>[]): void {
  marathon.answers.set('GET /v2/apps', { apps: views });
  for (const view of views) marathon.answers.set(`GET /v2/apps${String(view['id'])}`, { app: view });
}

function file(json: unknown): string {
  const path = join(folder, 'app.json');
  writeFileSync(path, JSON.stringify(json));
  return path;
}

describe('an app is shown', () => {
  const task = (id: string, results: readonly { alive: boolean }[] = []) => ({
    ...{ id, host: 'h1', state: 'TASK_RUNNING', ports: [31_000], startedAt: 's' },
    healthCheckResults: results,
  });

  it('with its command, image, labels and the health of its tasks', async () => {
    const tasks = [
      task('a.1', [{ alive: true }, { alive: true }]),
      task('a.2', [{ alive: true }, { alive: false }]),
      task('a.3'),
    ];
    const container = { docker: { image: 'web:1' } };
    const { cmd: _, ...view } = appView('/a', {
      args: ['run', '-v'],
      container,
      tasks,
      labels: { team: 'x=y' },
    });
    apps(view);
    const { out } = await meseta('app', 'show', '/a');
    for (const line of [
      /^version +v1$/m,
      /^command +\["run","-v"\]$/m,
      /^image +web:1$/m,
      /^label +team=x=y$/m,
      /^a\.1 +TASK_RUNNING +yes +h1 +31000 +s$/m,
      /^a\.2 +TASK_RUNNING +no /m,
      /^a\.3 +TASK_RUNNING +- /m,
    ])
      expect(out).toMatch(line);
  });
});

describe('an explanation', () => {
  const answer = { appId: '/a', agents: [], heldKills: [], smallestChange: null };
  it.each([
    [
      { waiting: 0, instances: 1, reasons: ['no instance waits for a launch'] },
      'No instance of /a waits for a launch\n',
    ],
    [{ waiting: 1, instances: 1, reasons: [] }, '1 of 1 instance of /a waits for a launch\n'],
    [{ waiting: 1, instances: 2, reasons: ['why'] }, '1 of 2 instances of /a waits for a launch\n  why\n'],
    [{ waiting: 2, instances: 2, reasons: [] }, '2 of 2 instances of /a wait for a launch\n'],
  ])('counts the instances that wait: %j', async (more, text) => {
    apps(appView('/a'));
    marathon.answers.set('GET /v2/apps/a/explain', { ...answer, ...more });
    expect((await meseta('app', 'explain', '/a')).out).toBe(text);
  });
});

describe('an app is found', () => {
  beforeEach(() => apps(appView('/prod/web'), appView('/prod/api'), appView('/test/api')));

  it.each(['/prod/web', 'prod/web', 'web', '/prod/w', 'prod/w'])('by %s', async (word) => {
    expect((await meseta('app', 'show', word)).out).toMatch(/^id +\/prod\/web$/m);
  });

  it('unless the word means several, which are listed', async () => {
    expect(await meseta('app', 'show', 'api')).toMatchObject({
      status: 1,
      err: 'meseta: App /api may be any of these; write more of the id:\n  /prod/api\n  /test/api\n',
    });
  });

  it.each(['eb', 'we', 'b', '/w'])('not by %s, which may be meant for another', async (word) => {
    expect((await meseta('app', 'remove', word)).err).toContain(
      `App ${word.startsWith('/') ? word : `/${word}`} does not exist`,
    );
  });

  it.each([
    ['show', 'nope'],
    ['scale', 'nope', '3'],
    ['restart', 'nope'],
    ['remove', '/nope'],
  ])('or does not exist, for %s too', async (command, word, ...more) => {
    expect(await meseta('app', command, word, ...more)).toEqual({
      status: 1,
      out: '',
      err: `meseta: App /${word.replace('/', '')} does not exist. 'meseta app list' lists them.\n`,
    });
    expect(marathon.asked.every((request) => request.startsWith('GET'))).toBe(true);
  });
});

test('a change is watched to its end, and its failure is the failure of the command', async () => {
  marathon.answers.set('GET /v2/apps/prod/web', { app: { id: '/prod/web' } });
  marathon.answers.set('PUT /v2/apps/prod/web', { version: 'v', deploymentId: 'd1' });
  marathon.answers.set('GET /v2/deployments', []);
  marathon.events.push({
    eventType: 'deployment_failed',
    id: 'd1',
    reason: '/prod/web: 3 new instances failed',
  });
  expect(await meseta('app', 'scale', '/prod/web', '3', '--watch')).toEqual({
    status: 1,
    out: '/prod/web is being scaled to 3\n',
    err: 'meseta: the deployment d1 failed: /prod/web: 3 new instances failed\n',
  });
});

test('an explanation tells agent by agent why instances wait, and the smallest change', async () => {
  apps(appView('/prod/web'));
  const explanation = {
    appId: '/prod/web',
    instances: 3,
    waiting: 2,
    reasons: ['all launch tokens are used: launches wait for tasks to start'],
    heldKills: [],
    agents: [
      {
        hostname: 'h1',
        offeredAt: '2030-01-01T00:00:00.000Z',
        matches: false,
        refusals: [{ message: 'cpus: 4 needed, 1 offered' }, { message: 'mem: 64 needed, 1 offered' }],
      },
      { hostname: 'h2', offeredAt: '2030-01-01T00:00:00.000Z', matches: true, refusals: [] },
    ],
    smallestChange: { message: 'h1 would take an instance with cpus 1 in place of 4' },
  };
  marathon.answers.set('GET /v2/apps/prod/web/explain', explanation);
  const { status, out } = await meseta('app', 'explain', 'web', '--limit=1');
  expect([status, out.split('\n').map((line) => line.trim())]).toEqual([
    0,
    [
      '2 of 3 instances of /prod/web wait for a launch',
      'all launch tokens are used: launches wait for tasks to start',
      'Smallest change: h1 would take an instance with cpus 1 in place of 4',
      expect.stringMatching(/^host +last offer +refused because$/i),
      expect.stringMatching(/^h1 +2030\S+ +cpus: 4 needed, 1 offered$/),
      'mem: 64 needed, 1 offered',
      '1 more agents: see --limit',
      '',
    ],
  ]);
  expect(JSON.parse((await meseta('app', 'explain', 'web', '--json')).out)).toEqual(explanation);
});

describe('a removal', () => {
  it('takes whole ids only, so that a second try never means another app', async () => {
    apps(appView('/prod/web'));
    for (const word of ['web', '/prod/w']) {
      const { status, err } = await meseta('app', 'remove', word);
      expect([status, err]).toEqual([
        1,
        expect.stringContaining('does not exist. /prod/web does: write the whole id'),
      ]);
    }
    expect(marathon.asked.every((request) => request.startsWith('GET'))).toBe(true);
  });
});

describe('a change', () => {
  const definition = { id: '/web', cmd: 'run', cpus: 0.1, mem: 32 };

  it('is told under the whole id, as what begins', async () => {
    apps(appView('/prod/web'));
    for (const method of ['PUT', 'DELETE'])
      marathon.answers.set(`${method} /v2/apps/prod/web`, { deploymentId: 'd1' });
    marathon.answers.set('POST /v2/apps/prod/web/restart', { deploymentId: 'd1' });
    expect((await meseta('app', 'scale', 'web', '5')).out).toBe('/prod/web is being scaled to 5\n');
    expect((await meseta('app', 'restart', 'web', '--force')).out).toBe('/prod/web is being restarted\n');
    expect((await meseta('app', 'remove', 'prod/web')).out).toBe('/prod/web is being removed\n');
    expect(marathon.asked.filter((request) => !request.startsWith('GET'))).toEqual([
      'PUT /v2/apps/prod/web?force=false {"instances":5}',
      'POST /v2/apps/prod/web/restart?force=true',
      'DELETE /v2/apps/prod/web?force=false',
    ]);
  });

  it('by update needs an app that is there; by apply it need not be', async () => {
    marathon.answers.set('PUT /v2/apps/web', { deploymentId: 'd1' });
    expect((await meseta('app', 'update', file(definition))).err).toBe(
      "meseta: App /web does not exist. 'meseta app apply' creates or changes it.\n",
    );
    expect((await meseta('app', 'apply', file(definition))).out).toBe('/web is being deployed\n');
    apps(appView('/web'));
    expect((await meseta('app', 'update', file(definition))).out).toBe('/web is being deployed\n');
    expect(marathon.asked.filter((request) => request.startsWith('PUT'))).toHaveLength(2);
  });

  it.each([
    [{ cmd: 'run' }, 'names no app: give it a field "id"'],
    [[definition], 'has a list: give one app in each file'],
    [{ ...definition, instnaces: 2 }, '--ignore-unknown'],
  ])('by a file that cannot be sent says why', async (body, why) => {
    const { status, err } = await meseta('app', 'apply', file(body));
    expect([status, err]).toEqual([1, expect.stringContaining(why)]);
    expect(marathon.asked).toEqual([]);
  });

  it('of a locked app names the deployment and the flag', async () => {
    apps(appView('/web'));
    const body = { message: 'App is locked by one or more deployments.', deployments: [{ id: 'd7' }] };
    marathon.answers.set('DELETE /v2/apps/web', { status: 409, body });
    expect(await meseta('app', 'remove', 'web')).toMatchObject({
      status: 1,
      err: expect.stringContaining('locked by the deployment d7: wait for it, or override it with --force'),
    });
  });
});

describe('what is printed', () => {
  it('has no control character of an argument', async () => {
    const red = '\u001b[31mx';
    const all = [
      ['app', 'show', red],
      [red],
      ['app', 'create', `/tmp/${red}`],
      ['app', 'list', '--marathon', red],
    ];
    for (const args of all) expect((await meseta(...args)).err).not.toContain('\u001b');
    expect((await meseta('app', 'list', '--marathon', 'http://a b')).err).toContain(
      '--marathon: "http://a b" is not a URL',
    );
  });

  const EVIL = '\u001b]0;pwned\u0007\u001b[2J\u009b31m\r\n\u202e';

  it('has no control character of a name, label, command or message, in tables, text and JSON', async () => {
    const failure = { taskId: 't', timestamp: EVIL, host: EVIL, state: EVIL, message: EVIL };
    const view = appView(`/a${EVIL}`, { cmd: EVIL, labels: { [EVIL]: EVIL }, lastTaskFailure: failure });
    marathon.answers.set('GET /v2/apps', { apps: [view] });
    marathon.answers.set('GET /v2/apps/x', { app: view });
    const printed = [
      await meseta('app', 'list'),
      await meseta('app', 'list', '--json'),
      await meseta('app', 'show', 'x'),
      await meseta('app', 'show', 'x', '--json'),
      await meseta('app', 'show', EVIL),
      await meseta(EVIL),
    ];
    for (const { out, err } of printed) {
      expect(out + err).not.toBe('');
      expect((out + err).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    }
    expect(JSON.parse(printed[3]?.out ?? '')).toEqual(view);
    expect(printed[2]?.out).toContain(
      'command     \\u001b]0;pwned\\u0007\\u001b[2J\\u009b31m\\u000d\\u000a\\u202e\n',
    );
  });
});

describe('help and completion', () => {
  it('lists the commands below one that does something by itself', async () => {
    expect((await meseta('dns', '--help')).out).toMatch(/\nCommands:\n {2}dns explain {2}\S/);
    expect((await meseta('lb', '--help')).out).toMatch(/\n {2}lb zdd +\S/);
    expect((await meseta('app', 'list', '--help')).out).not.toContain('Commands:');
  });

  it('completes groups, commands and flags', async () => {
    const words = async (...before: string[]) =>
      (await meseta('completion', 'words', ...before)).out.split('\n').filter(Boolean);
    expect(await words()).toEqual(expect.arrayContaining(['up', 'app', 'status', 'down']));
    expect(await words('app')).toEqual(expect.arrayContaining(['list', 'apply', 'remove']));
    expect(await words('app', 'scale', 'x')).toEqual(expect.arrayContaining(['--force', '--wait', '--help']));
    expect(await words('dns')).toEqual(expect.arrayContaining(['explain', '--masters']));
    expect(await words('task')).toEqual(expect.arrayContaining(['files', 'exec', 'logs']));
    expect(await words('task', 'files')).toEqual(['ls', 'get']);
    expect(await words('task', 'files', 'ls', 'x')).toEqual(expect.arrayContaining(['--json', '--master']));
    expect(await words('nothing')).toEqual([]);
  });

  it('leaves out flags that are refused or have no effect', async () => {
    const { out } = await meseta('completion', 'words', 'marathon');
    expect(out).toContain('--master\n');
    for (const flag of ['--logstash\n', '--killBatchSize\n']) expect(out).not.toContain(flag);
    expect((await meseta('completion', 'words', 'app', 'list')).out).not.toContain('--insecure');
  });

  it.each([
    ['app', '/v2/apps', { apps: [{ id: 'x' }] }],
    ['pod', '/v2/pods', [{ id: 'x' }]],
    ['group', '/v2/groups', { id: 'x', groups: [] }],
    ['deployment', '/v2/deployments', [{ id: 'x' }]],
    ['job', '/v1/scheduler/jobs/summary', { jobs: [{ name: 'x' }] }],
    ['agent', '/slaves', { slaves: [{ id: 'x' }] }],
    ['framework', '/frameworks', { frameworks: [{ id: 'x' }] }],
    ['role', '/roles', { roles: [{ name: 'x' }] }],
  ])('completes every command that takes one %s', async (noun, path, answer) => {
    const server = new ScriptedApi([path]);
    const place = await server.start();
    server.answers.set(`GET ${path}`, answer);
    const env = { MESETA_MARATHON: place, MESETA_MASTER: place, MESETA_CHRONOS: place };
    const named = COMMANDS.filter(({ name }) => name.startsWith(`${noun} `));
    let completed = 0;
    for (const { name, load } of named) {
      const [label = ''] = (await load()).positionals ?? [];
      if (label === '' || label === 'file') continue;
      const { out } = await runWith(env, ['completion', 'words', ...name.split(' ')]);
      expect([name, out.split('\n')]).toEqual([name, expect.arrayContaining(['x'])]);
      completed += 1;
    }
    await server.stop();
    expect(completed).toBeGreaterThan(0);
  });

  it('completes tasks, agents and apps of the cluster, and waits for none', async () => {
    apps(appView('/prod/web'));
    const master = new ScriptedApi(['/tasks', '/slaves']);
    const target = ['--master', await master.start()];
    const tasks = [
      { id: 'web.1', state: 'TASK_RUNNING' },
      { id: 'web.0', state: 'TASK_FAILED' },
    ];
    master.answers.set('GET /tasks', { tasks });
    master.answers.set('GET /slaves', { slaves: [{ id: 'a-S0' }] });
    const objects = async (...before: string[]) =>
      (await meseta('completion', 'words', ...before)).out
        .split('\n')
        .filter((word) => word !== '' && !word.startsWith('--'));
    for (const command of ['logs', 'exec', 'attach', 'files ls', 'files get'])
      expect(await objects('task', ...command.split(' '), ...target)).toEqual(['web.1']);
    expect(await objects('task', 'logs', '-n', '5', '-f', ...target)).toEqual(['web.1']);
    expect(await objects('task', 'logs', ...target, 'web.1')).toEqual([]);
    expect(await objects('agent', 'containers', ...target)).toEqual(['a-S0']);
    expect(await objects('app', 'logs')).toEqual(['/prod/web']);
    await master.stop();
    expect(await objects('task', 'logs', ...target)).toEqual([]);
  });

  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async (shell) => {
    expect((await meseta('completion', shell)).out).toContain('meseta completion words');
  });

  it('neither expands nor runs the words that bash completes', async () => {
    const ids = ['web.1', 'web.$(echo run >&2)', 'web.`echo run >&2`;x', 'other'];
    const words = ids.map((id) => `'${id}'`).join(' ');
    const complete = `COMP_WORDS=(meseta task logs web); COMP_CWORD=3; _meseta; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const script = `${(await meseta('completion', 'bash')).out}\nmeseta() { printf '%s\\n' ${words}; }\n`;
    const shown = spawnSync('bash', ['-c', `${script}\n${complete}`], { encoding: 'utf8' });
    const quoted = ['web.1', 'web.\\$\\(echo\\ run\\ \\>\\&2\\)', 'web.\\`echo\\ run\\ \\>\\&2\\`\\;x'];
    expect([shown.stdout.trimEnd().split('\n'), shown.stderr]).toEqual([quoted, '']);
  });

  it('names the shells it knows', async () => {
    expect(await meseta('completion', 'csh')).toMatchObject({
      status: 2,
      err: expect.stringContaining('"csh" is none of bash, zsh, fish'),
    });
  });
});
