import { getState } from '../../../../cluster/master/views/operator';
import { unfiltered } from '../../../../cluster/master/views/read-filter';
import { MasterScript } from '../interpreter';

const SETTING = [
  'start',
  'agent a cpus=8 mem=8192',
  'agent b cpus=8 mem=8192',
  'framework web failover=60',
  'framework db',
  'advance 1',
  'accept web O0 t1 cpus=1 mem=128',
  'status a web t1 TASK_RUNNING',
  'revive web',
  'advance 1',
];

/** Whatever changes tasks, offers, frameworks and agents. */
const CHANGES = [
  'status a web t1 TASK_FINISHED',
  'disconnect web',
  'revive web',
  'advance 5',
  'dead a',
  'teardown db',
  'agent c cpus=1 mem=64',
  'advance 100',
];

function played(lines: readonly string[], script = new MasterScript()): MasterScript {
  for (const line of lines) script.interpret(line.split(' '), line);
  return script;
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return String(item);
    const isLazy =
      typeof item === 'object' && item !== null && Symbol.iterator in item && !Array.isArray(item);
    return isLazy ? [...(item as Iterable<unknown>)] : item;
  });

test('lists are those of the moment in which they were gathered, whatever happens before they are read', () => {
  const script = played(SETTING);
  const atOnce = text(getState(unfiltered(script.state)));
  const later = getState(unfiltered(script.state));
  expect(atOnce).toContain('TASK_RUNNING');
  played(CHANGES, script);
  expect(text(getState(unfiltered(script.state)))).not.toBe(atOnce);
  expect(text(later)).toBe(atOnce);
});

test('lists can be read again', () => {
  const { get_agents } = getState(unfiltered(played(SETTING).state));
  expect([...get_agents.agents]).toEqual([...get_agents.agents]);
  expect([...get_agents.agents]).toHaveLength(2);
});
