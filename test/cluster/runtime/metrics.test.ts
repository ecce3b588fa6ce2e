import { Metrics } from '../../../cluster/runtime/metrics';

function sample() {
  const metrics = new Metrics();
  const started = metrics.counter('master/tasks_started', 'Tasks started.');
  let running = 3;
  metrics.gauge('master/tasks_running', 'Tasks running.', () => running);
  return { metrics, started, setRunning: (count: number) => (running = count) };
}

describe('metrics', () => {
  it('are counted, or read when somebody asks', () => {
    const { metrics, started, setRunning } = sample();
    expect(metrics.snapshot()).toEqual({ 'master/tasks_running': 3, 'master/tasks_started': 0 });
    started.inc();
    started.inc(4);
    setRunning(7);
    expect(metrics.snapshot()).toEqual({ 'master/tasks_running': 7, 'master/tasks_started': 5 });
    expect(Object.keys(metrics.snapshot())).toEqual(['master/tasks_running', 'master/tasks_started']);
  });

  it('have a Prometheus text with the same numbers each time', async () => {
    const { metrics, started } = sample();
    started.inc(2);
    const expected = [
      '# HELP meseta_master_tasks_started Tasks started.',
      '# TYPE meseta_master_tasks_started counter',
      'meseta_master_tasks_started 2',
      '',
      '# HELP meseta_master_tasks_running Tasks running.',
      '# TYPE meseta_master_tasks_running gauge',
      'meseta_master_tasks_running 3',
    ];
    expect((await metrics.prometheus()).trim().split('\n')).toEqual(expected);
    expect((await metrics.prometheus()).trim().split('\n')).toEqual(expected);
    expect(await metrics.prometheus('mesos_')).toContain('\nmesos_master_tasks_started 2\n');
  });

  it('do not share a name', () => {
    const { metrics } = sample();
    expect(() => metrics.counter('master/tasks_running', 'Again.')).toThrow(
      'the metric master/tasks_running exists already',
    );
  });
});
