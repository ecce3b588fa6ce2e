import { Resolver } from 'node:dns/promises';
import { MemoryStore } from '../../cluster/state/memory';
import { dnsFlags, readDnsConfig } from '../../dns/config';
import { startDns } from '../../dns/main';
import { parseMarathonConfig } from '../../frameworks/marathon/config';
import { startMarathon } from '../../frameworks/marathon/main';
import { missingForZookeeper, ZookeeperServer } from '../cluster/zookeeper/server';
import { eventually as within } from './eventually';
import { leaderOf, MasterProcess, STEP_MS } from './masters';
import { deps, flagsOf, OneMachine } from './one-machine';

jest.setTimeout(300_000);

const eventually: typeof within = (what, ask) => within(what, ask, STEP_MS);

const missing = missingForZookeeper();
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

interface Tasks {
  readonly tasks: readonly { readonly id: string; readonly state: string }[];
}

(missing === undefined ? test : test.skip)(
  `Marathon and DNS follow the elected master by the same text${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`,
  async () => {
    const server = await ZookeeperServer.start();
    undo.push(() => server.stop());
    const zk = `zk://127.0.0.1:${server.port}/mesos`;
    const masters = await Promise.all([MasterProcess.start(zk), MasterProcess.start(zk)]);
    for (const master of masters) undo.push(() => master.stop());
    const machine = new OneMachine();
    undo.push(() => machine.stop());
    await machine.startAgent('agent', [`--master=${zk}`, '--resources=cpus:4;mem:1024']);

    const args = ['--master', zk, '--http_port=0', '--hostname=127.0.0.1', '--mesos_user=root'];
    const parsed = parseMarathonConfig({ args, env: {} });
    if (!('config' in parsed)) throw new Error(parsed.help);
    const marathon = await startMarathon(parsed.config, { ...deps, state: new MemoryStore() });
    undo.push(() => marathon.stop());
    const dnsArgs = [`--zk=${zk}`, '--port=0', '--http-port=0'];
    const dns = await startDns(readDnsConfig(flagsOf(dnsFlags, dnsArgs), { version: 'test' }), deps);
    undo.push(() => dns.stop());
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${dns.dns.port}`]);

    const tasks = async (): Promise<readonly string[]> => {
      const page = (await (await fetch(`${marathon.http.url}/v2/tasks`)).json()) as Tasks;
      return page.tasks.flatMap(({ id, state }) => (state === 'TASK_RUNNING' ? [id] : []));
    };
    const put = (instances: number): Promise<Response> =>
      fetch(`${marathon.http.url}/v2/apps/sleeper?force=true`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances }),
      });
    await leaderOf(masters);
    await put(1);
    const before = await eventually('the task', async () =>
      (await tasks()).length === 1 ? tasks() : undefined,
    );
    const name = 'sleeper.marathon.mesos';
    await eventually('its name', async () => (await resolver.resolve4(name)).length === 1);

    const first = await leaderOf(masters);
    first.supervised = false;
    first.signal('SIGKILL');
    await leaderOf(masters.filter((master) => master !== first));
    await put(3);
    const after = await eventually('all', async () => ((await tasks()).length === 3 ? tasks() : undefined));
    expect(after).toEqual(expect.arrayContaining([...before]));
    const srv = async (port: number): Promise<boolean> =>
      (await resolver.resolveSrv('_leader._tcp.mesos')).every((record) => record.port === port);
    const [second] = masters.filter((master) => master !== first);
    await eventually('the new leader', () => srv(second?.port ?? 0));
  },
);
