/**
 * The original as judge: its C++ driver with our master, and with our agent under its own; and the pages and calls of both
 * masters and both agents beside each other.
 */

import { RecordDecoder } from '../../cluster/runtime/streams/recordio';
import { shapeOf } from '../shapes';
import { eventually as within } from './eventually';
import type { LineProgram } from './line-program';
import { OneMachine } from './one-machine';
import { missingOriginal, OriginalMaster, startDriver } from './original-mesos';

jest.setTimeout(300_000);

const eventually: typeof within = (what, ask) => within(what, ask, 60_000);
const whenThere = missingOriginal === undefined ? describe : describe.skip;
const why = missingOriginal === undefined ? '' : ` (skipped: ${missingOriginal})`;

const RESOURCES = '--resources=cpus:4;mem:2048;disk:10000;ports:[31000-33000]';
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

/** A driver that has an offer. */
async function driverWithOffer(place: string, name: string): Promise<LineProgram> {
  const driver = startDriver(place, name);
  undo.push(() => driver.end());
  await driver.line('registered');
  await driver.line('offer');
  return driver;
}

/** Launches on the next offer. */
async function launch(driver: LineProgram, task: string, command: string, port = 0): Promise<void> {
  const from = driver.lines.length;
  driver.say(`launch ${task} ${port} ${command}`);
  await driver.line(`update ${task} TASK_RUNNING`, from);
}

async function ourMachine(): Promise<{ machine: OneMachine; place: string }> {
  const machine = new OneMachine();
  undo.push(() => machine.stop());
  const master = await machine.startMaster();
  return { machine, place: `127.0.0.1:${master.http.port}` };
}

interface State {
  readonly completed_frameworks: readonly { readonly name: string }[];
  readonly frameworks: readonly { readonly name: string }[];
}

const json = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

whenThere(`the original's C++ driver${why}`, () => {
  it('launches, hears of ends and failures, reconciles, suppresses, revives, kills and stops with our master', async () => {
    const { machine, place } = await ourMachine();
    await machine.startAgent('one', [RESOURCES]);
    const driver = await driverWithOffer(place, 'from-cpp');
    await launch(driver, 'ends', 'true');
    await driver.line('update ends TASK_FINISHED');
    await eventually('an offer', () => driver.lines.filter((line) => line.startsWith('offer')).length > 1);
    await launch(driver, 'fails', 'exit 3');
    await driver.line('update fails TASK_FAILED');
    await eventually('an offer', () => driver.lines.filter((line) => line.startsWith('offer')).length > 2);
    await launch(driver, 'runs', 'sleep 1000');

    for (const asked of ['reconcile runs', 'reconcile']) {
      const from = driver.lines.length;
      driver.say(asked);
      expect(await driver.line('update runs TASK_RUNNING', from)).toBe('SOURCE_MASTER REASON_RECONCILIATION');
    }
    driver.say('reconcile nobody');
    expect(await driver.line('update nobody')).toContain('SOURCE_MASTER REASON_RECONCILIATION');

    driver.say('suppress');
    await driver.line('suppressed');
    const quiet = driver.lines.length;
    driver.say('revive');
    await driver.line('offer', quiet);

    driver.say('kill runs');
    await driver.line('update runs TASK_KILLED');
    driver.say('stop');
    await driver.line('stopped');
    await eventually('the framework to be over', async () => {
      const { completed_frameworks } = await json<State>(`http://${place}/state`);
      return completed_frameworks.some(({ name }) => name === 'from-cpp');
    });
  });
});

whenThere(`the original's master${why}`, () => {
  it('has our agent, which runs, ends and kills tasks of the C++ driver', async () => {
    const original = await OriginalMaster.start({ agents: 0 });
    undo.push(() => original.stop());
    const machine = new OneMachine();
    undo.push(() => machine.stop());
    await machine.startAgent('ours', [RESOURCES, `--master=${original.place}`]);
    const driver = await driverWithOffer(original.place, 'from-cpp');
    // Updates whose ids the original cannot read are dropped by chance: several tasks, so that none is lucky.
    for (const task of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const offers = driver.lines.filter((line) => line.startsWith('offer')).length;
      await launch(driver, task, 'true');
      await driver.line(`update ${task} TASK_FINISHED`);
      await eventually(
        'an offer',
        () => driver.lines.filter((line) => line.startsWith('offer')).length > offers,
      );
    }
    await launch(driver, 'runs', 'sleep 1000');
    driver.say('kill runs');
    await driver.line('update runs TASK_KILLED');
  });
});

