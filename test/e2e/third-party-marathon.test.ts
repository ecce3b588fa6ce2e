/**
 * Clients of Marathon by others, as their users would call them: go-marathon, marathon-python and marathon-node with
 * marathon-event-bus-client. Each does every call that it has, on one Marathon with a master and an agent.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildGo } from './go-program';
import { MarathonForClients, results, THIRD_PARTY } from './marathon-clients';

const PYTHON = join(THIRD_PARTY, 'marathon-python');
/** Without its packages (`node scripts/setup.mjs --tests`) each is skipped. */
const withNpm = existsSync(join(THIRD_PARTY, 'node_modules', 'marathon-node')) ? describe : describe.skip;
const withPython = existsSync(join(PYTHON, '.cache', 'installed')) ? describe : describe.skip;
const built = buildGo('.', 'go-marathon');
const withGo = built ? describe : describe.skip;

const CALLBACK = 'http://127.0.0.1:9/callback';
const RESULT = ['deploymentId', 'version'];
const LOCKED =
  "App is locked by one or more deployments. Override with the option '?force=true'. " +
  "View details at '/v2/deployments/<DEPLOYMENT_ID>'.";
/** A server that answers health checks. */
const SERVER =
  `exec '${process.execPath}' -e 'require("node:http").createServer((request, answer) => answer.end())` +
  `.listen(process.env.PORT0)'`;

const marathon = new MarathonForClients();

/** Each conversation ends with an order to give up the lead, which ends the streams of events 500 ms later. */
const ABDICATION_MS = 1500;
afterEach(() => new Promise((resolve) => setTimeout(resolve, ABDICATION_MS)));

beforeAll(() => marathon.start(['--event_subscriber=http_callback']));

afterAll(async () => {
  await marathon.stop();
  if (built) rmSync(built.folder, { recursive: true, force: true });
});

const address = (): string => `http://${marathon.address}`;

/** The steps of a new app, as go-marathon reads them. */
const LARGE_STEPS = ['StartApplication', 'ScaleApplication'].map((action) => [{ action, app: '/large' }]);
const DEPLOYMENT_MEMBERS = [
  'affectedApps',
  'affectedPods',
  'currentActions',
  'currentStep',
  'id',
  'steps',
  'totalSteps',
  'version',
];
const EVENTS = [
  'add_health_check_event',
  'api_post_event',
  'app_terminated_event',
  'deployment_failed',
  'deployment_success',
  'event_stream_attached',
  'group_change_failed',
  'group_change_success',
  'subscribe_event',
  'unsubscribe_event',
];
const GO_EVENTS = [
  ...EVENTS,
  'deployment_info',
  'deployment_step_success',
  'health_status_changed_event',
  'status_update_event',
].sort();
const PYTHON_EVENTS = [
  ...EVENTS,
  'instance_changed_event',
  'instance_health_changed_event',
  'status_update_event',
].sort();

withGo('go-marathon', () => {
  const error = (text: string): string => `error: Marathon API error: ${text}`;

  it('does all of its calls, and hears the events that it asks for', async () => {
    expect(await results(built?.binary ?? '', [address(), 'u', 'p', SERVER])).toEqual([
      ['without credentials', expect.stringContaining('Unauthorized')],
      ['ping', true],
      ['info', ['marathon', 'marathon', true]],
      ['leader', true],
      ['url', true],
      ['listen', null],
      ['listen again', null],
      ['create', '/theirs'],
      ['wait', null],
      ['create again', error('An app with id [/theirs] already exists.')],
      ['create wrong', error("Invalid JSON (path: '/cpus' errors: error.min)")],
      [
        'create refused',
        expect.stringContaining("path: '/constraints(0)' errors: Operation NEAR is unknown"),
      ],
      ['list', ['/theirs']],
      ['apps', [1, 1, 1]],
      ['app', [{ kind: 'web' }, { A: '1' }, [['hostname', 'GROUP_BY']], true]],
      ['app of nothing', error("App '/nothing' does not exist")],
      ['ok', true],
      ['scale', true],
      ['update', true],
      ['versions', 3],
      ['has version', true],
      ['version', [{ A: '1' }, 1]],
      ['set version', true],
      ['restart', true],
      ['restarted', true],
      ['scale up', true],
      ['all tasks', [3, '/theirs', 'TASK_RUNNING', 1]],
      ['create with Docker', ['DOCKER', 'busybox']],
      // It looks for them where Marathon had them before 1.5.
      ['endpoints', 'error: The docker does not contain any port mappings to search'],
      ['delete with Docker', true],
      ['kill unknown', error("Task 'theirs.nobody' does not exist")],
      ['kill some', null],
      ['kill all', true],
      ['create large', null],
      ['queue', ['/large', true]],
      ['reset delay', null],
      ['locked', true],
      ['deployments', [1, ['/large'], LARGE_STEPS, [{ action: 'ScaleApplication', app: '/large' }]]],
      ["app's deployments", true],
      ['has deployment', true],
      ['wait for it', 'error: the operation has timed out'],
      ['take back', true],
      ['delete', error("App '/large' does not exist")],
      ['create group', null],
      ['wait for group', null],
      ['has group', true],
      ['has group of nothing', false],
      ['groups', ['/', '/group', ['/group/one']]],
      ['groups without apps', [1, 0, 0]],
      ['group', ['/group/inner', '/group/inner/two']],
      ['group with counts', 1],
      ['update group', true],
      ['has inner group', false],
      ['delete group', true],
      ['subscribe', null],
      ['subscriptions', { callbackUrls: [CALLBACK] }],
      ['unsubscribe', null],
      ['delete', true],
      ['events', GO_EVENTS],
      ['some events', 1],
      ['abdicate', null],
    ]);
  });
});

