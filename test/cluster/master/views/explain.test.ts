import type { FrameworkInfo } from '../../../../cluster/api/generated/mesos';
import type { OfferConstraints } from '../../../../cluster/api/generated/scheduler';
import { explainFramework, explainRole, explainTasks } from '../../../../cluster/master/views/explain';
import { unfiltered } from '../../../../cluster/master/views/read-filter';
import { MasterScript } from '../interpreter';

function play(...lines: string[]): MasterScript {
  const script = new MasterScript();
  run(script, 'start', ...lines);
  return script;
}

function run(script: MasterScript, ...lines: string[]): void {
  for (const line of lines) script.interpret(line.split(' '), line);
}

function subscribe(
  script: MasterScript,
  info: Partial<FrameworkInfo>,
  offer_constraints?: OfferConstraints,
): void {
  const framework_info = { user: 'root', name: 'starving', ...info };
  script.post({
    kind: 'scheduler.subscribe',
    stream: 'starving',
    subscribe: { framework_info, ...(offer_constraints && { offer_constraints }) },
  });
}

/** What keeps each agent from the framework of this name, by host. */
function whys(script: MasterScript, name = 'starving', role = '*'): Record<string, string> {
  const framework = [...script.state.frameworks.values()].find(({ info }) => info.name === name);
  if (!framework) throw new Error(`no framework ${name}`);
  const explained = explainFramework(unfiltered(script.state), framework, 100).roles.find(
    (one) => one.role === role,
  );
  return Object.fromEntries((explained?.agents ?? []).map(({ hostname, reason }) => [hostname, reason]));
}

const ATTRIBUTE_WANTED: OfferConstraints = {
  role_constraints: {
    '*': {
      groups: [
        {
          attribute_constraints: [
            {
              selector: { pseudoattribute_type: 'HOSTNAME' },
              predicate: { text_not_equals: { value: 'wrong' } },
            },
          ],
        },
      ],
    },
  },
};

test('a framework without offers gets the reason for each agent', () => {
  const script = play(
    'agent gpu gpus=1',
    'agent tiny cpus=0.001 mem=1',
    'agent wrong',
    'agent away',
    'agent idle',
    'agent drained',
    'agent refused',
    'agent reserved mem=0.001 cpus=0.001',
    'deactivate M-S4',
    'drain M-S5',
    'exited away',
  );
  subscribe(script, {}, ATTRIBUTE_WANTED);
  run(script, 'advance 1');
  const offer = [...script.state.offers.values()].find(({ agentId }) => agentId === 'M-S6');
  const framework_id = { value: offer?.frameworkId ?? '' };
  script.post({
    kind: 'scheduler.call',
    request: 1,
    stream: 'starving',
    call: {
      type: 'DECLINE',
      framework_id,
      decline: { offer_ids: [{ value: offer?.id ?? '' }], filters: { refuse_seconds: 1000 } },
    },
  });
  run(script, 'advance 3');
  expect(whys(script)).toEqual({
    gpu: 'gpu',
    tiny: 'below minimum',
    wrong: 'constraint',
    away: 'disconnected',
    idle: 'deactivated',
    drained: 'draining',
    refused: 'refused',
    reserved: 'below minimum',
  });
});

test('resources that others use or are offered are not free', () => {
  const script = play('agent a', 'framework other', 'advance 1');
  subscribe(script, {});
  run(script, 'advance 1');
  expect(whys(script)).toEqual({ a: 'nothing free' });
  expect(whys(script, 'other')).toEqual({ a: 'offered' });
});

test("the role's own limit and the guarantees of others are different reasons", () => {
  const script = play(
    'quota web limit=cpus:0.001,mem:1',
    'agent a',
    'quota rich guarantee=cpus:4,mem:4096',
    'framework limited role=web',
    'framework kept role=batch',
    'advance 1',
  );
  expect(whys(script, 'limited', 'web')).toEqual({ a: 'quota limit' });
  expect(whys(script, 'kept', 'batch')).toEqual({ a: 'quota headroom' });
});

test('a framework that suppresses offers is told so', () => {
  const script = play('agent a', 'framework one failover=100', 'advance 1', 'suppress one', 'disconnect one');
  const framework = script.state.frameworks.get('M-0000');
  if (!framework) throw new Error('no framework');
  const explained = explainFramework(unfiltered(script.state), framework, 100);
  expect(explained.reasons).toEqual(['framework inactive']);
  expect(explained.roles[0]).toMatchObject({ reasons: ['suppressed'], counts: { 'next run': 1 } });
});

test('agents that are not listed are counted', () => {
  const script = play('agent a', 'agent b', 'framework one', 'advance 1');
  const framework = script.state.frameworks.get('M-0000');
  if (!framework) throw new Error('no framework');
  const [role] = explainFramework(unfiltered(script.state), framework, 1).roles;
  expect(role?.agents).toHaveLength(1);
  expect(role?.counts).toEqual({ offered: 2 });
});

test('a role is explained with the frameworks in it and below it', () => {
  const script = play('agent a', 'framework one role=web/front', 'quota web limit=cpus:8', 'advance 1');
  const explained = explainRole(unfiltered(script.state), 'web', { limit: 10, sees: () => true });
  expect(explained).toMatchObject({ role: 'web', limit: 'cpus:8', share: 1 });
  expect(explained?.frameworks.map(({ name }) => name)).toEqual(['one']);
  expect(explainRole(unfiltered(script.state), 'nowhere', { limit: 10, sees: () => true })).toBeUndefined();
});

test('a task is explained by its last status', () => {
  const script = play(
    'agent a',
    'framework one',
    'advance 1',
    'accept one O0 t1 cpus=100',
    'accept one O0 t2',
    'advance 10',
    'accept one O1 t3',
    'status a one t3 TASK_RUNNING',
  );
  const [task] = explainTasks(unfiltered(script.state), 't3', 10);
  expect(task).toMatchObject({ task_id: 't3', state: 'TASK_RUNNING', agent_id: 'M-S0' });
  expect(explainTasks(unfiltered(script.state), 't1', 10)).toEqual([]);
});