/** One page or call: its name, and how it is asked for at a master or agent. */
interface Asked {
  readonly name: string;
  readonly path: string;
  readonly body?: object;
}

const page = (path: string): Asked => ({ name: path, path });
const call = (path: string, type: string, more: object = {}): Asked => ({
  ...{ name: type, path, body: { type, ...more } },
});

const MASTER_PAGES: readonly Asked[] = [
  ...['state', 'state-summary', 'slaves', 'frameworks', 'tasks?order=asc', 'roles', 'quota', 'weights'],
  ...['maintenance/schedule', 'maintenance/status', 'health', 'redirect', 'nothing', 'teardown', 'reserve'],
  ...['state.json', 'slaves?slave_id=none', 'frameworks?framework_id=none', 'machine/up', 'api/v1'],
  ...['create-volumes', 'api/v1/scheduler'],
].map((path) => page(`/master/${path}`));

const COMMON_PAGES = [
  ...[
    '/version',
    '/metrics/snapshot',
    '/metrics/snapshot?timeout=abc',
    '/system/stats.json',
    '/logging/toggle',
  ],
  ...['/files/browse', '/files/browse?path=x', '/files/debug', '/files/debug.json'],
].map(page);

const MASTER_CALLS: readonly Asked[] = [
  ...[
    'GET_HEALTH',
    'GET_VERSION',
    'GET_METRICS',
    'GET_LOGGING_LEVEL',
    'GET_STATE',
    'GET_AGENTS',
    'GET_TASKS',
  ],
  ...[
    'GET_FRAMEWORKS',
    'GET_EXECUTORS',
    'GET_OPERATIONS',
    'GET_ROLES',
    'GET_WEIGHTS',
    'GET_MASTER',
    'GET_QUOTA',
  ],
  ...[
    'GET_MAINTENANCE_STATUS',
    'GET_MAINTENANCE_SCHEDULE',
    'NOPE',
    'UPDATE_QUOTA',
    'TEARDOWN',
    'DRAIN_AGENT',
  ],
].map((type) => call('/master/api/v1', type));

// Not `/containerizer/debug`: it ends the process of the original that has a master and an agent.
const AGENT_PAGES: readonly Asked[] = [
  ...['state', 'health', 'monitor/statistics', 'containers', 'api/v1', 'api/v1/executor'],
  ...['api/v1/resource_provider', 'nothing', 'monitor/statistics.json'],
].map((path) => page(`/slave(1)/${path}`));

const AGENT_CALLS: readonly Asked[] = [
  ...['GET_HEALTH', 'GET_VERSION', 'GET_METRICS', 'GET_LOGGING_LEVEL', 'GET_STATE', 'GET_CONTAINERS'],
  ...[
    'GET_FRAMEWORKS',
    'GET_EXECUTORS',
    'GET_OPERATIONS',
    'GET_TASKS',
    'GET_AGENT',
    'GET_RESOURCE_PROVIDERS',
  ],
  ...[
    'PRUNE_IMAGES',
    'LAUNCH_NESTED_CONTAINER',
    'ATTACH_CONTAINER_INPUT',
    'LAUNCH_CONTAINER',
    'NOPE',
    'LIST_FILES',
  ],
].map((type) => call('/slave(1)/api/v1', type));

