/**
 * An app of Marathon on a network of CNI, through a kill -9 of the agent: a whole cluster on a host that the test makes for
 * itself.
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CommandInfo } from '../../cluster/api/generated/mesos';
import { Host, hasPlugins, PLUGINS } from '../cluster/agent/containerizer/network/host';
import { runtime } from '../cluster/agent/containerizer/place';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { TaskScheduler, taskOn } from './task-scheduler';

const BIN = join(__dirname, '..', '..', 'bin', 'meseta');
const WAIT_MS = 60_000;
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
  private readonly cgroupsRoot = basename(this.host.folder);
  private readonly runDir = join(this.host.folder, 'agent', 'run');
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
    return this.start('agent', `--master=${MASTER}`, `--cgroups_root=${this.cgroupsRoot}`, ...folders);
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

  /** The containers that the agent has not destroyed to the end. */
  containers(): string[] {
    return readdirSync(join(this.runDir, 'containers'));
  }

  async stop(): Promise<void> {
    for (const child of this.processes) child.kill('SIGINT');
    for (const child of this.processes)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    try {
      const { host, cgroupsRoot } = this;
      await host.endPrograms();
      const empty = ['containers', 'runc', 'isolators/network/cni'].map((name) => join(this.runDir, name));
      const onHost = (): string[] => host.leftovers();
      await expectNothingLeft({ root: host.folder, cgroupsRoot, empty, onHost });
    } finally {
      await this.host.close();
    }
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
      await eventually('the end of all containers', () => cluster.containers().length === 0, WAIT_MS);
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
      const scheduler = new TaskScheduler(`http://127.0.0.1:${await cluster.host.relay(5050)}`, {
        checkpoint: true,
        failover_timeout: 100,
      });
      await scheduler.subscribe();
      const wrong = await scheduler.offer();
      const container = { type: 'MESOS', network_infos: [{ name: 'nowhere' }] } as const;
      await scheduler.launch(wrong, taskOn(wrong, 'nowhere', 'true', { container }));
      expect(await scheduler.states('nowhere', 'TASK_FAILED')).toMatchObject({
        reason: 'REASON_CONTAINER_LAUNCH_FAILED',
        message: "Failed to launch container: Unknown CNI network 'nowhere': there are web",
      });
      await launchGroup(scheduler);
      const addressOf = async (taskId: string): Promise<string | undefined> => {
        const { container_status } = await scheduler.states(taskId, 'TASK_STARTING', 'TASK_RUNNING');
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
      await eventually('the end of all containers', () => cluster.containers().length === 0, WAIT_MS);
      scheduler.stop();
    } finally {
      await cluster.stop();
    }
  },
);

const program = (code: string): CommandInfo => ({ value: `exec ${process.execPath} -e "${code}"` });
const answer = "require('http').createServer((q, a) => a.end('from the server')).listen(80)";
const pass =
  "fetch('http://127.0.0.1').then((r) => r.text()).then((t) => require('http').createServer((q, a) => a.end(t)).listen(81), () => setTimeout(f, 100))";

async function launchGroup(scheduler: TaskScheduler): Promise<void> {
  const port_mappings = [{ host_port: 18080, container_port: 80 }];
  const offer = await scheduler.offer();
  await scheduler.launchGroupIn(
    { type: 'MESOS', network_infos: [{ name: 'web', port_mappings }] },
    offer,
    taskOn(offer, 'server', '', { command: program(answer) }),
    taskOn(offer, 'client', '', { command: program(`const f = () => ${pass}; f()`) }),
    taskOn(offer, 'alone', 'sleep 1000', { container: { type: 'MESOS', network_infos: [{ name: 'web' }] } }),
  );
}
