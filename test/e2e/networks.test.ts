/**
 * An app of Marathon on a network of CNI, through a kill -9 of the agent: a whole cluster on a host that the test makes for
 * itself.
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type {
  CommandInfo,
  ContainerInfo,
  ExecutorInfo,
  Offer,
  TaskInfo,
} from '../../cluster/api/generated/mesos';
import type { Call } from '../../cluster/api/generated/scheduler';
import { Host, hasPlugins, PLUGINS } from '../cluster/agent/containerizer/network/host';
import { runtime } from '../cluster/agent/containerizer/place';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';

jest.setTimeout(180_000);

const BIN = join(__dirname, '..', '..', 'bin', 'meseta');
const WAIT_MS = 30_000;
const [MASTER, AGENT, MARATHON] = [5050, 5051, 8080].map((port) => `127.0.0.1:${port}`);

interface Task {
  readonly id: string;
  readonly state: string;
  readonly ports: readonly number[];
  readonly ipAddresses: readonly { readonly ipAddress: string }[];
  readonly healthCheckResults?: readonly { readonly alive: boolean }[];
}

/** A master, an agent and Marathon as processes on the host of the test. */
class HostCluster {
  readonly host = new Host();
  private readonly processes: ChildProcess[] = [];

  constructor() {
    this.host.configure('web.conflist', {
      cniVersion: '0.4.0',
      name: 'web',
      plugins: [
        {
          type: 'bridge',
          bridge: 'tst0',
          isGateway: true,
          ipMasq: true,
          ipam: this.host.ipam('10.254.5.0/24'),
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    });
    this.start('master');
    this.start('marathon', `--master=${MASTER}`);
  }

  startAgent(): ChildProcess {
    const folders = [
      `--network_cni_config_dir=${this.host.configDir}`,
      `--network_cni_plugins_dir=${PLUGINS}`,
    ];
    return this.start('agent', `--master=${MASTER}`, ...folders);
  }

  private start(part: string, ...flags: readonly string[]): ChildProcess {
    const workDir = `--work_dir=${join(this.host.folder, part)}`;
    const child = this.host.start(process.execPath, BIN, part, workDir, ...flags);
    this.processes.push(child);
    return child;
  }

  /** The answer of a process; empty while there is none. */
  ask(url: string, ...options: readonly string[]): string {
    try {
      return this.host.do('curl', '--silent', '--fail', '--max-time', '5', ...options, `http://${url}`);
    } catch {
      return '';
    }
  }

  tasks(): readonly Task[] {
    const text = this.ask(`${MARATHON}/v2/apps/web/tasks`);
    return text === '' ? [] : (JSON.parse(text) as { readonly tasks: readonly Task[] }).tasks;
  }

  async stop(): Promise<void> {
    for (const child of this.processes) child.kill('SIGINT');
    for (const child of this.processes)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await this.host.close();
  }
}

const code = "require('http').createServer((q, a) => a.end(process.env.MESOS_CONTAINER_IP)).listen(80)";
const APP = {
  id: '/web',
  cmd: `exec ${process.execPath} -e "${code}"`,
  cpus: 0.1,
  mem: 64,
  networks: [{ mode: 'container', name: 'web' }],
  container: { type: 'MESOS', portMappings: [{ containerPort: 80, hostPort: 0 }] },
  healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', portIndex: 0, delaySeconds: 0, intervalSeconds: 1 }],
};

const onMachine = hasPlugins && 'path' in runtime ? it : it.skip;

onMachine(
  'an app answers at its address and at a port of the host, also while its agent is away',
  async () => {
    const cluster = new HostCluster();
    try {
      const agent = cluster.startAgent();
      const post = ['-H', 'content-type: application/json', '-d', JSON.stringify(APP)];
      await eventually('Marathon', () => cluster.ask(`${MARATHON}/v2/apps`, ...post) !== '', WAIT_MS);
      const isHealthy = (task: Task): boolean => task.healthCheckResults?.[0]?.alive === true;
      const task = await eventually('a healthy task', () => cluster.tasks().find(isHealthy), WAIT_MS);
      const address = '10.254.5.2';
      expect(task.ipAddresses).toEqual([{ ipAddress: address, protocol: 'IPv4' }]);
      const answers = (): string[] =>
        [address, `127.0.0.1:${task.ports[0]}`].map((place) => cluster.ask(place));
      expect(answers()).toEqual([address, address]);
      expect(cluster.ask(`${AGENT}/containers`)).toContain(`"ip_address":"${address}"`);

      agent.kill('SIGKILL');
      await once(agent, 'exit');
      expect(answers()).toEqual([address, address]);
      cluster.startAgent();
      await eventually('the agent', () => cluster.ask(`${AGENT}/state`).includes(task.id), WAIT_MS);
      expect(answers()).toEqual([address, address]);
      expect(cluster.tasks().map(({ id, state }) => [id, state])).toEqual([[task.id, 'TASK_RUNNING']]);

      cluster.ask(`${MARATHON}/v2/apps/web`, '-X', 'DELETE');
      await eventually('nothing to be left', () => cluster.host.leftovers().length === 0, WAIT_MS);
    } finally {
      await cluster.stop();
    }
  },
);

onMachine(
  'the tasks of a group share the network of their executor, unless they have their own',
  async () => {
    const cluster = new HostCluster();
    try {
      const agent = cluster.startAgent();
      await eventually('an agent', () => cluster.ask(`${MASTER}/slaves`).includes('"active":true'), WAIT_MS);
      const scheduler = new JsonScheduler(`http://127.0.0.1:${await cluster.host.relay(5050)}`, {
        checkpoint: true,
        failover_timeout: 100,
      });
      await scheduler.subscribe();
      const wrong = await offerAfter(scheduler, undefined);
      await scheduler.call(taskOn(wrong, 'nowhere'));
      expect(await scheduler.update('nowhere', 'TASK_FAILED')).toMatchObject({
        reason: 'REASON_CONTAINER_LAUNCH_FAILED',
        message: "Failed to launch container: Unknown CNI network 'nowhere': there are web",
      });
      await scheduler.call(groupOn(await offerAfter(scheduler, wrong), scheduler.frameworkId ?? ''));
      const addressOf = async (taskId: string): Promise<string | undefined> => {
        await scheduler.update(taskId, 'TASK_STARTING');
        const { container_status } = await scheduler.update(taskId, 'TASK_RUNNING');
        return container_status?.network_infos?.[0]?.ip_addresses?.[0]?.ip_address;
      };
      const addresses = await Promise.all(['server', 'client', 'alone'].map(addressOf));
      expect(addresses).toEqual(['10.254.5.2', '10.254.5.2', '10.254.5.3']);
      // The client has got its answer from the loopback address, and says so to whom asks.
      await eventually('the client', () => cluster.ask('10.254.5.2:81') === 'from the server', WAIT_MS);
      expect(cluster.ask('127.0.0.1:18080')).toBe('from the server');

      agent.kill('SIGKILL');
      await once(agent, 'exit');
      cluster.startAgent();
      await eventually('the agent', () => cluster.ask(`${AGENT}/state`).includes('"client"'), WAIT_MS);
      expect(cluster.ask('127.0.0.1:18080')).toBe('from the server');
      await scheduler.call({ type: 'TEARDOWN' });
      await eventually('nothing to be left', () => cluster.host.leftovers().length === 0, WAIT_MS);
      scheduler.stop();
    } finally {
      await cluster.stop();
    }
  },
);

async function offerAfter(scheduler: JsonScheduler, last: Offer | undefined): Promise<Offer> {
  const { offers } = await scheduler.event('OFFERS', (event) => {
    const id = event.offers?.offers?.[0]?.id.value;
    return id !== undefined && id !== last?.id.value;
  });
  return offers?.offers?.[0] as Offer;
}

const scalar = (name: string, value: number) =>
  ({ name, type: 'SCALAR', scalar: { value }, allocation_info: { role: '*' } }) as const;
const resources = [scalar('cpus', 0.1), scalar('mem', 32), scalar('disk', 32)];

/** A task with the name of the network that it joins. */
function taskOn({ id, agent_id }: Offer, network: string): Call {
  const task: TaskInfo = {
    name: network,
    task_id: { value: network },
    agent_id,
    resources,
    command: { value: 'true' },
    container: { type: 'MESOS', network_infos: [{ name: network }] },
  };
  const operation = { type: 'LAUNCH', launch: { task_infos: [task] } } as const;
  return { type: 'ACCEPT', accept: { offer_ids: [id], operations: [operation] } };
}

function groupOn({ id, agent_id }: Offer, frameworkId: string): Call {
  const program = (code: string): CommandInfo => ({ value: `exec ${process.execPath} -e "${code}"` });
  const task = (name: string, command: CommandInfo, container?: ContainerInfo): TaskInfo => ({
    ...{ name, task_id: { value: name }, agent_id, resources, command, container },
  });
  const answer = "require('http').createServer((q, a) => a.end('from the server')).listen(80)";
  const pass =
    "fetch('http://127.0.0.1').then((r) => r.text()).then((t) => require('http').createServer((q, a) => a.end(t)).listen(81), () => setTimeout(f, 100))";
  const port_mappings = [{ host_port: 18080, container_port: 80 }];
  const executor: ExecutorInfo = {
    type: 'DEFAULT',
    executor_id: { value: 'group' },
    framework_id: { value: frameworkId },
    resources,
    container: { type: 'MESOS', network_infos: [{ name: 'web', port_mappings }] },
  };
  const tasks = [
    task('server', program(answer)),
    task('client', program(`const f = () => ${pass}; f()`)),
    task('alone', { value: 'sleep 1000' }, { type: 'MESOS', network_infos: [{ name: 'web' }] }),
  ];
  const operation = { type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks } } } as const;
  return { type: 'ACCEPT', accept: { offer_ids: [id], operations: [operation] } };
}