/** Purposeful differences, which the READMEs of master and agent list: what is left out of a comparison, and why. */
const DIFFERENCES: readonly (readonly [line: RegExp, reason: string])[] = [
  [
    /^[.\w]*\.git_(sha|tag) string$/,
    'of a build, which the tests do not run; the tag where the commit has one',
  ],
  [/^[.\w]*\.flags\.\w+ string$/, 'the flags that there are'],
  [/^\.scheduler\//, 'of the driver, which is in the process of the original'],
  [
    /^\.master\/(event_streams\/.*|tasks_launched|invariant_violations) number$/,
    'numbers that only ours has',
  ],
  [/^\.slave\/(tasks_error|invariant_violations) number$/, 'the same'],
  [
    /^[.\w[\]]*tatistics\.(cpus_limit|processes|threads) number$/,
    'told always, and by the original by flags alone',
  ],
  [
    /^[.\w[\]]*\.executor_info\.command\.arguments(\[\])? (list|string)$/,
    'the command executor has no program of its own',
  ],
];
/** Metrics of the agent and its containers, which the original's master has when both are in one process. */
const OF_AGENTS = /^\.(slave|containerizer|gc|resource_provider_manager)\//;
/** The reverse. */
const OF_MASTERS = /^\.(master|allocator|registrar)\//;

interface Told {
  readonly status: number;
  readonly type: string | null;
  /** The shape of JSON; any other answer in its own words. */
  readonly body: readonly string[];
}

async function ask(url: string, { path, body }: Asked, without: RegExp): Promise<Told> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await fetch(
    url + path,
    body ? { method: 'POST', headers, body: JSON.stringify(body) } : { redirect: 'manual' },
  );
  // Ids of frameworks are in the names of metrics.
  const text = (await answer.text()).replace(/[0-9a-f-]{36}-\d{4}/g, 'ID');
  const type = answer.headers.get('content-type');
  const isKept = (line: string): boolean =>
    !without.test(line) && !DIFFERENCES.some(([pattern]) => pattern.test(line));
  const shape = type === 'application/json' ? shapeOf(JSON.parse(text)).filter(isKept) : [text];
  return { status: answer.status, type, body: shape };
}

interface Difference {
  readonly asked: Asked;
  readonly told: object;
}

/** What differs between both, page by page. */
async function differences(
  [original, ours]: readonly [string, string],
  pages: readonly Asked[],
  without: RegExp,
): Promise<Difference[]> {
  const different: Difference[] = [];
  for (const asked of pages) {
    const [theirs, own] = [await ask(original, asked, without), await ask(ours, asked, without)];
    const only = {
      original: theirs.body.filter((line) => !own.body.includes(line)),
      ours: own.body.filter((line) => !theirs.body.includes(line)),
    };
    const isSame = theirs.status === own.status && theirs.type === own.type;
    if (isSame && only.original.length + only.ours.length === 0) continue;
    const told = {
      page: asked.name,
      status: [theirs.status, own.status],
      type: [theirs.type, own.type],
      only,
    };
    different.push({ asked, told });
  }
  return different;
}

/** Expects the same of both. Acknowledgements of updates may be under way, so what differs is asked for again. */
async function expectSame(
  both: readonly [string, string],
  pages: readonly Asked[],
  without: RegExp,
): Promise<void> {
  let different = await differences(both, pages, without);
  const isSame = async (): Promise<boolean> => {
    const again = different.map(({ asked }) => asked);
    different = await differences(both, again, without);
    return different.length === 0;
  };
  await within('the same of both', isSame, 10_000).catch(() => undefined);
  expect(different.map(({ told }) => told)).toEqual([]);
}

/** The shape of the first event that an operator's stream has. */
async function firstEvent(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/master/api/v1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ type: 'SUBSCRIBE' }),
  });
  const decoder = new RecordDecoder();
  for await (const chunk of answer.body ?? []) {
    const [record] = decoder.feed(chunk as Uint8Array);
    // Leaving the loop ends the stream.
    if (record) return shapeOf(JSON.parse(record.toString()));
  }
  return [];
}

