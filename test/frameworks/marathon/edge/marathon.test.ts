import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../cluster/runtime/clock';
import { StartError } from '../../../../cluster/runtime/lifecycle';
import { silentLogger } from '../../../../cluster/runtime/log';
import type { RecorderMaker } from '../../../../cluster/runtime/mailbox';
import { FileRecorder, readRecording } from '../../../../cluster/runtime/recording/recording';
import { replay } from '../../../../cluster/runtime/recording/replay';
import { type ServerSentEvent, SseDecoder } from '../../../../cluster/runtime/streams/sse';
import { MemoryStore } from '../../../../cluster/state/memory';
import { parseMarathonConfig } from '../../../../frameworks/marathon/config';
import { marathonMachine } from '../../../../frameworks/marathon/core/step';
import { type Marathon, startMarathon } from '../../../../frameworks/marathon/main';
import { FakeMaster, until } from '../../fake-master';

interface Response {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers have many shapes.
  readonly body: any;
}

describe('Marathon over real HTTP', () => {
  let master: FakeMaster;
  let marathon: Marathon;
  let store: MemoryStore;
  const launched = new Set<string>();

  const boot = async (args: string[] = [], record?: RecorderMaker): Promise<Marathon> => {
    const parsed = parseMarathonConfig({
      args: ['--master', master.url.replace('http://', ''), '--http_port', '0', '--hostname', 'me', ...args],
      env: {},
    });
    if (!('config' in parsed)) throw new Error('help');
    return startMarathon(parsed.config, { log: silentLogger, clock: systemClock(), state: store, record });
  };

  const ask = async (method: string, path: string, body?: unknown, headers = {}): Promise<Response> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(marathon.http.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: text }),
    });
    const answerText = await answer.text();
    const json = answer.headers.get('content-type')?.includes('application/json') && answerText !== '';
    return {
      status: answer.status,
      headers: answer.headers,
      body: json ? JSON.parse(answerText) : answerText,
    };
  };

  /** The master answers revives with offers and runs what is launched. */
  const behave = (): void => {
    let offers = 0;
    master.onCall = (call) => {
      if (call.type === 'REVIVE') master.offer(`O${++offers}`);
      for (const operation of call.accept?.operations ?? []) {
        for (const { task_id } of operation.launch?.task_infos ?? []) {
          launched.add(task_id.value);
          master.update(task_id.value, 'TASK_RUNNING');
        }
      }
      if (call.type === 'ACCEPT') master.offer(`O${++offers}`);
      if (call.kill) master.update(call.kill.task_id.value, 'TASK_KILLED');
    };
  };

  beforeEach(async () => {
    launched.clear();
    master = await new FakeMaster().start();
    behave();
    store = new MemoryStore();
    marathon = await boot();
  });

  afterEach(async () => {
    await marathon.stop();
    await master.stop();
  });

  const settled = (): Promise<unknown> =>
    until('deployments to end', () => undefined, 0).catch(async () => {
      for (let turn = 0; turn < 6000; turn++) {
        const { body } = await ask('GET', '/v2/deployments');
        if (body.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error('deployments do not end');
    });

  it('creates, shows, scales, restarts and removes an app, end to end', async () => {
    await until('the subscription', () => master.isSubscribed);
    const created = await ask('POST', '/v2/apps', {
      id: 'web',
      cmd: 'sleep 100',
      instances: 2,
      cpus: 0.1,
      mem: 32,
    });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${marathon.http.url}/web`);
    const deployment = created.headers.get('marathon-deployment-id');
    expect(created.body).toMatchObject({
      id: '/web',
      cmd: 'sleep 100',
      instances: 2,
      tasksRunning: 0,
      deployments: [{ id: deployment }],
      portDefinitions: [{ port: 10_000, name: 'default', protocol: 'tcp' }],
      networks: [{ mode: 'host' }],
      labels: {},
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    });
    await until('two tasks', () => launched.size === 2);
    await settled();
    const shown = await ask('GET', '/v2/apps//web');
    expect(shown.body.app).toMatchObject({ tasksRunning: 2, tasksStaged: 0, deployments: [] });
    expect(shown.body.app.tasks).toHaveLength(2);
    expect(shown.body.app.tasks[0]).toMatchObject({
      appId: '/web',
      state: 'TASK_RUNNING',
      host: '127.0.0.1',
    });

    const scaled = await ask('PUT', '/v2/apps/web/', { instances: 1 });
    expect(scaled.status).toBe(200);
    expect(scaled.body).toEqual({ version: expect.any(String), deploymentId: expect.any(String) });
    await settled();
    expect((await ask('GET', '/v2/apps/web/tasks')).body.tasks).toHaveLength(1);

    const [before] = (await ask('GET', '/v2/tasks?status=running')).body.tasks;
    const restarted = await ask('POST', '/v2/apps/web/restart');
    expect(restarted.headers.get('marathon-deployment-id')).toBe(restarted.body.deploymentId);
    await settled();
    const [after] = (await ask('GET', '/v2/tasks')).body.tasks;
    expect(after.id).not.toBe(before.id);

    const versions = (await ask('GET', '/v2/apps/web/versions')).body.versions;
    expect(versions).toHaveLength(3);
    expect((await ask('GET', `/v2/apps/web/versions/${versions[2]}`)).body).toMatchObject({ instances: 2 });
    expect((await ask('PUT', '/v2/apps/web', { version: versions[2] })).status).toBe(200);
    await settled();
    expect((await ask('GET', '/v2/apps/web')).body.app.instances).toBe(2);

    expect((await ask('DELETE', '/v2/apps/web')).status).toBe(200);
    await settled();
    expect((await ask('GET', '/v2/apps/web')).body).toEqual({ message: "App '/web' does not exist" });
    expect((await ask('GET', '/v2/tasks')).body).toEqual({ tasks: [] });
    expect(master.problems).toEqual([]);
  });

  it('kills tasks by id, by app and with scale', async () => {
    await ask('POST', '/v2/apps', { id: '/a/b', cmd: 'sleep 1', instances: 3, cpus: 0.1, mem: 32 });
    await settled();
    const { tasks } = (await ask('GET', '/v2/apps/a/b/tasks')).body;
    const single = await ask('DELETE', `/v2/apps/a/b/tasks/${tasks[0].id}`);
    expect(single.body.task.id).toBe(tasks[0].id);
    await until('the relaunch', () => launched.size === 4);
    expect((await ask('DELETE', '/v2/apps/a/b/tasks/nope')).body.message).toBe("Task 'nope' does not exist");
    const scaled = await ask('POST', '/v2/tasks/delete?scale=true', { ids: [tasks[1].id] });
    expect(scaled.body.deploymentId).toEqual(expect.any(String));
    await settled();
    expect((await ask('GET', '/v2/apps/a/b')).body.app.instances).toBe(2);
    const refused = await ask('DELETE', '/v2/apps/a/b/tasks?scale=true&wipe=true');
    expect(refused.body.message).toBe('You cannot use scale and wipe at the same time.');
    expect((await ask('GET', '/v2/apps/a/*')).body['*']).toHaveLength(1);
  });

  it('answers refusals in the words of the original', async () => {
    const app = { id: '/x', cmd: 'sleep 100', cpus: 100, mem: 32 };
    const first = await ask('POST', '/v2/apps', app);
    const cases: [string, Response, number, unknown][] = [
      [
        'taken id',
        await ask('POST', '/v2/apps', app),
        409,
        { message: 'An app with id [/x] already exists.' },
      ],
      [
        'lock',
        await ask('PUT', '/v2/apps/x', { instances: 3 }),
        409,
        {
          message:
            "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
          deployments: [{ id: first.headers.get('marathon-deployment-id') }],
        },
      ],
      [
        'broken JSON',
        await ask('POST', '/v2/apps', '{'),
        400,
        { message: 'Invalid JSON', details: expect.any(String) },
      ],
      [
        'no body',
        await ask('POST', '/v2/apps', ''),
        400,
        { message: 'Please specify data in JSON format', details: expect.any(String) },
      ],
      [
        'wrong type',
        await ask('POST', '/v2/apps', { id: '/y', cmd: 'x', cpus: 'many', ports: [1, 'a'] }),
        422,
        {
          message: 'Invalid JSON',
          details: [
            {
              path: '/cpus',
              errors: ['error.expected.jsnumber'],
              messages: ['/y: /cpus must be a number, not "many".'],
            },
            {
              path: '/ports(1)',
              errors: ['error.expected.jsnumber'],
              messages: ['/y: /ports(1) must be a number, not "a".'],
            },
          ],
        },
      ],
      [
        'nothing to run',
        await ask('POST', '/v2/apps', { id: '/y' }),
        422,
        {
          message: 'Object is not valid',
          details: [
            {
              path: '/',
              errors: ["AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."],
            },
          ],
        },
      ],
      ['unknown app', await ask('GET', '/v2/apps/none'), 404, { message: "App '/none' does not exist" }],
      ['unknown route', await ask('GET', '/nothing'), 404, { message: 'URI not found' }],
      ['method', await ask('PUT', '/v2/info', {}), 405, { message: 'Method Not Allowed' }],
      [
        'unknown deployment',
        await ask('DELETE', '/v2/deployments/none'),
        404,
        { message: 'DeploymentPlan none does not exist' },
      ],
    ];
    for (const [name, response, status, body] of cases) {
      expect([name, response.status, response.body]).toEqual([name, status, body]);
    }
    expect((await ask('PUT', '/v2/apps/x?force=True', { cpus: 0.1 })).status).toBe(200);
  });

  it('points out typing errors and ignores them', async () => {
    const answer = await ask('POST', '/v2/apps', {
      id: '/typo',
      cmd: 'sleep 1',
      instanecs: 3,
      colour: 'red',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('warning')).toBe(
      '299 meseta "unknown field /instanecs; did you mean /instances?", 299 meseta "unknown field /colour"',
    );
  });

  it('streams events, first its own attachment, and filters', async () => {
    const events: ServerSentEvent[] = [];
    const decoder = new SseDecoder();
    const stream = httpRequest(
      `${marathon.http.url}/v2/events?event_type=api_post_event&event_type=event_stream_attached`,
      {
        headers: { accept: 'text/event-stream' },
      },
    );
    stream.on('response', (response) => {
      expect(response.headers['transfer-encoding']).toBeUndefined();
      expect(response.headers.connection).toBe('close');
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => events.push(...decoder.feed(chunk)));
    });
    stream.on('error', () => undefined);
    stream.end();
    await until('the attachment', () => events.length === 1);
    expect(events[0]?.event).toBe('event_stream_attached');
    await ask('POST', '/v2/apps', { id: '/e', cmd: 'sleep 1' });
    await until('the event', () => events.length === 2);
    expect(JSON.parse(events[1]?.data ?? '')).toMatchObject({
      eventType: 'api_post_event',
      uri: '/v2/apps',
      clientIp: '127.0.0.1',
      appDefinition: { id: '/e' },
      timestamp: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    });
    stream.destroy();
    expect((await ask('GET', '/v2/events')).status).toBe(405);
  });

  it('probes health over HTTP and reports it', async () => {
    const server = createServer((_request, response) => response.end('fine'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await ask('POST', '/v2/apps', {
      id: '/h',
      cmd: 'serve',
      cpus: 0.1,
      healthChecks: [
        { protocol: 'HTTP', port, path: '/ok' },
        { protocol: 'TCP', port },
      ],
    });
    await settled();
    const { app } = (await ask('GET', '/v2/apps/h')).body;
    expect(app).toMatchObject({ tasksHealthy: 1, tasksUnhealthy: 0 });
    expect(app.tasks[0].healthCheckResults).toHaveLength(2);
    expect(app.tasks[0].healthCheckResults[0]).toMatchObject({
      alive: true,
      instanceId: expect.stringMatching(/^instance \[h\.instance-/),
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it('keeps groups', async () => {
    const reply = await ask('PUT', '/v2/groups', {
      id: '/shop',
      apps: [{ id: 'front', cmd: 'f', cpus: 0.1, dependencies: ['back/api'] }],
      groups: [{ id: 'back', apps: [{ id: 'api', cmd: 'a', cpus: 0.1 }] }],
    });
    expect([reply.status, reply.body]).toEqual([
      200,
      { version: expect.any(String), deploymentId: expect.any(String) },
    ]);
    await settled();
    const group = (await ask('GET', '/v2/groups/shop')).body;
    expect(group).toMatchObject({
      id: '/shop',
      apps: [{ id: '/shop/front', dependencies: ['/shop/back/api'] }],
      groups: [{ id: '/shop/back', apps: [{ id: '/shop/back/api' }] }],
    });
    const dry = await ask('PUT', '/v2/groups/shop?dryRun=true', { scaleBy: 2 });
    expect(dry.body.steps.flatMap(({ actions }: { actions: { action: string }[] }) => actions)).toHaveLength(
      2,
    );
    expect((await ask('POST', '/v2/groups', { id: '/shop' })).status).toBe(409);
    expect((await ask('DELETE', '/v2/groups/shop')).status).toBe(200);
    await settled();
    expect((await ask('GET', '/v2/groups/shop')).status).toBe(404);
  });

  it('shows the queue, info, leader, metrics and ping', async () => {
    await until('the subscription', () => master.isSubscribed);
    await ask('POST', '/v2/apps', { id: '/big', cmd: 'x', cpus: 100 });
    await until('an offer to be looked at', () => master.calls.some(({ type }) => type === 'DECLINE'));
    const { queue } = (await ask('GET', '/v2/queue?embed=lastUnusedOffers')).body;
    expect(queue[0]).toMatchObject({
      count: 1,
      delay: { timeLeftSeconds: 0, overdue: true },
      app: { id: '/big' },
    });
    const { rejectSummaryLastOffers } = queue[0].processedOffersSummary;
    expect(rejectSummaryLastOffers).toHaveLength(10);
    expect(rejectSummaryLastOffers[4]).toEqual({ reason: 'InsufficientCpus', declined: 1, processed: 1 });
    expect(queue[0].lastUnusedOffers[0]).toMatchObject({
      reason: ['InsufficientCpus'],
      offer: { hostname: '127.0.0.1' },
    });
    const { status, body } = await ask('GET', '/v2/apps/big/explain');
    expect([status, body]).toMatchObject([200, { appId: '/big', agents: [{ matches: false }] }]);
    expect((await ask('GET', '/v2/apps/nope/explain')).status).toBe(404);
    expect((await ask('DELETE', '/v2/queue/big/delay')).status).toBe(204);
    expect((await ask('GET', '/v2/info')).body).toMatchObject({
      name: 'marathon',
      frameworkId: 'F-0001',
      elected: true,
    });
    expect((await ask('GET', '/v2/leader')).body).toEqual({ leader: `me:${marathon.http.port}` });
    expect((await ask('GET', '/metrics')).body.gauges['marathon.apps.active.gauge']).toEqual({ value: 1 });
    expect((await ask('GET', '/metrics/prometheus')).body).toContain('marathon_apps_active_gauge 1');
    const ping = await ask('GET', '/ping');
    expect([ping.status, ping.body]).toEqual([200, 'pong']);
    expect(ping.headers.get('x-marathon-leader')).toBe(`http://me:${marathon.http.port}`);
    expect(ping.headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate');
  });

  it('finds its apps again after a restart and adopts the tasks', async () => {
    await ask('POST', '/v2/apps', { id: '/stay', cmd: 'sleep 1', cpus: 0.1 });
    await settled();
    const [task] = (await ask('GET', '/v2/tasks')).body.tasks;
    await marathon.stop();
    marathon = await boot();
    await until('the subscription', () => master.subscriptions.length === 2);
    expect(master.subscriptions[1]).toMatchObject({
      framework_id: { value: 'F-0001' },
      subscribe: {
        framework_info: {
          id: { value: 'F-0001' },
          failover_timeout: 604_800,
          checkpoint: true,
          roles: ['*'],
        },
      },
    });
    await until('the reconciliation', () => master.calls.some(({ type }) => type === 'RECONCILE'));
    expect((await ask('GET', '/v2/tasks')).body.tasks.map(({ id }: { id: string }) => id)).toEqual([task.id]);
    expect(launched.size).toBe(1);
  });

  it('refuses a taken port with advice, and addresses of ZooKeeper without a path', async () => {
    await expect(boot(['--http_port', String(marathon.http.port)])).rejects.toThrow(StartError);
    await expect(boot(['--http_address', '0.0.0.0'])).rejects.toThrow('--insecure');
    expect(() => parseMarathonConfig({ args: ['--master', 'zk://u:hidden@a:2181'], env: {} })).toThrow(
      '--master: a path is missing',
    );
    expect(() => parseMarathonConfig({ args: ['--master', 'a:1', '--framework_nme', 'x'], env: {} })).toThrow(
      'framework_name',
    );
  });

  it('asks for credentials when there are some', async () => {
    await marathon.stop();
    marathon = await boot(['--http_credentials', 'me:secret']);
    expect((await ask('GET', '/v2/apps')).status).toBe(401);
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect((await ask('GET', '/v2/apps', undefined, { authorization })).status).toBe(200);
    expect(JSON.stringify((await ask('GET', '/v2/info', undefined, { authorization })).body)).not.toContain(
      'me:secret',
    );
  });

  it('records what happened so that it can be replayed to the same state', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'marathon-'));
    const file = join(folder, 'recording');
    await marathon.stop();
    marathon = await boot([], (start) => new FileRecorder(file, start));
    await ask('POST', '/v2/apps', { id: '/rec', cmd: 'sleep 1', cpus: 0.1, instances: 2 });
    await settled();
    await ask('DELETE', '/v2/apps/rec');
    await settled();
    await marathon.stop();
    expect(existsSync(file)).toBe(true);
    const recording = readRecording(readFileSync(file, 'utf8'));
    const again = replay(recording, marathonMachine);
    expect(recording.machine).toBe('marathon');
    expect(again.events).toBeGreaterThan(10);
    expect(again.same).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
