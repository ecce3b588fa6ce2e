/**
 * Programs of operators by others, on one Marathon with a master and an agent: the command line of DC/OS does what it
 * has for apps, pods, groups and tasks, and Prometheus finds the targets of apps.
 */

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { dnsFlags, readDnsConfig } from '../../dns/config';
import { startDns } from '../../dns/main';
import { AdminRouter } from './admin-router';
import { eventually } from './eventually';
import { buildGo } from './go-program';
import { MarathonForClients, results, THIRD_PARTY } from './marathon-clients';
import { deps, flagsOf } from './one-machine';

jest.setTimeout(120_000);

const DCOS = join(THIRD_PARTY, 'dcoscli');
/** Without its packages (`node scripts/setup.mjs --tests`) it is skipped. */
const withPython = existsSync(join(DCOS, '.cache', 'installed')) ? describe : describe.skip;
const built = buildGo('.', 'prometheus');
const withGo = built ? describe : describe.skip;

interface Task {
  readonly id: string;
  readonly appId: string;
  readonly ports: readonly number[];
}

const SMALL = { cmd: 'exec sleep 1000', cpus: 0.1, mem: 16 };
/** The last port that the agent offers, which depends on the process of the test. */
const FIXED_PORT = Number(process.env['JEST_WORKER_ID'] ?? '1') % 2 === 1 ? 31_499 : 31_999;

const marathon = new MarathonForClients();

beforeAll(() => marathon.start());

afterAll(async () => {
  await marathon.stop();
  if (built) rmSync(built.folder, { recursive: true, force: true });
});