/** Changes by operators that fill the pages. */
async function enrich(url: string): Promise<void> {
  const { slaves } = await json<{ slaves: { id: string }[] }>(`${url}/master/slaves`);
  const agent_id = { value: slaves[0]?.id };
  const reservations = [{ type: 'DYNAMIC', role: 'web', principal: 'ops' }];
  const disk = { name: 'disk', type: 'SCALAR', reservations };
  const volume = { persistence: { id: 'v1' }, volume: { container_path: 'data', mode: 'RW' } };
  const machine_ids = [{ hostname: 'elsewhere', ip: '127.0.0.9' }];
  const start = { nanoseconds: 4_102_444_800_000_000 * 1000 };
  const windows = [{ machine_ids, unavailability: { start, duration: { nanoseconds: 3_600_000_000_000 } } }];
  const limits = { cpus: { value: 1 }, mem: { value: 100 } };
  const quota = { role: 'web', guarantees: { cpus: { value: 0.5 } }, limits };
  const calls = [
    { type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [{ role: 'web', weight: 2.5 }] } },
    { type: 'UPDATE_QUOTA', update_quota: { quota_configs: [quota] } },
    {
      type: 'RESERVE_RESOURCES',
      reserve_resources: { agent_id, resources: [{ ...disk, scalar: { value: 100 } }] },
    },
    {
      type: 'CREATE_VOLUMES',
      create_volumes: { agent_id, volumes: [{ ...disk, scalar: { value: 50 }, disk: volume }] },
    },
    { type: 'UPDATE_MAINTENANCE_SCHEDULE', update_maintenance_schedule: { schedule: { windows } } },
    { type: 'START_MAINTENANCE', start_maintenance: { machines: machine_ids } },
  ];
  for (const body of calls) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/master/api/v1`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect([body.type, answer.status < 300, await answer.text()]).toEqual([body.type, true, '']);
  }
}

/** A framework that wants nothing, as the original's master has one. */
async function quiet(place: string): Promise<void> {
  const driver = startDriver(place, 'quiet', 'plain');
  undo.push(() => driver.end());
  await driver.line('registered');
  driver.say('suppress');
  await driver.line('suppressed');
}

/** One running, one finished and one failed task. */
async function work(place: string): Promise<void> {
  const driver = await driverWithOffer(place, 'at-work');
  for (const [task, port, command, end] of [
    ['ends', 0, 'true', 'TASK_FINISHED'],
    ['fails', 0, 'exit 3', 'TASK_FAILED'],
    ['runs', 32001, 'sleep 1000', undefined],
  ] as const) {
    const offers = driver.lines.filter((line) => line.startsWith('offer')).length;
    await launch(driver, task, command, port);
    if (!end) continue;
    await driver.line(`update ${task} ${end}`);
    await eventually(
      'an offer',
      () => driver.lines.filter((line) => line.startsWith('offer')).length > offers,
    );
  }
  driver.say('suppress');
  await driver.line('suppressed');
}

whenThere(`pages and calls beside the original${why}`, () => {
  it('are the same of an idle master and an idle agent', async () => {
    const original = await OriginalMaster.start({ agents: 1 });
    undo.push(() => original.stop());
    const { machine, place } = await ourMachine();
    const agent = await machine.startAgent('one', [RESOURCES]);
    await quiet(place);
    const masters = [original.url, `http://${place}`] as const;
    await expectSame(masters, [...MASTER_PAGES, ...COMMON_PAGES, ...MASTER_CALLS], OF_AGENTS);
    const agents = [original.url, agent.http.url] as const;
    await expectSame(agents, [...AGENT_PAGES, ...COMMON_PAGES, ...AGENT_CALLS], OF_MASTERS);
  });

  it('are the same of agents with a running, a finished and a failed task', async () => {
    const original = await OriginalMaster.start({
      agents: 1,
      flags: { MESOS_RESOURCES: RESOURCES.slice('--resources='.length) },
    });
    undo.push(() => original.stop());
    const { machine, place } = await ourMachine();
    const agent = await machine.startAgent('one', [RESOURCES]);
    await quiet(place);
    for (const each of [original.place, place]) await work(each);
    const agents = [original.url, agent.http.url] as const;
    await expectSame(agents, [...AGENT_PAGES, ...AGENT_CALLS, page('/metrics/snapshot')], OF_MASTERS);
  });

  it('are the same of masters with tasks, quotas, weights, reservations, volumes and maintenance', async () => {
    const original = await OriginalMaster.start({ agents: 0 });
    undo.push(() => original.stop());
    const { machine, place } = await ourMachine();
    await machine.startAgent('ours', [RESOURCES]);
    const other = new OneMachine();
    undo.push(() => other.stop());
    await other.startAgent('theirs', [RESOURCES, `--master=${original.place}`]);
    await quiet(place);
    for (const each of [original.place, place]) {
      await work(each);
      await enrich(`http://${each}`);
    }
    const masters = [original.url, `http://${place}`] as const;
    await expectSame(masters, [...MASTER_PAGES, ...MASTER_CALLS, page('/metrics/snapshot')], /^$/);
    const [theirs, own] = await Promise.all(masters.map(firstEvent));
    expect(own).toEqual(theirs);
  });
});
