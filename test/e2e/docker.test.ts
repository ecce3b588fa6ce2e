/**
 * An app of Marathon in a Docker container, through a kill -9 of the agent: a whole cluster on the host of an engine. And an
 * executor of a framework in one.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Offer, TaskInfo } from '../../cluster/api/generated/mesos';
import { hasEngine, IMAGE, TestEngine } from '../cluster/agent/docker/test-engine';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { AGENT, HostCluster } from './host-cluster';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

jest.setTimeout(180_000);

const WAIT_MS = 30_000;
const EXAMPLE = join(__dirname, '..', '..', 'examples', 'docker.json');

interface DockerApp {
  readonly container: { readonly docker: { readonly image: string } };
}

const onMachine = hasEngine ? it : it.skip;
let engine: TestEngine;
beforeAll(async () => {
  if (hasEngine) engine = await TestEngine.start();
});
afterAll(() => engine?.close());

const dockerFlags = (): readonly string[] => [
  '--containerizers=docker,mesos',
  `--docker_socket=${engine.socket}`,
  '--docker_remove_delay=0secs',
];

onMachine('the example of an app with an image runs, also while its agent is away', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-docker-'));
  try {
    const { host } = engine;
    const cluster = new HostCluster(host, {
      folder,
      agentFlags: dockerFlags(),
      empty: ['containers', 'docker/containers'],
    });
    try {
      const agent = cluster.startAgent();
      const app = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as DockerApp;
      engine.docker('tag', 'busybox:test', app.container.docker.image);
      await cluster.createApp(app);
      const task = await cluster.healthyTask('docker');
      const [{ ipAddress = '' } = {}] = task.ipAddresses;
      expect(ipAddress).toMatch(/^172\./);
      const answers = (): string[] =>
        [`${ipAddress}:80`, `127.0.0.1:${task.ports[0]}`].map((place) => cluster.ask(place));
      const greeting = `hello from ${task.id}\n`;
      expect(answers()).toEqual([greeting, greeting]);

      agent.kill('SIGKILL');
      await once(agent, 'exit');
      expect(answers()).toEqual([greeting, greeting]);
      cluster.startAgent();
      await eventually('the agent', () => cluster.ask(`${AGENT}/state`).includes(task.id), WAIT_MS);
      expect(cluster.tasks('docker').map(({ id, state }) => [id, state])).toEqual([
        [task.id, 'TASK_RUNNING'],
      ]);
      expect(engine.containers()).toHaveLength(1);
      await cluster.removeApp('docker');
      await eventually('the removal', () => engine.containers().length === 0, WAIT_MS);
    } finally {
      engine.clear();
      await cluster.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const uuid = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64');

/** An executor that runs one task until there is a file, and ends with it. */
const EXECUTOR = `
cd $MESOS_SANDBOX
ids='"executor_id":{"value":"'$MESOS_EXECUTOR_ID'"},"framework_id":{"value":"'$MESOS_FRAMEWORK_ID'"}'
post() {
  wget -q -O - --header 'Content-Type: application/json' --header 'Accept: application/json' \\
    --post-data "$1" http://$MESOS_AGENT_ENDPOINT/api/v1/executor
}
update() {
  status='{"task_id":{"value":"task"},"source":"SOURCE_EXECUTOR","uuid":"'$2'","state":"'$1'"}'
  post '{"type":"UPDATE",'$ids',"update":{"status":'$status'}}'
}
post '{"type":"SUBSCRIBE",'$ids',"subscribe":{}}' > events &
wait_for() { until "$@"; do sleep 0.1; done; }
wait_for busybox grep -q '"LAUNCH"' events
update TASK_RUNNING ${uuid()}
wait_for test -e stop
update TASK_FINISHED ${uuid()}
`;

/** A task in a container whose variable KEY is a secret. */
function secretTask(offer: Offer, id: string, name: string): TaskInfo {
  const secret = { type: 'REFERENCE', reference: { name } } as const;
  return taskOn(offer, id, '', {
    command: {
      value: 'echo "$KEY" | tr h H',
      environment: { variables: [{ name: 'KEY', type: 'SECRET', secret }] },
    },
    container: { type: 'DOCKER', docker: { image: IMAGE, network: 'NONE' } },
  });
}

onMachine('a task in a container has the secrets of its role, and of no other', async () => {
  const machine = new OneMachine();
  const master = await machine.startMaster();
  const secrets = join(machine.folder, 'secrets');
  for (const role of ['*', 'web']) {
    mkdirSync(join(secrets, role), { recursive: true, mode: 0o700 });
    writeFileSync(join(secrets, role, role === 'web' ? 'web-db' : 'db'), 'hunter2', { mode: 0o600 });
  }
  const flags = [...dockerFlags(), `--secrets_dir=${secrets}`, '--secrets_by_role'];
  const agent = await AgentProcess.of(master, { flags });
  agent.start();
  const scheduler = new TaskScheduler(master.http.url);
  try {
    await scheduler.subscribe();
    const offer = await scheduler.offer();
    await scheduler.launch(offer, secretTask(offer, 'own', 'db'), secretTask(offer, 'foreign', 'web-db'));
    const { message } = await scheduler.states('foreign', 'TASK_FAILED');
    expect(message).toContain("Secret 'web-db' is not there");
    await scheduler.states('own', 'TASK_FINISHED');
    expect(agent.outputOf('own')).toContain('Hunter2');
    const state = await (await fetch(`${master.http.url}/state`)).text();
    expect([state, agent.log].filter((text) => text.includes('hunter2'))).toEqual([]);
  } finally {
    scheduler.stop();
    await agent.end('SIGUSR1');
    await agent.stop();
    await machine.stop();
  }
});

onMachine(
  'an executor of a framework is in a container, with its URIs, and is subscribed over the network',
  async () => {
    const machine = new OneMachine();
    const master = await machine.startMaster();
    const agent = await AgentProcess.of(master, { flags: dockerFlags() });
    agent.start();
    const scheduler = new TaskScheduler(master.http.url);
    const close = await engine.passOn(Number(new URL(agent.url).port));
    try {
      await scheduler.subscribe();
      const offer = await scheduler.offer();
      const file = join(agent.root, 'file');
      writeFileSync(file, 'fetched');
      const executor = {
        executor_id: { value: 'own' },
        framework_id: { value: scheduler.frameworkId ?? '' },
        command: { value: EXECUTOR, uris: [{ value: file }] },
        container: { type: 'DOCKER', docker: { image: IMAGE, network: 'HOST' } },
        resources: [scalar('cpus', 0.1), scalar('mem', 32)],
      } as const;
      await scheduler.launch(offer, taskOn(offer, 'task', '', { command: undefined, executor }));
      await scheduler.states('task', 'TASK_RUNNING');
      expect(engine.containers()).toEqual([expect.stringMatching(/^mesos-.* running$/)]);
      const sandbox = agent.sandboxOf('own');
      expect(readFileSync(join(sandbox, 'file'), 'utf8')).toBe('fetched');
      writeFileSync(join(sandbox, 'stop'), '');
      await scheduler.states('task', 'TASK_FINISHED');
      await eventually('the removal', () => engine.containers().length === 0, WAIT_MS);
    } finally {
      scheduler.stop();
      await agent.end('SIGUSR1');
      await close();
      await agent.stop();
      await machine.stop();
    }
  },
);