const RUNNING = `theirs 127.0.0.1 ${userInfo().username} R theirs.INSTANCE._app.1 ID --- ---`;
const DCOS_RESULTS = [
  ['marathon ping --once', ['Marathon ping response[1x]: "pong"']],
  ['about', ['marathon']],
  ['marathon plugin list', []],
  ['marathon leader delete', ['Leadership abdicated']],
  ['marathon leader show', ['HOST IP', 'marathon.mesos. 127.0.0.1']],
  ['node dns leader.mesos', ['HOST IP', 'leader.mesos. 127.0.0.1']],
  ['service', ['NAME HOST ACTIVE TASKS CPU MEM DISK ID', 'marathon 127.0.0.1 True 0 0 0 0 ID']],
  ['marathon app add', ['Created deployment ID']],
  ['marathon app add', ["Application '/theirs' already exists"]],
  ['marathon app add', [expect.stringContaining('"/wrong: /cpus must be at least 0.001, not -1."')]],
  [
    'marathon app list',
    [
      'ID MEM CPUS TASKS HEALTH DEPLOYMENT WAITING CONTAINER CMD',
      '/theirs 16 0.1 2/2 N/A --- False N/A echo hello; exec sleep 1000',
    ],
  ],
  ['marathon app show nothing', ["Error: App '/nothing' does not exist"]],
  ['marathon app update theirs', ['Created deployment ID']],
  ['marathon app update theirs mem=17', ['Created deployment ID']],
  ['versions', ['3']],
  ['marathon app version list theirs --max-count=1', ['[', '"TIME"', ']']],
  ['first version', ['True', '2']],
  ['marathon app restart theirs', ['Created deployment ID']],
  ['marathon app restart theirs --force', ['Created deployment ID']],
  [
    'node',
    [
      'HOSTNAME IP ID TYPE REGION ZONE',
      '127.0.0.1 127.0.0.1 ID agent None None',
      'master.mesos. 127.0.0.1 ID master (leader) None None',
    ],
  ],
  ['task', ['NAME HOST USER STATE ID MESOS ID REGION ZONE', RUNNING, RUNNING]],
  ['task ls theirs.INSTANCE._app.1', ['stderr stdout']],
  ['task log theirs.INSTANCE._app.1', ['hello']],
  ['task exec theirs.INSTANCE._app.1 sh -c echo $A; echo wrong >&2', ['2', 'wrong']],
  ['task exec --interactive theirs.INSTANCE._app.1 cat', ['from here']],
  ['task --completed --json nothing', ['[]']],
  ['task show', ['TASK_RUNNING']],
  ['task stop', ['True']],
  ['marathon task stop --wipe theirs.INSTANCE._app.1', ["Task 'theirs.INSTANCE._app.1' does not exist"]],
  ['task kill', ['True']],
  [
    'marathon task kill nobody',
    [
      'Error on request [POST http://ADDRESS/service/marathon/v2/tasks/delete]: HTTP 400: Bad Request:',
      '{',
      `"message": "Invalid task id 'nobody'. [not a task id]"`,
      '}',
    ],
  ],
  ['marathon task kill --scale theirs.INSTANCE._app.2', ['Created deployment: ID']],
  ['app kill', ['Killed tasks']],
  [
    'marathon app kill --scale --host=127.0.0.1 theirs',
    ["Started deployment: {'version': 'TIME', 'deploymentId': 'ID'}"],
  ],
  ['marathon app start theirs 1', ['Created deployment ID']],
  ['marathon app start theirs 2', ["Application 'theirs' already started: 1 instances."]],
  ['marathon app stop theirs', ['Created deployment ID']],
  ['marathon app start --force theirs 2', ['Created deployment ID']],
  ['marathon app remove theirs', []],
  ['marathon app add', ['Created deployment ID']],
  [
    'marathon app list',
    [
      'ID MEM CPUS TASKS HEALTH DEPLOYMENT WAITING CONTAINER CMD',
      '/large 16 1000 0/1 N/A scale True N/A echo hello; exec sleep 1000',
    ],
  ],
  ['debug list', ['/large', 'TIME', '1', 'True']],
  [
    'marathon debug summary /large',
    [
      'RESOURCE REQUESTED MATCHED PERCENTAGE',
      'ROLE [*] 1 / 1 100.00%',
      'CONSTRAINTS --- 1 / 1 100.00%',
      'CPUS 1000 0 / 1 0.00%',
      'MEM 16 0 / 0 ---',
      'DISK 0 0 / 0 ---',
      'PORTS --- 0 / 0 ---',
    ],
  ],
  [
    'marathon debug details /large',
    ['HOSTNAME ROLE CONSTRAINTS CPUS MEM DISK PORTS RECEIVED', '127.0.0.1 ok ok - ok ok ok TIME'],
  ],
  ['marathon app update /large mem=17', ['Changes blocked: deployment already in progress for app.']],
  ['marathon deployment list', ['APP POD ACTION PROGRESS ID', '/large - scale 1/2 ID']],
  ['watch', ['{', '"affectedApps": [', '"/large"']],
  ['rollback', ["['deploymentId', 'version']"]],
  ['marathon deployment rollback ID', ['Error: DeploymentPlan ID does not exist']],
  ['marathon deployment stop ID', []],
  ['marathon app remove --force /large', []],
  ['marathon group add', ['Created deployment ID']],
  ['marathon group add', ["Group '/group' already exists"]],
  ['marathon group list', ['ID APPS', '/group 1', '/group/inner 0']],
  ['marathon group scale group 2', ['Created deployment ID']],
  ['group at a version', ['/group']],
  ['marathon group update group', ['Created deployment ID']],
  ['marathon group remove group', []],
  ['marathon group show group', ["Error: Group '/group' does not exist"]],
  ['marathon pod add', ['Created deployment ID']],
  ['marathon pod add', ['Changes blocked: deployment already in progress for pod.']],
  [
    'marathon pod list',
    ['ID+TASKS INSTANCES VERSION STATUS STATUS SINCE WAITING', '/pod 1 TIME STABLE TIME False', '|-one'],
  ],
  ['marathon pod kill pod pod.INSTANCE', []],
  ['marathon pod update pod', ['Created deployment ID']],
  ['pod scaled', ['2']],
  ['marathon pod remove pod', []],
  ['marathon pod show pod', ["Error: Pod '/pod' does not exist"]],
];

