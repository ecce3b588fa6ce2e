/**
 * Secrets and external volumes on a real agent, by a scheduler: command tasks and task groups have them, over kill -9 of the
 * agent, too, and no page, log or file of others shows a value. A program of the test is in the place of dvdcli.
 */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRuntime } from '../../cluster/agent/containerizer/oci/runtime';
import type { CommandInfo, ContainerInfo, Resource, Secret } from '../../cluster/api/generated/mesos';
import { FakeDvdcli } from '../cluster/agent/containerizer/external-volumes/fake-dvdcli';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { meseta } from './meseta';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

const withRuntime = 'path' in findRuntime() && process.getuid?.() === 0 ? describe : describe.skip;
const OF_FOLDER = 'hunter2-of-the-folder';
const OF_MESSAGE = 'hunter2-of-the-message';
const reference: Secret = { type: 'REFERENCE', reference: { name: 'team/db', key: 'password' } };
const value: Secret = { type: 'VALUE', value: { data: Buffer.from(OF_MESSAGE).toString('base64') } };

const withSecrets = (script: string, secret = reference): CommandInfo => ({
  value: script,
  environment: {
    variables: [
      { name: 'KEY', type: 'SECRET', secret },
      { name: 'OWN', type: 'SECRET', secret: value },
    ],
  },
});
const withVolumes = (driver: string): ContainerInfo => ({
  type: 'MESOS',
  volumes: [
    { mode: 'RO', container_path: 'key', source: { type: 'SECRET', secret: value } },
    {
      mode: 'RW',
      container_path: 'data',
      source: { type: 'DOCKER_VOLUME', docker_volume: { driver, name: 'v' } },
    },
  ],
});
/** Shows the secrets without writing them, and stays. */
const SHOW = '(echo "$KEY $OWN"; cat key) | tr h H; echo seen >> data/file; exec sleep 1000';
const SHOWN = `Hunter2-of-tHe-folder Hunter2-of-tHe-message\nHunter2-of-tHe-message`;

