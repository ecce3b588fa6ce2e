import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';

const FOLDER = join(__dirname, '..', 'third-party');
const isInstalled = existsSync(join(FOLDER, 'node_modules', 'mesos-framework'));
/** Without its packages (`node scripts/setup.mjs --tests`) this is skipped. */
const whenInstalled = isInstalled ? describe : describe.skip;

/** A scheduler as a user of that library would write it: two tasks of one command, printed as they change. */
const SCHEDULER = `
const { Scheduler, Mesos } = require('mesos-framework');
const { CommandInfo } = Mesos.getMesos();
const scheduler = new Scheduler({
  masterUrl: process.argv[1],
  port: Number(process.argv[2]),
  frameworkName: 'third-party',
  frameworkFailoverTimeout: 0,
  logging: { level: 'error' },
  tasks: {
    sleepy: {
      priority: 1,
      instances: 2,
      commandInfo: new CommandInfo(null, null, true, 'sleep 300', null, null),
      resources: { cpus: 0.1, mem: 32, ports: 1, disk: 0 },
    },
  },
});
const say = (...words) => console.log(words.join(' '));
scheduler.on('ready', () => scheduler.subscribe());
scheduler.on('subscribed', ({ frameworkId }) => say('subscribed', frameworkId));
scheduler.on('error', (error) => say('error', error.message || error));
process.stdin.once('data', () => scheduler.teardown());
`;

whenInstalled('a scheduler built with mesos-framework from npm', () => {
  let machine: OneMachine;
  let url: string;
  let child: ChildProcess | undefined;
  let out = '';

  beforeAll(async () => {
    machine = new OneMachine();
    url = (await machine.startMaster([])).http.url;
    await machine.startAgent('one', ['--resources=cpus:2;mem:512;disk:1000;ports:[31000-31010]']);
  });

  afterAll(async () => {
    child?.kill();
    await machine.stop();
  });

  const tasks = async () =>
    ((await (await fetch(`${url}/tasks`)).json()) as { tasks: { state: string; name: string }[] }).tasks;

  it('subscribes, launches its tasks, hears of them, and ends them with itself', async () => {
    const { hostname, port } = new URL(url);
    child = spawn(process.execPath, ['-e', SCHEDULER, hostname, port], { cwd: FOLDER });
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    await eventually(
      'two tasks of the third-party scheduler',
      async () => (await tasks()).filter(({ state }) => state === 'TASK_RUNNING').length === 2,
      60_000,
    );
    const page = (await (await fetch(`${url}/frameworks`)).json()) as {
      frameworks: { name: string; connected: boolean }[];
    };
    expect(page.frameworks).toMatchObject([{ name: 'third-party', connected: true }]);
    expect(out).toMatch(/^subscribed \S+\n$/);
    child.stdin?.write('end\n');
    await eventually(
      'the end of its tasks',
      async () => (await tasks()).every(({ state }) => state === 'TASK_KILLED'),
      60_000,
    );
  });
});
