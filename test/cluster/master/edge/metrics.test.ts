import { snapshot } from '../../../../cluster/master/edge/metrics';
import { getAgents } from '../../../../cluster/master/views/operator';
import { unfiltered } from '../../../../cluster/master/views/read-filter';
import { printResources, readResources } from '../../../../cluster/model/resources';
import { MasterScript } from '../interpreter';

function play(...lines: string[]): MasterScript {
  const script = new MasterScript();
  for (const line of ['start', 'agent a cpus=4 mem=4096', 'framework web', 'advance 1', ...lines]) {
    script.interpret(line.split(' '), line);
  }
  return script;
}

describe('the metrics of a master', () => {
  it('count offered resources as offered, not as used', () => {
    const { state } = play();
    const all = snapshot(state, 1000);
    expect(all['master/cpus_total']).toBe(4);
    expect(all['master/cpus_used']).toBe(0);
    expect(all['allocator/mesos/resources/cpus/offered_or_allocated']).toBe(4);
    const [agent] = getAgents(unfiltered(state)).agents ?? [];
    expect(printResources(readResources(agent?.allocated_resources))).toBe('');
    expect(printResources(readResources(agent?.offered_resources))).toBe('cpus:4; mem:4096');
  });

  it('count resources of tasks as used', () => {
    const { state } = play('accept web O0 t1 cpus=1 mem=128 refuse=100');
    const all = snapshot(state, 1000);
    expect(all['master/cpus_used']).toBe(1);
    expect(all['master/cpus_percent']).toBe(0.25);
    expect(all['master/mem_used']).toBe(128);
    expect(all['master/cpus_revocable_total']).toBe(0);
    const [agent] = getAgents(unfiltered(state)).agents ?? [];
    expect(printResources(readResources(agent?.allocated_resources))).toBe('cpus:1; mem:128');
  });

  it('count a shared volume once, however many use it and are offered it', () => {
    const caps = 'caps=RESERVATION_REFINEMENT,SHARED_RESOURCES';
    const script = new MasterScript();
    for (const line of [
      'start',
      'agent a cpus=4 mem=4096 disk=500',
      'wish M-S0 RESERVE=disk(db):200',
      'wish M-S0 CREATE=disk(db)[v!]:200',
      `framework one role=db ${caps}`,
      'advance 1',
    ])
      script.interpret(line.split(' '), line);
    const used = (): unknown => snapshot(script.state, 1000)['master/disk_used'];
    expect(used()).toBe(0);
    const launch = 'operate one O0 LAUNCH=t1/cpus:1;mem:128;disk(db)[v!]:200';
    script.interpret(launch.split(' '), launch);
    expect(used()).toBe(200);
    for (const line of [`framework two role=db ${caps}`, 'advance 1'])
      script.interpret(line.split(' '), line);
    expect(used()).toBe(200);
    const second = 'operate two O1 LAUNCH=t2/cpus:1;mem:128;disk(db)[v!]:200';
    script.interpret(second.split(' '), second);
    expect(used()).toBe(200);
  });

  it('show consumed quota, offer filters and share of each role', () => {
    const caps = 'caps=RESERVATION_REFINEMENT';
    const { state } = play(
      'suppress web',
      'decline web O0 refuse=100',
      'wish M-S0 RESERVE=cpus(a):1',
      `framework below role=a/b ${caps}`,
      'advance 2',
      'accept below O1 t1 cpus=2 mem=1024 refuse=100',
      'advance 2',
    );
    const all = snapshot(state, 1000);
    const told = Object.entries(all).filter(([name]) => /mesos\/.*roles\//.test(name));
    expect(Object.fromEntries(told)).toEqual({
      'allocator/mesos/offer_filters/roles/*/active': 1,
      'allocator/mesos/offer_filters/roles/a/active': 0,
      'allocator/mesos/offer_filters/roles/a/b/active': 1,
      'allocator/mesos/quota/roles//resources/cpus/consumed': 3,
      'allocator/mesos/quota/roles//resources/mem/consumed': 1024,
      'allocator/mesos/quota/roles/a/b/resources/cpus/consumed': 2,
      'allocator/mesos/quota/roles/a/b/resources/mem/consumed': 1024,
      'allocator/mesos/quota/roles/a/resources/cpus/consumed': 3,
      'allocator/mesos/quota/roles/a/resources/mem/consumed': 1024,
      'allocator/mesos/roles/*/shares/dominant': 0,
      'allocator/mesos/roles/a/b/shares/dominant': 0.5,
    });
  });

  it('all exist from the start, at zero, so that no exporter misses one', () => {
    const all = snapshot(play().state, 1000);
    const late = ['update', 'update_acknowledgement'].map((what) => `operation_status_${what}`);
    const names = [
      'allocator/event_queue_dispatches',
      'allocator/mesos/event_queue_dispatches',
      ...late.map((name) => `master/messages_${name}`),
      ...late.flatMap((name) => [`master/valid_${name}s`, `master/invalid_${name}s`]),
      ...['', 'reserve/', 'destroy_disk/'].flatMap((type) =>
        ['total', 'pending', 'recovering', 'unreachable', 'finished', 'failed', 'gone_by_operator'].map(
          (state) => `master/operations/${type}${state}`,
        ),
      ),
    ];
    for (const name of names) expect([name, all[name]]).toEqual([name, 0]);
  });
});