withRuntime('an agent with secrets and external volumes (skipped without root and runc)', () => {
  const path = process.env['PATH'];
  let machine: OneMachine;
  let scheduler: TaskScheduler;
  let agent: AgentProcess;
  let dvdcli: FakeDvdcli;

  beforeAll(async () => {
    machine = new OneMachine();
    const master = await machine.startMaster();
    const secretsDir = join(machine.folder, 'secrets');
    mkdirSync(join(secretsDir, 'team'), { recursive: true, mode: 0o700 });
    writeFileSync(join(secretsDir, 'team/db'), `{"password": "${OF_FOLDER}"}`, { mode: 0o600 });
    dvdcli = new FakeDvdcli(join(machine.folder, 'dvdcli'));
    process.env['PATH'] = dvdcli.path;
    const isolation = '--isolation=filesystem/linux,volume/secret,docker/volume';
    agent = await AgentProcess.of(master, { flags: [isolation, `--secrets_dir=${secretsDir}`] });
    agent.start();
    scheduler = new TaskScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
    await scheduler.subscribe();
  });

  afterAll(async () => {
    process.env['PATH'] = path;
    scheduler.stop();
    await agent.stop();
    await machine.stop();
  });

  /** Resources of a task that has ended may come as an offer of their own. */
  const isLarge = ({ name, scalar }: Resource): boolean => name === 'mem' && (scalar?.value ?? 0) > 200;
  const isMounted = (): boolean => dvdcli.isMounted('rexray', 'v');

  async function pages(url: string): Promise<string> {
    const ask = async (type: string): Promise<string> => {
      const headers = { 'content-type': 'application/json', accept: 'application/json' };
      const body = JSON.stringify({ type });
      const answer = await fetch(`${url}/api/v1`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
      return await answer.text();
    };
    const calls = ['GET_STATE', 'GET_TASKS', 'GET_EXECUTORS', 'GET_FLAGS'].map(ask);
    const texts = ['state', 'flags'].map(async (page) => await (await fetch(`${url}/${page}`)).text());
    return (await Promise.all([...calls, ...texts])).join('\n');
  }

  /** Files of the agent with one of the values that others on the machine may read. */
  function openFiles(): string[] {
    return readdirSync(agent.workDir, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((file) => (statSync(file).mode & 0o077) !== 0 && hasSecret(readFileSync(file, 'latin1')));
  }

  const hasSecret = (text: string): boolean =>
    [OF_FOLDER, OF_MESSAGE, value.value?.data ?? ''].some((secret) => text.includes(secret));

  it('fails tasks whose secret or volume is not to be had, with the reason', async () => {
    const gone: Secret = { type: 'REFERENCE', reference: { name: 'gone' } };
    const offer = await scheduler.offer(isLarge);
    await scheduler.launch(
      offer,
      taskOn(offer, 'no-secret', '', { command: withSecrets('true', gone) }),
      taskOn(offer, 'no-volume', 'true', { container: withVolumes('broken') }),
    );
    const { reason, message } = await scheduler.states('no-secret', 'TASK_FAILED');
    expect(reason).toBe('REASON_CONTAINER_LAUNCH_FAILED');
    expect(message).toContain("Secret 'gone' is not there: --secrets_dir of this agent has no such file");
    const volume = await scheduler.states('no-volume', 'TASK_FAILED');
    expect(volume.reason).toBe('REASON_CONTAINER_LAUNCH_FAILED');
    expect(volume.message).toContain('Unexpected termination of the subprocess: error while mounting v');
  });

  it('gives them to tasks and groups, also over kill -9, and shows values to nobody', async () => {
    const parts = { command: withSecrets(SHOW), container: withVolumes('rexray') };
    const first = await scheduler.offer(isLarge);
    const toggled = await fetch(`${agent.url}/logging/toggle?level=3&duration=5mins`, { method: 'POST' });
    expect(toggled.status).toBe(200);
    await scheduler.launch(first, taskOn(first, 'one', '', parts));
    await scheduler.states('one', 'TASK_STARTING', 'TASK_RUNNING');
    const second = await scheduler.offer(isLarge);
    await scheduler.launchGroup(second, taskOn(second, 'two', '', parts));
    await scheduler.states('two', 'TASK_RUNNING');
    const outputs = (): readonly string[] => [agent.outputOf('one'), outputOfTwo()];
    await eventually('the output of both', () => outputs().every((text) => text === SHOWN));
    const shown = [await pages(machine.master?.http.url ?? ''), await pages(agent.url), agent.log];
    expect(shown.map(hasSecret)).toEqual([false, false, false]);
    expect(shown[0]).toContain('"VALUE"');
    expect(openFiles()).toEqual([]);
    await agent.restart();
    expect(isMounted()).toBe(true);
    await scheduler.kill('one');
    await scheduler.states('one', 'TASK_KILLED');
    expect(isMounted()).toBe(true);
    await scheduler.kill('two');
    await scheduler.states('two', 'TASK_KILLED');
    await eventually('the end of the volume', () => !isMounted());
    expect(readFileSync(join(dvdcli.stored('rexray', 'v'), 'file'), 'utf8')).toBe('seen\nseen\n');
    expect(agent.log.includes(OF_FOLDER) || agent.log.includes(OF_MESSAGE)).toBe(false);
  });

  it('gives them to a task of meseta run, as a variable and as a file', async () => {
    const volume = { mode: 'RO', container_path: 'key', source: { type: 'SECRET', secret: reference } };
    const task = {
      name: 'run',
      task_id: { value: 'run' },
      command: withSecrets('(echo "$KEY"; cat key) | tr h H; cat key > /dev/null'),
      container: { type: 'MESOS', volumes: [volume] },
      resources: [scalar('cpus', 0.1), scalar('mem', 32)],
    };
    const master = machine.master?.http.url ?? '';
    // It has had all offers so far.
    await scheduler.call({ type: 'TEARDOWN' });
    const ran = await meseta(['run', `--master=${master}`, `--task=${JSON.stringify(task)}`]);
    expect(ran).toMatchObject({ status: 0, err: '' });
    const logs = await meseta(['task', 'logs', 'run', `--master=${master}`]);
    expect(logs.out).toBe('Hunter2-of-tHe-folder\nHunter2-of-tHe-folder');
    expect([ran.out, await pages(master), agent.log].map(hasSecret)).toEqual([false, false, false]);
  });

  function outputOfTwo(): string {
    const tasks = join(agent.sandboxOf('pod'), 'containers');
    const [id = ''] = readdirSync(tasks);
    return readFileSync(join(tasks, id, 'stdout'), 'utf8');
  }
});
