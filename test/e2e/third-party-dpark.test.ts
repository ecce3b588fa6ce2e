/**
 * DPark, unmodified, on a master and two agents: jobs with a shuffle in executors of its own on pymesos, over the loss of one,
 * and its `drun`. Its programs are tasks themselves, with Python and the packages as volumes.
 */

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRuntime } from '../../cluster/agent/containerizer/oci/runtime';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { meseta } from './meseta';
import { OneMachine } from './one-machine';

jest.setTimeout(180_000);

const DPARK = join(__dirname, '..', 'third-party', 'dpark');
/** It refuses to be root, so it is `nobody`. */
const NOBODY = 65_534;
const AGENTS = ['127.0.50.61', '127.0.50.62'];
const missing = missingForDpark();
const whenThere = missing === undefined ? describe : describe.skip;

function missingForDpark(): string | undefined {
  if (!existsSync(join(DPARK, '.cache', 'installed'))) return 'DPark with Python 2.7';
  if (process.getuid?.() !== 0) return 'root';
  return 'path' in findRuntime() ? undefined : 'runc';
}

interface MasterTask {
  readonly name: string;
  readonly state: string;
  readonly slave_id: string;
}

interface Framework {
  readonly name: string;
  readonly user: string;
  readonly completed_tasks: readonly MasterTask[];
}

whenThere(`DPark${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`, () => {
  const place = mkdtempSync(join(tmpdir(), 'meseta-dpark-'));
  const python = join(place, 'python');
  const dpark = join(place, 'dpark');
  const work = join(place, 'work');
  const marks = join(place, 'marks');
  const environment = {
    PATH: '/usr/bin:/bin',
    PYTHONPATH: join(dpark, '.cache'),
    LD_LIBRARY_PATH: join(python, 'lib'),
    DPARK_CONF: join(place, 'dpark.conf'),
    MARKS: marks,
  };
  let machine: OneMachine;
  let master: string;
  let agents: AgentProcess[];

  /** An agent on an address of its own, whose executors have a work folder of their own. */
  async function startAgent(address: string): Promise<AgentProcess> {
    if (!machine.master) throw new Error('no master');
    const ownWork = join(place, address);
    mkdirSync(ownWork);
    chownSync(ownWork, NOBODY, NOBODY);
    const volumes = Object.entries({
      [python]: realpathSync(join(DPARK, '.cache', 'python')),
      [dpark]: DPARK,
      [work]: ownWork,
    }).map(([container_path, host_path]) => ({ container_path, host_path, mode: 'RW' }));
    const agent = await AgentProcess.of(machine.master, {
      flags: [
        ...[`--ip=${address}`, `--hostname=${address}`, '--resources=cpus:2;mem:1024'],
        '--isolation=filesystem/linux',
        `--default_container_info=${JSON.stringify({ type: 'MESOS', volumes })}`,
        `--executor_environment_variables=${JSON.stringify(environment)}`,
      ],
    });
    agent.start();
    return agent;
  }

  beforeAll(async () => {
    chmodSync(place, 0o711);
    for (const folder of [python, dpark, work, marks]) mkdirSync(folder);
    writeFileSync(environment.DPARK_CONF, `DPARK_WORK_DIR = '${work}'\n`);
    machine = new OneMachine();
    master = (await machine.startMaster(['--allocation_interval=100ms'])).http.url;
    agents = await Promise.all(AGENTS.map(startAgent));
    await eventually('the agents', async () => {
      const { slaves } = (await (await fetch(`${master}/slaves`)).json()) as { slaves: unknown[] };
      return slaves.length === AGENTS.length;
    });
  });

  beforeEach(() => {
    rmSync(marks, { recursive: true });
    mkdirSync(marks);
    chownSync(marks, NOBODY, NOBODY);
  });

  afterAll(async () => {
    for (const agent of agents ?? []) await agent.stop();
    await machine?.stop();
    rmSync(place, { recursive: true, force: true });
  });

  /** Runs a program of Python as a task, to its end; the lines that it printed. */
  async function run(name: string, ...words: readonly string[]): Promise<string[]> {
    const value = `cd ${marks} && exec ${python}/bin/python2.7 ${dpark}/${words.join(' ')} > output 2>&1`;
    const variables = Object.entries(environment).map(([key, text]) => ({ name: key, value: text }));
    const resources = Object.entries({ cpus: 0.1, mem: 64 }).map(([key, amount]) => ({
      name: key,
      type: 'SCALAR',
      scalar: { value: amount },
    }));
    const command = { value, user: 'nobody', environment: { variables } };
    const task = { name, task_id: { value: name }, agent_id: { value: '' }, command, resources };
    const { status, out, err } = await meseta([
      'run',
      `--master=${master}`,
      `--task=${JSON.stringify(task)}`,
    ]);
    const output = readFileSync(join(marks, 'output'), 'utf8');
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${output}\n${out}${err}`);
    return output.split('\n');
  }

  const countWords = (name: string, ...words: readonly string[]): Promise<string[]> =>
    run(name, 'wordcount.py', `--master=${new URL(master).host}`, '--cpus=0.5', '--mem=50', ...words);

  /** The executor and the user of each process that had a part of the work. */
  const workers = (): string[][] =>
    readdirSync(marks)
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFileSync(join(marks, name), 'utf8').split(' '));

  /** The tasks of the last framework of DPark. */
  async function tasksOfDpark(): Promise<readonly MasterTask[]> {
    const page = (await (await fetch(`${master}/frameworks`)).json()) as {
      completed_frameworks: Framework[];
    };
    const framework = page.completed_frameworks.findLast(({ name }) => name.startsWith('[dpark]'));
    expect(framework?.user).toBe('nobody');
    return framework?.completed_tasks ?? [];
  }

  const RESULT = ['counts a=40 cat=80 dog=40 ran=40 sat=80', 'lines 120'];

  it('counts words over a shuffle, in executors of both agents', async () => {
    const printed = await countWords('count');
    expect(printed).toEqual(expect.arrayContaining(RESULT));
    const tasks = await tasksOfDpark();
    // It starts a task that takes long once more, and kills the later one.
    const states = tasks.map(({ state }) => state).filter((state) => state !== 'TASK_KILLED');
    expect(states).toEqual(Array(9).fill('TASK_FINISHED'));
    expect(new Set(tasks.map(({ slave_id }) => slave_id)).size).toBe(2);
    expect(new Set(workers().map(([executor]) => executor)).size).toBe(2);
    expect(workers().every(([, user]) => user === String(NOBODY))).toBe(true);
  });

  it('counts them right although an executor is killed in the midst of it', async () => {
    const printed = await countWords('lose', 'lose');
    expect(printed).toContain(RESULT[0]);
    const states = (await tasksOfDpark()).map(({ state }) => state);
    expect(states).toContain('TASK_FAILED');
    expect(states.filter((state) => state === 'TASK_FINISHED').length).toBeGreaterThanOrEqual(9);
  });

  it('runs a command several times by drun', async () => {
    const program = '.cache/bin/scheduler.py';
    const place = [`--master=${new URL(master).host}`, '--tasks=3', '--cpus=0.1', '--mem=32'];
    const printed = await run('drun', program, ...place, 'sh', '-c', `'echo rank $DRUN_RANK of $DRUN_SIZE'`);
    const ranks = printed.flatMap((line) => / (rank \d of \d)$/.exec(line)?.[1] ?? []);
    expect(ranks.sort()).toEqual(['rank 0 of 3', 'rank 1 of 3', 'rank 2 of 3']);
  });
});
