import { statePage, tasksPage } from '../../../../../cluster/master/edge/http/state-page';
import { MasterScript } from '../../interpreter';

/** A master with t1 (running), t2 (running, later) and t3 (no status yet). */
function withTasks(): MasterScript {
  const script = new MasterScript();
  const lines = [
    'start',
    'agent a cpus=4 mem=4096',
    'framework web',
    'advance 1',
    'accept web O0 t1 cpus=1 mem=128',
    'status a web t1 TASK_RUNNING',
    'revive web',
    'advance 1',
    'accept web O1 t2 cpus=1 mem=128',
    'status a web t2 TASK_RUNNING',
    'revive web',
    'advance 1',
    'accept web O2 t3 cpus=1 mem=128',
  ];
  for (const line of lines) script.interpret(line.split(' '), line);
  return script;
}

describe('the page of tasks', () => {
  const { state } = withTasks();
  const ids = (query: { limit?: number; offset?: number; ascending?: boolean }): string[] => {
    const text = tasksPage(state, { limit: 100, offset: 0, ascending: false, ...query });
    return (JSON.parse(text) as { tasks: { id: string }[] }).tasks.map(({ id }) => id);
  };

  it('is sorted by when a task was first heard of; of which nothing was heard counts as oldest', () => {
    expect(ids({})).toEqual(['t2', 't1', 't3']);
    expect(ids({ ascending: true })).toEqual(['t3', 't1', 't2']);
  });

  it('shows a part, and all of them for a limit below zero', () => {
    expect(ids({ limit: 1, offset: 1 })).toEqual(['t1']);
    expect(ids({ limit: 0 })).toEqual([]);
    expect(ids({ limit: -1 })).toEqual(['t2', 't1', 't3']);
    expect(ids({ limit: -1, offset: 2 })).toEqual([]);
    expect(ids({ offset: -1 })).toEqual([]);
  });
});

describe('the page of the whole state', () => {
  it('says where the log is, to those who see the flags', () => {
    const { state } = withTasks();
    const read = (flags?: Record<string, string>): unknown => JSON.parse(statePage(state, flags));
    const places = { log_dir: '/var/log', external_log_file: '/tmp/log' };
    expect(read(places)).toMatchObject({ ...places, flags: places });
    expect(Object.keys(read() as object)).not.toContain('log_dir');
    expect(Object.keys(read({}) as object)).not.toContain('external_log_file');
  });
});
