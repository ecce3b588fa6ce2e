import { MasterWorld } from '../../master-world';

const NOW_ONCE = { schedule: 'R1//PT1H' };

test('a launch goes out once it is stored', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', NOW_ONCE);
  world.isDurable = false;
  world.offer();
  expect(world.types()).not.toContain('ACCEPT');
  world.commit();
  expect(world.types()).toContain('ACCEPT');
});

test('a launch that waits for the store is withdrawn with its connection, and repeated', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', NOW_ONCE);
  world.isDurable = false;
  world.offer();
  world.send({ kind: 'scheduler.disconnected', reason: 'reset' });
  world.isDurable = true;
  world.commit();
  world.subscribe();
  expect(world.types()).not.toContain('ACCEPT');
  expect([...world.state.ready]).toEqual(['a:1']);
  world.offer();
  expect(world.types()).toContain('ACCEPT');
});

test('an offer whose launches are withheld is given back', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', { ...NOW_ONCE, epsilon: 'PT10S' });
  world.isDurable = false;
  world.offer();
  world.calls();
  world.now += 60_000;
  world.isDurable = true;
  world.commit();
  const accepted = world.accepted();
  expect(accepted?.accept?.operations?.[0]?.launch?.task_infos).toEqual([]);
  expect(world.task).toBe('');
});

test('a kill is repeated until the task has ended', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', { ...NOW_ONCE, killGracePeriod: 3 });
  world.offer();
  world.update(world.task, 'TASK_RUNNING');
  world.calls();
  world.send({ kind: 'job.kill', request: 2, name: 'a' });
  const [kill] = world.calls();
  expect(kill?.kill).toMatchObject({ task_id: { value: world.task }, kill_policy: {} });
  world.advance(30_000);
  expect(world.types()).toContain('KILL');
  world.update(world.task, 'TASK_KILLED');
  world.calls();
  world.advance(60_000);
  expect(world.types()).not.toContain('KILL');
});