withPython('marathon-python', () => {
  const http = (status: number, message: string, name = 'MarathonHttpError'): string =>
    `${name}: ${status} returned with message, "${message}"`;
  const missing = (text: string): string => http(404, text, 'NotFoundError');

  it('does all of its calls, and hears the events that it asks for', async () => {
    const args = [join(PYTHON, 'conversation.py'), address(), 'u', 'p'];
    expect(await results('python3', args, { PYTHONPATH: join(PYTHON, '.cache') })).toEqual([
      ['without credentials', http(401, 'Unauthorized')],
      ['ping', '"pong"'],
      ['info', ['marathon', '*']],
      ['leader', true],
      ['metrics', ['counters', 'gauges', 'histograms', 'meters', 'timers', 'version']],
      ['create', '/theirs'],
      ['create again', http(409, 'An app with id [/theirs] already exists.', 'ConflictError')],
      ['create wrong', http(422, 'Invalid JSON')],
      ['healthy', true],
      [
        'get',
        ['exec sleep 1000', 1, 1, { kind: 'web' }, { A: '1' }, '[MarathonConstraint::hostname:GROUP_BY]'],
      ],
      // Members of the original's answers that it does not know.
      ['get statistics', "unknown member 'tasks_stats'"],
      ['get nothing', missing("App '/nothing' does not exist")],
      ['list', ['/theirs']],
      ['list by label', ['/theirs']],
      ['list by attribute', []],
      [
        'list of no label',
        expect.stringContaining('422 returned with message, "Can not parse label selector'),
      ],
      ['endpoints', [1, 2].map(() => ['/theirs', '127.0.0.1', true, true])],
      ['scale', RESULT],
      ['scale by', RESULT],
      ['scale nothing', null],
      ['update', RESULT],
      ['update all', RESULT],
      ['versions', [true, true]],
      ['version', [{ A: '1' }, true]],
      ['version of no time', http(422, 'Invalid format: "yesterday"')],
      ['roll back', RESULT],
      ['rolled back', [{ A: '1' }, { kind: 'web' }]],
      ['restart', RESULT],
      ['restarted', true],
      ['kill one', true],
      ['kill unknown', missing("Task 'nobody' does not exist")],
      ['kill one, scale', RESULT],
      ['kill some', true],
      ['kill all of a host', ['/theirs']],
      ['kill all, wipe', 1],
      ['create large', '/large'],
      ['queue', "unknown member 'role'"],
      ['reset delay', null],
      ['locked', http(409, LOCKED, 'ConflictError')],
      ['deployment', [['/large'], ['StartApplication', 'ScaleApplication']]],
      ['take back', RESULT],
      ['stop', []],
      ['delete', RESULT],
      ['delete again', missing("App '/large' does not exist")],
      ['create group', RESULT],
      ['groups', "unknown member 'enforce_role'"],
      ['group', "unknown member 'enforce_role'"],
      ['group of nothing', missing("Group '/nothing' does not exist")],
      ['scale group', RESULT],
      ['update group', RESULT],
      ['roll group back', http(400, 'Please specify data in JSON format')],
      ['delete group', RESULT],
      ['subscribe', 'subscribe_event'],
      ['subscriptions', [CALLBACK]],
      ['unsubscribe', 'unsubscribe_event'],
      ['end of the leader', { message: 'Leadership abdicated' }],
      ['events', PYTHON_EVENTS],
      ['filtered events', ['deployment_success', 'group_change_success']],
    ]);
  });
});

withNpm('marathon-node and marathon-event-bus-client', () => {
  const error = (status: number, message: string): string => `StatusCodeError: ${status} ${message}`;

  it('do all of their calls, and hear the events that they ask for', async () => {
    const args = [join(THIRD_PARTY, 'marathon-node', 'conversation.mjs'), address(), 'u', 'p'];
    expect(await results(process.execPath, args)).toEqual([
      ['ping', 'pong'],
      ['info', 'marathon'],
      ['leader', true],
      ['stream', [200, 'text/event-stream']],
      ['create', 1],
      ['create again', error(409, 'An app with id [/theirs] already exists.')],
      ['create nothing', error(400, 'Please specify data in JSON format')],
      ['create wrong', error(422, 'Invalid JSON')],
      ['list', [['/theirs', 2, 2]]],
      ['app', ['/theirs', ['startedAfterLastScaling', 'totalSummary', 'withLatestConfig']]],
      ['app of nothing', error(404, "App '/nothing' does not exist")],
      ['update', RESULT],
      ['versions', true],
      ['version', 2],
      ['restart', RESULT],
      ['kill', true],
      ['kill all', 1],
      ['kill and wipe and scale', error(400, 'You cannot use scale and wipe at the same time.')],
      ['kill and scale', RESULT],
      ['create large', '/large'],
      ['queue', ['/large', 1, '*']],
      ['reset delay', null],
      ['locked', error(409, LOCKED)],
      ['deployment', DEPLOYMENT_MEMBERS],
      ['stop', null],
      ['stop again', 404],
      ['delete', RESULT],
      ['create group', RESULT],
      ['groups', ['/group']],
      ['group', ['apps', 'dependencies', 'enforceRole', 'groups', 'id', 'pods', 'version']],
      ['scale group', RESULT],
      ['wrong group', error(422, 'Object is not valid')],
      ['delete group', RESULT],
      ['subscribe', 'subscribe_event'],
      ['subscriptions', { callbackUrls: [CALLBACK] }],
      ['unsubscribe', 'unsubscribe_event'],
      ['events', ['deployment_info', 'deployment_success', 'group_change_failed', 'group_change_success']],
      // The state of an event that was not asked for would be the last.
      ['states', [true, true, false]],
      ['abdicate', { message: 'Leadership abdicated' }],
    ]);
  });
});