withPython('dcoscli', () => {
  let dns: Awaited<ReturnType<typeof startDns>>;
  let router: AdminRouter;

  beforeAll(async () => {
    const { address, master, agent } = marathon;
    const args = [`--masters=${master}`, '--port=0', '--http-port=0', '--external=off'];
    dns = await startDns(readDnsConfig(flagsOf(dnsFlags, args)), deps);
    const places = { marathon: address, master, agent, dns: `127.0.0.1:${dns.http.port}` };
    router = await AdminRouter.start(places, 'u:p');
  });

  afterAll(async () => {
    await router.stop();
    await dns.stop();
  });

  it('does its commands for apps, pods, groups and tasks', async () => {
    const folder = marathon.machine.folder;
    const config = `[core]\ndcos_url = "${router.url}"\ndcos_acs_token = "token"\nreporting = false\n`;
    writeFileSync(join(folder, 'dcos.toml'), config, { mode: 0o600 });
    const env = { DCOS_DIR: folder, PYTHONPATH: join(DCOS, '.cache') };
    expect(await results('python3', [join(DCOS, 'conversation.py')], env)).toEqual(DCOS_RESULTS);
  });
});

withGo('the discovery of Prometheus', () => {
  const lines: unknown[] = [];
  let prometheus: ChildProcess | undefined;

  afterAll(() => prometheus?.kill('SIGINT'));

  /** What a call of Marathon's API answers. */
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = {
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
      'content-type': 'application/json',
    };
    const init = { method, headers, body: JSON.stringify(body) };
    const answer = await fetch(`http://${marathon.address}${path}`, init);
    return answer.json();
  };

  /** The configuration of a user, whose targets it prints as they change. */
  const discover = (config: string): ChildProcess => {
    const stdio: StdioOptions = ['pipe', 'pipe', 'inherit'];
    const child = spawn(built?.binary ?? '', [], { stdio });
    child.stdin?.end(config);
    if (child.stdout) createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
    return child;
  };

  const config = (): string => `servers: ["http://${marathon.address}"]\nrefresh_interval: 100ms\n`;

  it('is refused without credentials', async () => {
    const child = discover(config());
    await eventually('a refusal', () => lines.length > 0);
    child.kill('SIGINT');
    const text = "non 2xx status '401' response during marathon service discovery";
    expect(lines.splice(0)[0]).toEqual({ Error: text });
  });

  it('finds the ports of tasks with the labels of their apps and ports, until an app is gone', async () => {
    await call('POST', '/v2/apps', {
      id: '/found',
      ...SMALL,
      labels: { 'team-name': 'one' },
      portDefinitions: [{ port: 0, labels: { metrics: '/metrics' } }, { port: 0 }],
    });
    await call('POST', '/v2/apps', {
      id: '/fixed',
      ...SMALL,
      requirePorts: true,
      portDefinitions: [{ port: FIXED_PORT }],
    });
    await call('POST', '/v2/apps', {
      id: '/image',
      ...SMALL,
      instances: 0,
      container: { type: 'DOCKER', docker: { image: 'busybox' }, portMappings: [{ containerPort: 80 }] },
      networks: [{ mode: 'container/bridge' }],
    });
    const tasks = await eventually('two tasks', async () => {
      const { tasks } = (await call('GET', '/v2/tasks?status=running')) as { tasks: Task[] };
      return tasks.length === 2 && tasks.sort((a, b) => a.appId.localeCompare(b.appId));
    });
    const [fixed, found] = tasks;
    prometheus = discover(`${config()}basic_auth: { username: u, password: p }\n`);
    await eventually('targets', () => lines.length > 0);
    const labels = (app: string) => ({ __meta_marathon_app: app, __meta_marathon_image: '' });
    const target = (task: Task | undefined, index: number) => ({
      __address__: `127.0.0.1:${task?.ports[index]}`,
      __meta_marathon_port_index: `${index}`,
      __meta_marathon_task: task?.id,
    });
    expect(lines.splice(0)).toEqual([
      [
        { Source: '/fixed', Labels: labels('/fixed'), Targets: [target(fixed, 0)] },
        {
          Source: '/found',
          Labels: { ...labels('/found'), __meta_marathon_app_label_team_name: 'one' },
          Targets: [
            { ...target(found, 0), __meta_marathon_port_definition_label_metrics: '/metrics' },
            target(found, 1),
          ],
        },
        { Source: '/image', Labels: { ...labels('/image'), __meta_marathon_image: 'busybox' }, Targets: [] },
      ],
    ]);
    expect(fixed?.ports).toEqual([FIXED_PORT]);
    await call('DELETE', '/v2/apps/fixed');
    await eventually('no such target', () =>
      lines.some((groups) =>
        JSON.stringify(groups).includes('{"Source":"/fixed","Labels":null,"Targets":[]}'),
      ),
    );
  });
});
