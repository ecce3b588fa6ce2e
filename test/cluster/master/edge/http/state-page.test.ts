import { frameworksPage, statePage } from '../../../../../cluster/master/edge/http/state-page';
import { summaryPage } from '../../../../../cluster/master/edge/http/summary-page';
import { tasksPage } from '../../../../../cluster/master/edge/http/tasks-page';
import { getFrameworks } from '../../../../../cluster/master/views/operator';
import { unfiltered } from '../../../../../cluster/master/views/read-filter';
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

describe('the page /tasks', () => {
  const { state } = withTasks();
  const ids = (query: { limit?: number; offset?: number; ascending?: boolean }): string[] => {
    const text = tasksPage(unfiltered(state), { limit: 100, offset: 0, ascending: false, ...query });
    return (JSON.parse(text) as { tasks: { id: string }[] }).tasks.map(({ id }) => id);
  };

  it('is sorted by the first status of a task; a task without a status counts as oldest', () => {
    expect(ids({})).toEqual(['t2', 't1', 't3']);
    expect(ids({ ascending: true })).toEqual(['t3', 't1', 't2']);
  });

  it('shows a part of the tasks, and all of them for a limit below zero', () => {
    expect(ids({ limit: 1, offset: 1 })).toEqual(['t1']);
    expect(ids({ limit: 0 })).toEqual([]);
    expect(ids({ limit: -1 })).toEqual(['t2', 't1', 't3']);
    expect(ids({ limit: -1, offset: 2 })).toEqual([]);
    expect(ids({ offset: -1 })).toEqual([]);
  });
});

describe('the page /state', () => {
  it('shows the path of the log to readers who see the flags', () => {
    const { state } = withTasks();
    const read = (flags?: Record<string, string>): unknown => JSON.parse(statePage(unfiltered(state), flags));
    const places = { log_dir: '/var/log', external_log_file: '/tmp/log' };
    expect(read(places)).toMatchObject({ ...places, flags: places });
    expect(Object.keys(read() as object)).not.toContain('log_dir');
    expect(Object.keys(read({}) as object)).not.toContain('external_log_file');
  });
});

describe('the page /state-summary', () => {
  interface Row {
    readonly framework_ids?: string[];
    readonly slave_ids?: string[];
    readonly [state: string]: unknown;
  }
  const summary = (script: MasterScript): { slaves: Row[]; frameworks: Row[] } =>
    JSON.parse(summaryPage(unfiltered(script.state))) as { slaves: Row[]; frameworks: Row[] };
  const say = (script: MasterScript, ...lines: string[]): void => {
    for (const line of lines) script.interpret(line.split(' '), line);
  };

  it('counts tasks of an agent as long as their framework remembers them', () => {
    const script = withTasks();
    say(script, 'status a web t1 TASK_FINISHED', 'acknowledge web t1 M-S0');
    const { slaves, frameworks } = summary(script);
    const counts = { TASK_FINISHED: 1, TASK_RUNNING: 1, TASK_STAGING: 1 };
    expect(slaves).toMatchObject([{ ...counts, framework_ids: ['M-0000'] }]);
    expect(frameworks).toMatchObject([{ ...counts, slave_ids: ['M-S0'] }]);
    say(script, 'teardown web');
    expect(summary(script).slaves).toMatchObject([{ TASK_FINISHED: 0, TASK_RUNNING: 0, framework_ids: [] }]);
  });

  it('counts ten task states and no others', () => {
    const script = withTasks();
    say(script, 'status a web t1 TASK_DROPPED', 'acknowledge web t1 M-S0');
    const { slaves, frameworks } = summary(script);
    const states = (row: Row | undefined): string[] =>
      Object.keys(row ?? {}).filter((key) => key.startsWith('TASK_'));
    expect(states(slaves[0])).toHaveLength(10);
    expect(states(frameworks[0])).toEqual(states(slaves[0]));
  });
});

describe('the times of a framework', () => {
  it('do not say that it ended while it is only disconnected', () => {
    const script = withTasks();
    const first = (): Record<string, unknown> | undefined => {
      const page = JSON.parse(frameworksPage(unfiltered(script.state))) as Record<
        string,
        Record<string, unknown>[]
      >;
      return [...(page['frameworks'] ?? []), ...(page['completed_frameworks'] ?? [])][0];
    };
    expect(Object.keys(first() ?? {})).not.toContain('reregistered_time');
    script.interpret(['disconnect', 'web'], 'disconnect web');
    expect(first()).toMatchObject({ connected: false, unregistered_time: 0 });
    script.clock.advance(1000);
    expect(first()?.['unregistered_time']).toBeGreaterThan(0);
  });

  it('are in v1 those of its first and last subscription; its offer constraints are there, too, even if empty', () => {
    const script = withTasks();
    const [first] = getFrameworks(unfiltered(script.state)).frameworks ?? [];
    expect(first?.reregistered_time).toEqual(first?.registered_time);
    expect(first).toMatchObject({ offer_constraints: {}, unregistered_time: undefined });
    script.interpret(['teardown', 'web'], 'teardown web');
    expect(
      [...getFrameworks(unfiltered(script.state)).completed_frameworks][0]?.unregistered_time,
    ).toBeDefined();
  });
});
