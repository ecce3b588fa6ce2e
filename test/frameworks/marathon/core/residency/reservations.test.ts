import type * as scheduler from '../../../../../cluster/api/generated/scheduler';
import { printResources } from '../../../../../cluster/model/resources';
import { database, scalar, VolumeCluster } from '../../volume-cluster';

const RESERVED = 'cpus(web):0.1; disk(web)[DATA:data]:10; mem(web):32; ports(web):PORT';

/** What is reserved, with names for the numbers that chance gives. */
function shown(cluster: VolumeCluster): string {
  return printResources(cluster.reserved())
    .replace(/db#data#[0-9a-f-]{36}/g, 'DATA')
    .replace(/31\d\d\d-31\d\d\d/g, 'PORT')
    .replace(/\[PORT\]/g, 'PORT');
}

function goals(cluster: VolumeCluster): string[] {
  return cluster.instances().map(({ goal, condition }) => `${goal} ${condition}`);
}

describe('an instance with a persistent volume', () => {
  let cluster: VolumeCluster;

  beforeEach(() => {
    cluster = new VolumeCluster();
    cluster.change({ put: [database()] });
    cluster.advance(5);
  });

  it('gets a reservation and a volume, and is launched on them', () => {
    expect(cluster.operationTypes()).toEqual(['RESERVE', 'CREATE', 'LAUNCH']);
    expect(shown(cluster)).toBe(RESERVED);
    const [instance] = cluster.running();
    const [volume] = cluster.reserved().filter(({ meta }) => meta.disk);
    const labels = [
      { key: 'marathon_framework_id', value: 'F1' },
      { key: 'marathon_task_id', value: instance?.id },
    ];
    expect(volume?.meta).toEqual({
      reservations: [{ type: 'DYNAMIC', role: 'web', principal: 'marathon', labels: { labels } }],
      disk: {
        persistence: { id: `db#data#${instance?.reservation?.volumes[0]?.uuid}`, principal: 'marathon' },
        volume: { container_path: 'data', mode: 'RW' },
      },
    });
    expect(instance?.reservation).toEqual({
      frameworkId: 'F1',
      volumes: [{ containerPath: 'data', uuid: expect.any(String) }],
    });
    expect(cluster.state.deployments.size).toBe(0);
  });

  it('comes back with the next incarnation on the same volume when its task ends or is killed', () => {
    const [before] = cluster.running();
    cluster.end(before?.task?.id ?? '', 'TASK_FAILED');
    cluster.advance(5);
    cluster.kill(cluster.running()[0]);
    cluster.advance(5);
    expect(cluster.running().map(({ id, incarnation }) => [id, incarnation])).toEqual([[before?.id, 3]]);
    expect([...cluster.files.values()]).toEqual([[1, 2, 3].map((number) => `${before?.id}._app.${number}`)]);
    expect(shown(cluster)).toBe(RESERVED);
  });

  it('is stopped when its app is scaled down, and is the first to come back', () => {
    cluster.change({ put: [database({ instances: 0 })] });
    cluster.advance(5);
    expect([goals(cluster), cluster.state.deployments.size]).toEqual([['Stopped Killed'], 0]);
    expect(shown(cluster)).toBe(RESERVED);
    cluster.crash();
    cluster.change({ put: [database({ instances: 2 })] });
    cluster.advance(10);
    expect(cluster.running().map(({ incarnation }) => incarnation)).toEqual([2, 1]);
  });

  it('is replaced and freed when it is wiped', () => {
    const [before] = cluster.running();
    cluster.kill(before, { wipe: true });
    cluster.advance(10);
    expect(cluster.running().map(({ id }) => id === before?.id)).toEqual([false]);
    expect(cluster.operationTypes().slice(3).sort()).toEqual([
      'CREATE',
      'DESTROY',
      'LAUNCH',
      'RESERVE',
      'UNRESERVE',
    ]);
    expect([shown(cluster), cluster.files.size]).toEqual([RESERVED, 1]);
  });

  it('is wiped after it was stopped, too', () => {
    cluster.change({ put: [database({ instances: 0 })] });
    cluster.advance(5);
    cluster.kill(cluster.instances()[0], { wipe: true });
    cluster.advance(5);
    expect([goals(cluster), cluster.reserved()]).toEqual([[], []]);
  });

  it('is freed after its app is removed, for which the deployment does not wait', () => {
    cluster.setAway(cluster.running()[0]?.agent?.agentId === 'S1' ? 'S2' : 'S1', true);
    cluster.change({ remove: ['/db'] });
    cluster.advance(0.1);
    expect([goals(cluster), cluster.state.deployments.size]).toEqual([['Decommissioned Killed'], 0]);
    cluster.crash();
    cluster.advance(5);
    expect([goals(cluster), cluster.reserved(), cluster.state.revive.suppressed]).toEqual([[], [], true]);
  });

  it('waits for its agent, however long that is away', () => {
    const [before] = cluster.running();
    const agentId = before?.agent?.agentId ?? '';
    cluster.setAway(agentId, true);
    cluster.advance(3600);
    expect(goals(cluster)).toEqual(['Running Unreachable']);
    cluster.setAway(agentId, false);
    cluster.advance(1);
    expect(cluster.running()).toEqual([expect.objectContaining({ id: before?.id, incarnation: 1 })]);
  });

  it('is stopped when its agent is back, if that was asked for meanwhile', () => {
    const agentId = cluster.running()[0]?.agent?.agentId ?? '';
    cluster.setAway(agentId, true);
    cluster.change({ put: [database({ instances: 0 })] });
    cluster.advance(5);
    expect([goals(cluster), cluster.state.deployments.size]).toEqual([['Stopped Unreachable'], 0]);
    cluster.setAway(agentId, false);
    cluster.advance(5);
    expect(goals(cluster)).toEqual(['Stopped Killed']);
  });

  it('starts anew elsewhere when its agent is gone for good', () => {
    const [before] = cluster.running();
    const agentId = before?.agent?.agentId ?? '';
    cluster.setAway(agentId, true);
    cluster.end(before?.task?.id ?? '', 'TASK_GONE_BY_OPERATOR');
    cluster.advance(10);
    const [after] = cluster.running();
    expect(after?.id).toBe(before?.id);
    expect(after?.agent?.agentId).not.toBe(agentId);
  });

  it('gets the new configuration on its old volume, one after the other', () => {
    cluster.change({ put: [database({ instances: 2 })] });
    cluster.advance(10);
    const ids = cluster.running().map(({ id }) => id);
    let fewest = 2;
    cluster.change({ put: [database({ instances: 2, cmd: 'other' })] });
    for (let step = 0; step < 200; step++) {
      cluster.advance(0.1);
      fewest = Math.min(fewest, cluster.running().length);
    }
    expect(cluster.running().map(({ id, incarnation }) => [id, incarnation])).toEqual(
      ids.map((id) => [id, 2]),
    );
    expect([fewest, cluster.state.deployments.size]).toEqual([1, 0]);
  });
});

describe('a reservation', () => {
  it('that gets lost is made anew after a while', () => {
    const cluster = new VolumeCluster();
    let lost = 1;
    cluster.loses = ({ accept }) => accept?.operations?.[0]?.type === 'RESERVE' && lost-- > 0;
    cluster.change({ put: [database()] });
    cluster.advance(5);
    const [first] = cluster.instances();
    expect(first).toMatchObject({ condition: 'Scheduled', reservation: { deadline: expect.any(Number) } });
    cluster.advance(60);
    expect(cluster.running()).toEqual([expect.objectContaining({ incarnation: 1 })]);
    expect(cluster.running()[0]?.id).not.toBe(first?.id);
    expect(shown(cluster)).toBe(RESERVED);
  });

  it('that comes late is freed', () => {
    const cluster = new VolumeCluster({ S1: [scalar('cpus', 1), scalar('mem', 100), scalar('disk', 15)] });
    cluster.change({ put: [database({ portDefinitions: [] })] });
    cluster.advance(1.5);
    expect(cluster.operationTypes()).toEqual(['RESERVE', 'CREATE']);
    cluster.setAway('S1', true);
    cluster.advance(60);
    cluster.setAway('S1', false);
    cluster.advance(10);
    expect(cluster.operationTypes()).toEqual([
      'RESERVE',
      'CREATE',
      'DESTROY',
      'UNRESERVE',
      'RESERVE',
      'CREATE',
      'LAUNCH',
    ]);
  });

  it('that was made by a call without an answer is freed, and another one is used', () => {
    const cluster = new VolumeCluster();
    const calls: scheduler.Call[] = [];
    cluster.loses = (call) => calls.push(call) === 0;
    const constraints = [['hostname', 'UNIQUE']];
    cluster.change({ put: [database({ constraints })] });
    cluster.advance(1.5);
    expect(cluster.operationTypes()).toEqual(['RESERVE', 'CREATE']);
    const agentId = cluster.instances()[0]?.agent?.agentId ?? '';
    cluster.setAway(agentId, true);
    for (const call of calls) cluster.refuse(call);
    cluster.advance(10);
    expect(cluster.running()).toHaveLength(1);
    cluster.setAway(agentId, false);
    cluster.change({ put: [database({ instances: 2, constraints })] });
    cluster.advance(30);
    const volumes = cluster.reserved().filter(({ meta }) => meta.disk);
    expect([cluster.running().length, volumes.length]).toEqual([2, 2]);
  });

  it('is confirmed by an offer, also while launches are delayed', () => {
    const cluster = new VolumeCluster();
    cluster.change({ put: [database({ backoffSeconds: 3600, maxLaunchDelaySeconds: 3600 })] });
    cluster.advance(5);
    cluster.end(cluster.running()[0]?.task?.id ?? '', 'TASK_FAILED');
    cluster.advance(600);
    expect([goals(cluster), shown(cluster)]).toEqual([['Running Failed'], RESERVED]);
  });

  it('has no principal when the framework has none', () => {
    const cluster = new VolumeCluster(undefined, { principal: undefined });
    cluster.change({ put: [database()] });
    cluster.advance(5);
    expect(cluster.running()).toHaveLength(1);
    expect(JSON.stringify(cluster.reserved())).not.toContain('principal');
  });
});
